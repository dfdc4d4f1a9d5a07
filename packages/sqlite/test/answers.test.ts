import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { createWebhooks, storeInbox } from "@whatsapp-webhooks/core";
import { inject, notification, signed } from "@whatsapp-webhooks/testing";
import { expect, test, vi } from "vitest";
import type { SqliteStore } from "../src/sqlite-store.ts";
import { lock, look, newPath, onEnd, openStore, wait } from "./support/files.ts";

/** What may happen to the file under a running receiver, and how to undo it. */
interface Trouble {
  readonly says: RegExp;
  bring(path: string, store: SqliteStore): Promise<() => Promise<void>>;
}

const query = async (store: SqliteStore, sql: string): Promise<void> => {
  await store.thread.call("query", sql);
};

const troubles: Record<string, Trouble> = {
  "a full disk": {
    says: /the disk or the quota is full/,
    async bring(_path, store) {
      const [row] = await store.thread.call("query", "PRAGMA page_count");
      const pages = (row as { page_count: number }).page_count;
      await query(store, `PRAGMA max_page_count = ${pages}`);
      return () => query(store, "PRAGMA max_page_count = 1000000");
    },
  },
  "a file that may only be read": {
    says: /cannot be written/,
    async bring(_path, store) {
      await query(store, "PRAGMA query_only = ON");
      return () => query(store, "PRAGMA query_only = OFF");
    },
  },
  "a deleted file": {
    says: /is gone/,
    async bring(path) {
      renameSync(path, `${path}.away`);
      return async () => renameSync(`${path}.away`, path);
    },
  },
  "a locked file": {
    says: /was locked by another program/,
    async bring(path) {
      const other = await lock(path);
      return async () => other.exec("ROLLBACK");
    },
  },
};

async function setUp(path: string) {
  const store = openStore(path);
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const webhooks = createWebhooks({
    appSecret: "secret",
    verifyToken: "token",
    inbox: storeInbox(store, { pollMs: 50 }),
    logger,
  });
  onEnd(() => webhooks.close().then(() => {}));
  const post = async (text: string): Promise<number> => {
    const { status } = await inject(webhooks, signed(notification({ text }), "secret"));
    return status;
  };
  return { store, webhooks, logger, post };
}

test.each(Object.entries(troubles))(
  "%s is answered 503 and named in the log; what was acknowledged is handled when it is over",
  async (_name, { bring, says }) => {
    const path = newPath();
    const { store, webhooks, logger, post } = await setUp(path);
    const [heard, refused]: [string[], string] = [[], "x".repeat(20_000)];
    expect(await post("before")).toBe(200);
    const end = await bring(path, store);
    expect(await post(refused)).toBe(503);
    expect(logger.error).toHaveBeenCalledWith(
      expect.objectContaining({ code: "inbox_failed" }),
      expect.stringMatching(says),
    );
    webhooks.on("message.text", ({ data }) => heard.push(data.text.body));
    await webhooks.start();
    await end();
    expect(await post("after")).toBe(200);
    await vi.waitFor(() => expect(heard).toEqual(["before", "after"]), 10_000);
  },
);

test("while the file stays locked every answer comes in time, whatever else waits for the file", async () => {
  const path = newPath();
  const { webhooks, post } = await setUp(path);
  // Something to write and something to look for, all the while.
  webhooks.on("message.text", () => {
    throw new Error("not today");
  });
  await webhooks.start();
  expect(await post("before")).toBe(200);
  const other = await lock(path);
  const timed = async (): Promise<number> => {
    const start = performance.now();
    expect(await post("during")).toBe(503);
    return performance.now() - start;
  };
  const answers: Promise<number>[] = [];
  for (let count = 0; count < 16; count++) {
    answers.push(timed());
    await wait(500);
  }
  // About five seconds, and two for a busy machine.
  expect(Math.max(...(await Promise.all(answers)))).toBeLessThan(7_000);
  other.exec("ROLLBACK");
  expect(await post("after")).toBe(200);
});

test("a damaged page is answered 503 and named; a backup in its place is taken up", async () => {
  const path = newPath();
  const first = await setUp(path);
  for (let i = 0; i < 50; i++) expect(await first.post("x".repeat(1_000))).toBe(200);
  await first.webhooks.close();
  const backup = readFileSync(path);
  const [root] = (await look(path)).rows(
    "SELECT rootpage FROM sqlite_schema WHERE name = 'records'",
  );
  const file = openSync(path, "r+");
  writeSync(file, new Uint8Array(4096).fill(0xa5), 0, 4096, (Number(root?.rootpage) - 1) * 4096);
  closeSync(file);
  const { webhooks, logger, post } = await setUp(path);
  expect(await post("refused")).toBe(503);
  expect(logger.error).toHaveBeenCalledWith(
    expect.objectContaining({ code: "inbox_failed" }),
    expect.stringMatching(/is damaged.*recover/),
  );
  writeFileSync(`${path}.backup`, backup);
  renameSync(`${path}.backup`, path);
  let heard = 0;
  webhooks.on("message.text", () => {
    heard++;
  });
  await webhooks.start();
  await vi.waitFor(async () => expect(await post("after")).toBe(200), 10_000);
  await vi.waitFor(() => expect(heard).toBe(51), 10_000);
});
