import { expect, test } from "vitest";
import { storeInbox } from "../src/index.ts";
import { cloudBody, gate, SECRET, settled, signedRequest, text } from "./support/notifications.ts";
import { tame } from "./support/tame-store.ts";
import { setUp } from "./support/webhooks-under-test.ts";

test("close() answers 503, lets running handlers finish, and is idempotent", async () => {
  const { webhooks, post } = setUp();
  const held = gate();
  let finished = false;
  webhooks.on("message.text", async () => {
    await held.promise;
    finished = true;
  });
  await post("a");
  await settled();
  const closing = webhooks.close();
  expect(await post("b")).toMatchObject({
    status: 503,
    headers: { "retry-after": expect.any(String) },
  });
  expect(webhooks.close()).toBe(closing);
  held.open();
  expect(await closing).toEqual({ running: 0, pending: 0 });
  expect(finished).toBe(true);
  await expect(webhooks.start()).rejects.toMatchObject({ code: "closing" });
});

test("what arrives while close() goes on is answered 503, however long its secret was looked up", async () => {
  const held = gate();
  const appSecret = async () => {
    await held.promise;
    return SECRET;
  };
  const { webhooks, post } = setUp({ appSecret });
  const heard: string[] = [];
  webhooks.on("message.text", (event) => heard.push(event.data.text.body));
  const late = post("late");
  const closing = webhooks.close();
  held.open();
  expect(await late).toMatchObject({ status: 503, body: "closing" });
  expect(await closing).toEqual({ running: 0, pending: 0 });
  expect(heard).toEqual([]);
});

test("close() handles what was answered but has not begun: in memory there is no other copy", async () => {
  const { webhooks, post } = setUp();
  const heard: string[] = [];
  webhooks.on("message.text", (event) => heard.push(event.data.text.body));
  await post("a");
  await post("b");
  expect(await webhooks.close()).toEqual({ running: 0, pending: 0 });
  expect(heard).toEqual(["a", "b"]);
});

test("close() gives up after timeoutMs, aborts, and reports what it left", async () => {
  const { webhooks, logger, post } = setUp();
  let aborted = false;
  webhooks.on("message.text", (_event, { signal }) => {
    signal.addEventListener("abort", () => (aborted = true));
    return new Promise(() => {});
  });
  await post("a");
  await post("b");
  await settled();
  expect(await webhooks.close({ timeoutMs: 10 })).toEqual({ running: 1, pending: 2 });
  expect(aborted).toBe(true);
  expect(logger.warn).toHaveBeenCalledWith(
    { running: 1, pending: 2 },
    expect.stringContaining("left work behind"),
  );
});

test("what close() gives up goes back to a durable inbox with what of it is done, before that closes", async () => {
  const { store, commits } = tame();
  const { webhooks } = setUp({ inbox: storeInbox(store) });
  webhooks.on("message.text", (event) =>
    event.data.text.body === "slow" ? new Promise(() => {}) : undefined,
  );
  await webhooks.start();
  await settled();
  const messages = [text("slow"), text("quick", { id: "1", from: "12125550102" })];
  await webhooks.receive(signedRequest(cloudBody(messages)));
  await settled();
  expect(await webhooks.close({ timeoutMs: 1 })).toEqual({ running: 1, pending: 1 });
  expect(commits.flatMap((commit) => commit.settles)).toEqual([
    { id: expect.any(String), kind: "release", completed: ["message:1:text"] },
  ]);
});

test("close() with a durable inbox starts no further handlers: what has not begun stays in it", async () => {
  const { store, commits } = tame();
  const inbox = storeInbox(store);
  const { webhooks, post } = setUp({ inbox });
  const held = gate();
  const heard: string[] = [];
  webhooks.on("message.text", async (event) => {
    heard.push(event.data.text.body);
    await held.promise;
  });
  await webhooks.start();
  await settled();
  for (const body of ["a", "b", "c"]) await post(body);
  await settled();
  const closing = webhooks.close();
  await settled();
  held.open();
  expect(await closing).toEqual({ running: 0, pending: 0 });
  expect(heard).toEqual(["a"]);
  const settles = commits.flatMap((commit) => commit.settles.map(({ kind }) => kind));
  expect(settles.sort()).toEqual(["done", "release", "release"]);
});
