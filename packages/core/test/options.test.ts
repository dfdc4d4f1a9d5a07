import { expect, test, vi } from "vitest";
import { whatsappWebhooks as onFetch } from "../src/fetch.ts";
import {
  createWebhooks,
  inlineInbox,
  memoryInbox,
  type OptionTable,
  parse,
  storeInbox,
  type WebhooksOptions,
} from "../src/index.ts";
import { nearestOf } from "../src/nearest.ts";
import { whatsappWebhooks as onNode } from "../src/node.ts";
import { openTelemetry } from "../src/opentelemetry.ts";
import { checkOptions } from "../src/options.ts";
import { tame } from "./support/tame-store.ts";

/** As JavaScript calls it, and TypeScript where options come in a variable. */
const loose = (call: unknown) => call as (...given: readonly unknown[]) => unknown;
const create = (given: object) =>
  createWebhooks({ appSecret: "secret", verifyToken: "token", ...given } as WebhooksOptions);
const webhooks = create({});
const { store } = tame();

test.each([
  [() => loose(createWebhooks)(), "appSecret and verifyToken are missing: createWebhooks({ "],
  [() => loose(createWebhooks)(null), "appSecret and verifyToken are missing: createWebhooks({ "],
  [() => create({ foo: 1 }), "there is no option foo. Options: appSecret, verifyToken, "],
  [() => create({ verifytoken: "t" }), "there is no option verifytoken, did you mean verifyToken?"],
  [
    () => create({ retry: { attempts: 3 } }),
    "there is no option retry.attempts, did you mean retry.maxAttempts? Options: retry.maxAttempts, retry.minDelayMs, ",
  ],
  [() => create({ retry: 3 }), "retry must be an object"],
  [() => create({ retry: null }), "retry must be an object"],
  [
    () => create({ onPremises: { authorization: "Basic x", acount: {} } }),
    "there is no option onPremises.acount, did you mean onPremises.account?",
  ],
  [
    () => create({ onPremises: { authorization: "Basic x", account: { phoneNumberID: "1" } } }),
    "there is no option onPremises.account.phoneNumberID, did you mean onPremises.account.phoneNumberId?",
  ],
  [
    () => create({ onPremises: { authorization: "Basic x", account: { phoneNumberId: 1001 } } }),
    "onPremises.account.phoneNumberId must be a text, got a number.",
  ],
  [
    () => create({ onPremises: { authorization: "Basic x", account: { wabaId: null } } }),
    "onPremises.account.wabaId must be a text, got null.",
  ],
  [
    () => create({ onPremises: { authorization: "Basic x", account: "1001" } }),
    "onPremises.account must be an object.",
  ],
  [
    () => [
      ...(loose(parse)({ entry: [] }, { account: { phoneNumberID: "1" } }) as Iterable<unknown>),
    ],
    "parse: there is no option account.phoneNumberID, did you mean account.phoneNumberId?",
  ],
  [
    () => [...(loose(parse)({ entry: [] }, { account: { wabaId: 5 } }) as Iterable<unknown>)],
    "parse: account.wabaId must be a text, got a number.",
  ],
  [
    () => [...(loose(parse)({ entry: [] }, { recievedAt: 1 }) as Iterable<unknown>)],
    "parse: there is no option recievedAt, did you mean receivedAt?",
  ],
  [
    () => [...(loose(parse)({ entry: [] }, { source: "on-prem" }) as Iterable<unknown>)],
    'parse: source must be "cloud" or "on-premises", got on-prem',
  ],
  [
    () => [...parse({ entry: [] }, { mostItems: -1 })],
    "parse: mostItems must be a positive number, got -1.",
  ],
  // Who reads them says it better than the table of options would.
  [() => create({ onPremises: null }), "onPremises must be an object, or undefined to refuse"],
  [() => create({ onPremises: "Basic x" }), "onPremises must be an object, or undefined to refuse"],
  [() => create({ inbox: null }), "inbox has no method put, consume, close."],
  [() => create({ logger: null }), "logger has no method debug, info, warn, error."],
  [() => create({ concurrency: 2.5 }), "concurrency must be a whole number, got 2.5"],
  [() => create({ maxAgeMs: -1 }), "maxAgeMs must be a positive number, got -1"],
  [() => create({ readTimeoutMs: 3e9 }), "readTimeoutMs must be at most 2147483647"],
  [() => create({ handlerTimeoutMs: 3e9 }), "handlerTimeoutMs must be at most 2147483647"],
  [() => create({ retry: { maxAttempts: 2.5 } }), "retry.maxAttempts must be a whole number"],
  [() => create({ retry: { minDelayMs: 3e9 } }), "retry.minDelayMs must be at most 2147483647"],
  [() => create({ retry: { maxDelayMs: 3e9 } }), "retry.maxDelayMs must be at most 2147483647"],
  [
    () => create({ conversationHoldMs: 3e9 }),
    "conversationHoldMs must be at most 2147483647 (24 days), got 3000000000.",
  ],
  [
    () => loose(memoryInbox)({ limitByts: 5 }),
    "memoryInbox: there is no option limitByts, did you mean limitBytes? Options: limitBytes, seenLimit, ",
  ],
  [
    () => memoryInbox(Object.assign(Object.create(null), { limitByts: 5 })),
    "memoryInbox: there is no option limitByts, did you mean limitBytes?",
  ],
  [
    () => memoryInbox({ limitBytes: Number.NaN }),
    "memoryInbox: limitBytes must be a positive number, got NaN",
  ],
  [
    () => create({ bodyLimitBytes: Number.POSITIVE_INFINITY }),
    "bodyLimitBytes must be a positive number, got Infinity",
  ],
  [() => memoryInbox({ seenLimit: 0.5 }), "memoryInbox: seenLimit must be a whole number"],
  [() => loose(memoryInbox)(null), "memoryInbox: options must be an object"],
  [
    () => loose(memoryInbox)({ limitBytes: "5" }),
    "memoryInbox: limitBytes must be a positive number, got 5.",
  ],
  [() => storeInbox(store, { windowRecords: -1 }), "storeInbox: windowRecords must be a positive"],
  [() => storeInbox(store, { windowRecords: 2.5 }), "storeInbox: windowRecords must be a whole"],
  [() => storeInbox(store, { pollMs: 3e9 }), "storeInbox: pollMs must be at most 2147483647"],
  [
    () => loose(storeInbox)(store, { role: "work" }),
    'storeInbox: role must be "receive" or "both", got work',
  ],
  [
    () => loose(storeInbox)(store, { polMs: 5 }),
    "storeInbox: there is no option polMs, did you mean pollMs?",
  ],
  [
    () => loose(inlineInbox)({ seenkeys: {} }),
    "inlineInbox: there is no option seenkeys, did you mean seenKeys?",
  ],
  [
    () => loose(onNode)(webhooks, { paht: "/x" }),
    "whatsappWebhooks: there is no option paht, did you mean path?",
  ],
  [
    () => loose(onFetch)(webhooks, { waitUtil: 1 }),
    "whatsappWebhooks: there is no option waitUtil, did you mean waitUntil?",
  ],
  [
    () => loose(openTelemetry)({ meterprovider: 1 }),
    "openTelemetry: there is no option meterprovider, did you mean meterProvider?",
  ],
])("what cannot be is refused, with what may be meant (%#)", (call, message) => {
  expect(call).toThrow(expect.objectContaining({ code: "option_invalid" }));
  // Nothing stands between the code and what is wrong.
  expect(call).toThrow(`option_invalid: ${message}`);
});

