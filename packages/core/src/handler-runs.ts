import { DeliverySignals } from "./delivery-signals.ts";
import type { Listener } from "./emitter.ts";
import { WebhookError } from "./errors.ts";
import type { AnyEvent } from "./events.ts";
import { HandlerRun } from "./handler-run.ts";
import type { Delivery } from "./inbox/inbox.ts";
import type { Report } from "./report.ts";
import type { HarmlessTelemetry } from "./telemetry/harmless-telemetry.ts";
import type { HandlerFailure } from "./telemetry/telemetry.ts";

export interface HandlerRunsOptions {
  readonly handlerTimeoutMs: number;
  readonly retry: { readonly maxAttempts: number };
  readonly report: Report;
  readonly telemetry?: HarmlessTelemetry | undefined;
}

type Failed = readonly Listener[];

/** The handlers that are running. */
export class HandlerRuns {
  readonly #options: HandlerRunsOptions;
  readonly #runs = new Set<HandlerRun>();
  readonly #signals = new DeliverySignals();
  #closing: WebhookError | undefined;

  constructor(options: HandlerRunsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#runs.size;
  }

  /** Whether `abort` was called: what is left of an event since then has not failed. */
  get areAborted(): boolean {
    return this.#closing !== undefined;
  }

  /** Tells them to stop, and gives up waiting for them. */
  abort(): void {
    this.#closing ??= new WebhookError("closing", "close() gave up waiting for this handler.");
    for (const run of this.#runs) run.abort(this.#closing);
  }

  /**
   * Runs an event's handlers side by side, as a part of its record's trace. Gives those that failed, which it has reported,
   * and those that were given up; at once if none is async.
   */
  run(
    listeners: readonly Listener[],
    event: AnyEvent,
    delivery: Delivery,
    trace?: string,
  ): Failed | Promise<Failed> {
    const { telemetry } = this.#options;
    if (telemetry === undefined || listeners.length === 0)
      return this.#runAll(listeners, event, delivery);
    const { name } = event;
    const { attempt } = delivery;
    const handling = telemetry.handling({ name, attempt, trace, lagMs: lagOf(event, attempt) });
    const failed = handling.run(() => this.#runAll(listeners, event, delivery, handling));
    if (failed instanceof Promise) return failed.finally(() => handling.ended());
    handling.ended();
    return failed;
  }

  #runAll(
    listeners: readonly Listener[],
    event: AnyEvent,
    delivery: Delivery,
    watch?: { failed(failure: HandlerFailure): void },
  ): Failed | Promise<Failed> {
    const failed: Listener[] = [];
    const unfinished: Promise<unknown>[] = [];
    const fail = (listener: Listener, run: HandlerRun, cause: unknown): void => {
      failed.push(listener);
      // By its identity, since handlers throw anything: errors like ours, and what cannot even be looked at.
      const givenUp = cause === run.givenUp ? run.givenUp : undefined;
      watch?.failed(failureOf(cause, givenUp));
      this.#reportFailure(event, delivery.attempt, cause, givenUp);
    };
    for (const listener of listeners) {
      const run = new HandlerRun(delivery, this.#options.handlerTimeoutMs, this.#signals);
      try {
        const result = run.call(listener, event);
        if (result === undefined) continue;
        this.#runs.add(run);
        const ended = result.catch((cause) => fail(listener, run, cause));
        unfinished.push(ended.finally(() => this.#runs.delete(run)));
      } catch (cause) {
        fail(listener, run, cause);
      }
    }
    return unfinished.length === 0 ? failed : Promise.all(unfinished).then(() => failed);
  }

  #reportFailure(
    event: AnyEvent,
    attempt: number,
    cause: unknown,
    givenUp: WebhookError | undefined,
  ): void {
    if (givenUp?.code === "closing") return;
    const next =
      attempt < this.#options.retry.maxAttempts
        ? "it will be tried again"
        : "it was the last attempt";
    const error =
      givenUp ??
      new WebhookError(
        "handler_failed",
        `a handler of "${event.name}" failed in attempt ${attempt}; ${next}.`,
        { cause },
      );
    this.#options.report(error, { event, attempt });
  }
}

function failureOf(cause: unknown, givenUp: WebhookError | undefined): HandlerFailure {
  const code = givenUp?.code;
  if (code === "handler_timeout" || code === "closing") return { code, kind: undefined };
  return { code: "handler_failed", kind: kindOf(cause) };
}

/** Anybody may have put anything into a name, or made it something that throws. */
function kindOf(cause: unknown): string | undefined {
  try {
    const name: unknown = cause instanceof Error ? cause.name : undefined;
    return typeof name === "string" && PLAIN_WORD.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

const PLAIN_WORD = /^[A-Z][A-Za-z]{0,63}$/;

/** Of a first attempt at something that is not old by nature. */
function lagOf({ field, timestamp }: AnyEvent, attempt: number): number | undefined {
  if (attempt > 1 || field === "history") return undefined;
  return Math.max(0, Date.now() - timestamp.getTime());
}
