import { expect, test } from "vitest";
import { WebhookError } from "../src/errors.ts";
import { type AnyEvent, parse } from "../src/index.ts";
import { createReport } from "../src/reporter.ts";
import { capturedLog } from "./support/captured-log.ts";
import { cloudBody, text } from "./support/notifications.ts";

test("handlers' failures and dead letters are logged one by one, the rest once a minute", () => {
  const log = capturedLog();
  const report = createReport(undefined, log);
  const codes = [
    "handler_failed",
    "handler_timeout",
    "record_dead_lettered",
    "body_not_json",
  ] as const;
  for (const code of [...codes, ...codes]) report(new WebhookError(code, "it is so."), {});
  expect(log.lines.map(({ level, details }) => [level, details.code])).toEqual(
    [...codes, ...codes.slice(0, -1)].map((code) => ["error", code]),
  );
});

test("a line tells what was behind the error, and which event it was about", () => {
  const log = capturedLog();
  const report = createReport(undefined, log);
  const cause = new Error("a bug");
  const [event] = parse(cloudBody([text("a")]));
  report(new WebhookError("handler_failed", "it is so."), {});
  report(new WebhookError("handler_failed", "it is so.", { cause }), {});
  report(new WebhookError("body_not_json", "it is so.", { cause }), { event: event as AnyEvent });
  expect(log.lines.map(({ details }) => details)).toStrictEqual([
    { code: "handler_failed" },
    { code: "handler_failed", err: cause },
    { code: "body_not_json", err: cause, event: "message.text" },
  ]);
});
