import { checkAccount } from "./account.ts";
import { onPremisesTable } from "./credentials.ts";
import { retryTable } from "./inbox/retry.ts";
import { checkOptions, type OptionTable, optionInvalid } from "./options.ts";
import type { WebhooksOptions } from "./webhooks.ts";

const table: OptionTable<WebhooksOptions> = {
  appSecret: "other",
  verifyToken: "other",
  onPremises: "other",
  inbox: "other",
  bodyLimitBytes: "positive",
  readTimeoutMs: "time",
  unverifiedLimitBytes: "positive",
  concurrency: "whole",
  handlerTimeoutMs: "time",
  conversationHoldMs: "time",
  retry: "other",
  maxAgeMs: "limit",
  logger: "other",
  telemetry: "other",
  onError: "other",
};
const METHODS = {
  inbox: ["put", "consume", "close"],
  logger: ["debug", "info", "warn", "error"],
  telemetry: [],
} as const;

/** What `createWebhooks` was given, but for secrets and tokens. */
export function checkWebhooksOptions(options: unknown): void {
  if (typeof options !== "object" || options === null)
    throw optionInvalid(
      "appSecret and verifyToken are missing: createWebhooks({ appSecret, verifyToken }).",
    );
  checkOptions("", options, table);
  const given = options as Readonly<Record<string, unknown>>;
  if (given.retry !== undefined) checkOptions("", given.retry, retryTable, "retry.");
  // What else they may be is told by who reads them.
  if (isObject(given.onPremises)) {
    checkOptions("", given.onPremises, onPremisesTable, "onPremises.");
    const account: unknown = Reflect.get(given.onPremises, "account");
    if (account !== undefined && typeof account !== "function")
      checkAccount("", account, "onPremises.account");
  }
  for (const [option, methods] of Object.entries(METHODS)) {
    const value = given[option] as Readonly<Record<string, unknown>> | undefined;
    const missing = methods.filter(
      (method) => value !== undefined && typeof value?.[method] !== "function",
    );
    if (missing.length > 0) throw optionInvalid(`${option} has no method ${missing.join(", ")}.`);
  }
  if (given.onError !== undefined && typeof given.onError !== "function")
    throw optionInvalid("onError is not a function.");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
