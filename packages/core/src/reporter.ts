import type { WebhookError } from "./errors.ts";
import { IncidentLog, type Logger } from "./logger.ts";
import type { ErrorContext, Report } from "./report.ts";

type OnError = (error: WebhookError, context: ErrorContext) => unknown;

/** Tells `onError`, or else the logger. Whatever these do, it neither throws nor leaves a rejection behind. */
export function createReport(onError: OnError | undefined, logger: Logger): Report {
  const incidents = new IncidentLog(logger);

  /** Handlers' failures one by one; what a sender can cause at will only now and then. */
  const log = (error: WebhookError, { event }: ErrorContext): void => {
    const err = error.cause === undefined ? {} : { err: error.cause };
    if (error.code.startsWith("handler_") || error.code === "record_dead_lettered") {
      logger.error({ code: error.code, ...err }, error.message);
    } else {
      incidents.log("error", error.code, error.message, { event: event?.name, ...err });
    }
  };

  return (error, context) => {
    if (onError === undefined) {
      log(error, context);
      return;
    }
    (async () => onError(error, context))().catch((thrown: unknown) => {
      logger.error({ code: error.code, err: thrown }, "onError itself failed");
    });
  };
}
