import { afterEach, expect, test, vi } from "vitest";
import { createWebhooks, type Outcome, storeInbox } from "../src/index.ts";
import { capturedLog } from "./support/captured-log.ts";
import { contextOf } from "./support/consume-context.ts";
import {
  cloudBody,
  gate,
  record,
  SECRET,
  settled,
  signedRequest,
  TOKEN,
  text,
} from "./support/notifications.ts";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { recordingInbox } from "./support/recording-inbox.ts";
import { signedPost } from "./support/requests.ts";
import { tame } from "./support/tame-store.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const done = async (): Promise<Outcome> => ({ kind: "done", completed: [] });

test("an inbox that refuses is told of once a minute, and that it takes again once", async () => {
  let [isAway, now] = [true, 5_000];
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const inbox = recordingInbox(async () => {
    if (isAway) throw new Error("password at 10.0.0.7");
  });
  const receiver = receiverUnderTest({ inbox });
  for (let i = 0; i < 3; i++) await receiver.receive(signedPost());
  [isAway, now] = [false, now + 29_600];
  for (let i = 0; i < 3; i++) await receiver.receive(signedPost());
  expect(receiver.log.lines.map(({ level }) => level)).toEqual(["error", "info"]);
  expect(receiver.log.lines[1]?.details).toEqual({ seconds: 30 });
  expect(receiver.log.lines[1]?.message).toContain("takes notifications again");
  expect(receiver.log.text()).not.toContain("10.0.0.7");
});

test("a store that cannot be read is told of once, and that it can be again", async () => {
  let isAway = true;
  let claims = 0;
  const { store } = tame({
    async claim() {
      claims++;
      if (isAway) throw new Error("password at 10.0.0.7");
      return [];
    },
  });
  const log = capturedLog();
  const inbox = storeInbox(store, { pollMs: 5 });
  await inbox.consume(done, contextOf({ logger: log }));
  await vi.waitFor(() => expect(claims).toBeGreaterThan(3));
  expect(log.lines).toMatchObject([{ level: "error", details: { code: "inbox_failed" } }]);
  isAway = false;
  await vi.waitFor(() => expect(log.lines).toHaveLength(2));
  expect(log.lines[1]).toMatchObject({ level: "info", message: expect.stringContaining("again") });
  expect(log.text()).not.toContain("10.0.0.7");
  await inbox.close();
});

test("a store that cannot be read is asked again when it is time, and not before", async () => {
  const claim = vi.fn(() => Promise.reject(new Error("locked")));
  const inbox = storeInbox(tame({ claim }).store, { pollMs: 60_000 });
  const log = capturedLog();
  await inbox.consume(done, contextOf({ logger: log }));
  await vi.waitFor(() => expect(log.lines).toHaveLength(1));
  await settled();
  expect(claim).toHaveBeenCalledTimes(1);
  await inbox.close();
});

test("what cannot be read while the inbox closes is nobody's trouble", async () => {
  const asked = gate<readonly []>();
  const inbox = storeInbox(tame({ claim: () => asked.promise }).store);
  const log = capturedLog();
  await inbox.consume(done, contextOf({ logger: log }));
  const closed = inbox.close();
  asked.fail(new Error("closed"));
  await closed;
  expect(log.lines).toEqual([]);
});

test("what cannot be stored is told to whoever brings it, not to the log", async () => {
  const commit = () => Promise.reject(new Error("the disk is full"));
  const inbox = storeInbox(tame({ commit }).store);
  const log = capturedLog();
  await inbox.consume(done, contextOf({ logger: log }));
  await expect(inbox.put(record("{}"))).rejects.toThrow("the disk is full");
  await settled();
  expect(log.lines).toEqual([]);
  await inbox.close();
});

test("a store that cannot be written while nothing arrives is told of once, and that it can be again", async () => {
  let isAway = false;
  let failures = 0;
  const { store } = tame({
    async commit() {
      if (!isAway) return [];
      failures++;
      throw new Error("the disk is full");
    },
  });
  const log = capturedLog();
  const inbox = storeInbox(store, { pollMs: 5 });
  await inbox.consume(
    async () => {
      isAway = true;
      return done();
    },
    contextOf({ logger: log }),
  );
  // So that it is delivered from memory.
  await inbox.idle?.();
  await inbox.put(record("{}"));
  await vi.waitFor(() => expect(failures).toBeGreaterThan(3));
  expect(log.lines).toMatchObject([{ level: "error", details: { code: "inbox_failed" } }]);
  isAway = false;
  await vi.waitFor(() => expect(log.lines).toHaveLength(2));
  expect(log.lines[1]?.level).toBe("info");
  await inbox.close();
});

test("handlers that fall behind are told of once, with how long an event waited", async () => {
  const behind = await toldAfter(180_000);
  expect(behind).toMatchObject([{ level: "warn", message: expect.stringContaining(" 180 s ") }]);
  expect(behind[0]?.details).toEqual({ code: "handlers_behind", waiting: 1, running: 0 });
});

test("what waits no longer than for a retry and a minute more shows nothing", async () => {
  expect(await toldAfter(60_999)).toEqual([]);
  expect(await toldAfter(61_000)).toHaveLength(1);
});

/** What is told of three events of one conversation, of which the first takes so long. */
async function toldAfter(ms: number) {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const log = capturedLog();
  const webhooks = createWebhooks({
    appSecret: SECRET,
    verifyToken: TOKEN,
    logger: log,
    conversationHoldMs: 1_000,
  });
  const first = gate();
  const heard: string[] = [];
  webhooks.on("message.text", async ({ data }) => {
    heard.push(data.text.body);
    if (data.text.body === "a") await first.promise;
  });
  await webhooks.receive(signedRequest(cloudBody(["a", "b", "c"].map((body) => text(body)))));
  await vi.waitFor(() => expect(heard).toEqual(["a"]));
  now += ms;
  first.open();
  await vi.waitFor(() => expect(heard).toEqual(["a", "b", "c"]));
  await webhooks.close();
  return log.lines.filter(({ message }) => message.startsWith("handlers fall behind"));
}
