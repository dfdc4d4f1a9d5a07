import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createWebhooks,
  type Inbox,
  inlineInbox,
  memoryInbox,
  type WebhooksOptions,
} from "@whatsapp-webhooks/core";
import {
  afterAll,
  afterEach,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from "vitest";
import { bullmqInbox } from "../../packages/bullmq/src/index.ts";
import { isRedisMissing, RedisServer } from "../../packages/bullmq/test/support/redis-server.ts";
import { exportingSdk } from "../../packages/core/test/support/exported.ts";
import { sqliteInbox } from "../../packages/sqlite/src/index.ts";
import { authentic, others } from "./support/marked-requests.ts";
import { MARKS, Told } from "./support/told.ts";

// Every way that a notification can take, with marks for all that is secret or personal; then all that was told in passing
// is searched for the marks. What is asked for (handlers' events, `onError`'s context, a dead letter's body) is not told.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "secrecy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = (): string => join(folder, `${++files}.db`);

let told = new Told();
let sdk: ReturnType<typeof exportingSdk>;
beforeEach(() => {
  told = new Told();
  sdk = exportingSdk();
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((chunk) => {
      told.add(String(chunk));
      return true;
    });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await sdk.end();
});

/** Takes every way with this inbox, until these codes have been told: else a way was not taken. */
async function drive(
  inbox: Inbox,
  codes: readonly string[],
  options: Partial<WebhooksOptions> = {},
): Promise<void> {
  const webhooks = createWebhooks({
    appSecret: MARKS.appSecret,
    verifyToken: MARKS.verifyToken,
    bodyLimitBytes: 50_000,
    handlerTimeoutMs: 20,
    retry: { maxAttempts: 2, minDelayMs: 1 },
    logger: told.logger,
    telemetry: sdk.telemetry,
    inbox,
    ...options,
  });
  onTestFinished(async () => void (await webhooks.close({ timeoutMs: 1_000 })));
  webhooks.on("message.text", () => {});
  webhooks.on("message.image", () => {
    throw new Error("a handler failed");
  });
  webhooks.on("message.audio", () => new Promise(() => {}));
  // Where Redis is away it waits.
  webhooks.start().catch((error: unknown) => told.add(error));
  const requests = [...Object.values(authentic), ...Object.values(others)];
  // At once: where Redis does not answer, each takes a while to find out.
  await Promise.all(
    requests.map(async (request) => {
      const { status, headers, body } = await webhooks.receive(request);
      // The challenge goes back to whoever knows the token.
      told.add(body === MARKS.challenge ? { status } : { status, headers, body });
    }),
  );
  await vi.waitFor(
    () => {
      for (const code of [...refusals, ...codes]) expect(told.text).toContain(code);
    },
    { timeout: 30_000, interval: 50 },
  );
  told.add(await webhooks.health());
  told.add((await inbox.deadLetters?.list().catch((error: unknown) => error)) ?? "no dead letters");
  told.add(await webhooks.close({ timeoutMs: 2_000 }));
  told.add((await sdk.metrics()).map((metric) => ({ ...metric })));
  told.add(
    sdk
      .spans()
      .map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
  );
}

const refusals = [
  "signature_mismatch",
  "signature_malformed",
  "signature_missing",
  "body_too_large",
  "handshake_rejected",
  "method_not_allowed",
];
const handled = [
  "handler_failed",
  "handler_timeout",
  "record_dead_lettered",
  "body_not_json",
  "item_invalid",
];

const inboxes: readonly (readonly [string, () => Inbox, readonly string[]])[] = [
  ["in memory", () => memoryInbox(), handled],
  ["in memory, without room", () => memoryInbox({ limitBytes: 1 }), ["inbox_full"]],
  ["inline", () => inlineInbox(), ["handler_failed", "body_not_json"]],
  ["on SQLite", () => sqliteInbox({ path: newFile() }), handled],
  [
    "on SQLite, without room",
    () => sqliteInbox({ path: newFile(), limitBytes: 1 }),
    ["inbox_full"],
  ],
  [
    "on SQLite, without a folder",
    () => sqliteInbox({ path: "/nowhere/a/inbox.db" }),
    ["inbox_failed"],
  ],
  ["of one's own that throws", () => brokenInbox(), ["inbox_failed"]],
];

/** As a driver of somebody else's fails: with all it was given in its error. */
function brokenInbox(): Inbox {
  const gossip = (given: unknown): Promise<never> => {
    const error = new Error(`could not write ${JSON.stringify(MARKS)}`);
    return Promise.reject(Object.assign(error, { given, query: MARKS.text }));
  };
  return {
    durable: true,
    put: gossip,
    consume: async () => ({ close: async () => {} }),
    close: async () => {},
  };
}

describe.each(inboxes)("an inbox %s", (_where, inbox, codes) => {
  test("tells nothing in its log, metrics, spans, answers and lists", async () => {
    await drive(inbox(), codes);
    expect(told.marks()).toEqual([]);
  });

  test("nor to `onError`, its context aside", async () => {
    const onError = (error: Error): void => told.add(error);
    await drive(inbox(), codes, { onError });
    expect(told.marks()).toEqual([]);
  });
});

describe.skipIf(isRedisMissing && process.env.CI === undefined)("an inbox on Redis", () => {
  const connection = (host: string): { url: string } => ({
    url: `redis://${MARKS.redisUser}:${MARKS.redisPassword}@${host}`,
  });
  async function server(...options: readonly string[]): Promise<string> {
    const redis = new RedisServer(options);
    await redis.start();
    onTestFinished(() => redis.end());
    return redis.url.replace("redis://", "");
  }

  test("tells nothing", async () => {
    const host = await server(
      "--user",
      MARKS.redisUser,
      "on",
      `>${MARKS.redisPassword}`,
      "~*",
      "&*",
      "+@all",
    );
    const inbox = bullmqInbox({ connection: connection(host) });
    await drive(inbox, handled);
    expect(told.marks()).toEqual([]);
  });
});

test.each(["@127.0.0.1:port", "#@127.0.0.1:6379", "/@127.0.0.1:6379"])(
  "a URL of Redis that is none is not in the error: %s",
  (end) => {
    const url = `redis://${MARKS.redisUser}:${MARKS.redisPassword}${end}`;
    let thrown: unknown = "nothing";
    try {
      bullmqInbox({ connection: { url } });
    } catch (error) {
      thrown = error;
    }
    told.add(thrown);
    expect(told.text).toContain("`connection.url` is not a URL");
    expect(told.marks()).toEqual([]);
  },
);