test("undefined counts as left out, also from the environment", () => {
  const size: number | undefined = undefined;
  expect(() => {
    memoryInbox({ limitBytes: size, seenLimit: size });
    storeInbox(store, { pollMs: size });
    create({ retry: { maxAttempts: size }, onPremises: undefined, concurrency: size });
  }).not.toThrow();
});

test("a limit may be none", () => {
  const none = Number.POSITIVE_INFINITY;
  memoryInbox({ limitBytes: none, deadLetterLimitBytes: none });
  storeInbox(store, { pendingLimitBytes: none, windowBytes: none });
  create({ maxAgeMs: none });
  expect([...parse({ entry: [] }, { mostItems: none })]).toEqual([]);
});

test("a time may be the longest that a timer waits", () => {
  create({ handlerTimeoutMs: 2 ** 31 - 1 });
});

test("an age is waited for by no timer, so that it may be a month and more", () => {
  create({ maxAgeMs: 60 * 86_400_000 });
});

test("the account of On-Premises bodies may be a function, which is asked later", () => {
  const account = vi.fn();
  create({ onPremises: { authorization: "Basic x", account } });
  expect(account).not.toHaveBeenCalled();
});

test("an object of a class may have fields of its own", () => {
  class Gateway {
    readonly accounts = ["1"];
    readonly verify = (): boolean => true;
  }
  create({ onPremises: new Gateway() });
});

test("words of the prototype are no options", () => {
  const table: OptionTable<{ readonly size?: number }> = { size: "positive" };
  for (const word of ["constructor", "toString", "__proto__"])
    expect(() => checkOptions("take", JSON.parse(`{"${word}":1}`), table)).toThrow(
      `take: there is no option ${word}`,
    );
});

test.each([
  ["form", "from"],
  ["paht", "path"],
  ["ATTEMPTS", "maxAttempts"],
  ["wether", "weather"],
  ["colour", undefined],
  ["", undefined],
])("who writes %s may mean %s", (word, meant) => {
  expect(nearestOf(word, ["path", "from", "maxAttempts", "weather"])).toBe(meant);
});

test("what an object of a class gives by a getter counts", () => {
  class Settings {
    readonly from = "elsewhere";
    get limitBytes(): number {
      return -1;
    }
  }
  expect(() => memoryInbox(new Settings())).toThrow("memoryInbox: limitBytes must be a positive");
});
