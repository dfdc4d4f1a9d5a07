import { type AnyEvent, createWebhooks, storeInbox, type Webhooks } from "@whatsapp-webhooks/core";
import { inject, notification, signed } from "@whatsapp-webhooks/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SqliteStore } from "../src/sqlite-store.ts";
import { createSkew, newPath, onEnd, type Skew } from "./support/files.ts";

// A notification is authentic for ever: whoever recorded one (a proxy's log, say) can send it again whenever they like.

const DAY_MS = 24 * 60 * 60 * 1000;
const SECRET = "secret";
const SENT_AT = Date.parse("2026-11-20T12:00:00Z");
/** What somebody recorded, in the bytes in which it came. */
const body = notification({ text: "Pay now", item: { timestamp: String(SENT_AT / 1000) } });
const recorded = signed(body, SECRET);

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: SENT_AT + 5_000 }));
afterEach(() => void vi.useRealTimers());

interface Run {
  readonly webhooks: Webhooks;
  readonly store: SqliteStore;
  readonly events: AnyEvent[];
}

/** A receiver on the file; the one before it has ended. */
async function start(path: string, skew: Skew, maxAgeMs?: number): Promise<Run> {
  const events: AnyEvent[] = [];
  const store = new SqliteStore({ path }, skew.buffer);
  const webhooks = createWebhooks({
    appSecret: SECRET,
    verifyToken: "token",
    inbox: storeInbox(store),
    ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
  });
  webhooks.on("message", (event) => void events.push(event));
  webhooks.on("stale", (event) => void events.push(event));
  onEnd(() => webhooks.close().then(() => {}));
  await webhooks.start();
  return { webhooks, store, events };
}

async function send({ webhooks, store, events }: Run, request = recorded): Promise<string[]> {
  const before = events.length;
  expect((await inject(webhooks, request)).status).toBe(200);
  await expect.poll(async () => (await store.stats()).waiting, { timeout: 20_000 }).toBe(0);
  return events.slice(before).map(({ name }) => name);
}

/** So many days after it was sent, by the clock of this thread and the one that writes the file. */
function later(skew: Skew, days: number): void {
  vi.setSystemTime(SENT_AT + days * DAY_MS);
  skew.wall(days * DAY_MS);
}

describe("a recorded notification that comes again is answered 200 and handled by nobody", () => {
  test("at once, in the same bytes and in others", async () => {
    const run = await start(newPath(), createSkew());
    expect(await send(run)).toEqual(["message.text"]);
    expect(await send(run)).toEqual([]);
    expect(await send(run, signed(JSON.stringify(body), SECRET))).toEqual([]);
    const entry = [...(body.entry as object[]), ...(notification({ text: "b" }).entry as object[])];
    expect(await send(run, signed({ ...body, entry }, SECRET))).toEqual(["message.text"]);
  });

  test("after a restart, and for eight days", async () => {
    const [path, skew] = [newPath(), createSkew()];
    const first = await start(path, skew);
    expect(await send(first)).toEqual(["message.text"]);
    await first.webhooks.close();
    const second = await start(path, skew);
    expect(await send(second)).toEqual([]);
    later(skew, 7.99);
    expect(await send(second)).toEqual([]);
    expect(await send(second, signed(JSON.stringify(body), SECRET))).toEqual([]);
  });

  test("later than that, with `maxAgeMs`: it is a `stale` event", async () => {
    const [path, skew] = [newPath(), createSkew()];
    const run = await start(path, skew, 7 * DAY_MS);
    expect(await send(run)).toEqual(["message.text"]);
    later(skew, 7.5);
    expect(await send(run)).toEqual([]);
    await run.webhooks.close();
    later(skew, 40);
    expect(await send(await start(path, skew, 7 * DAY_MS))).toEqual(["stale"]);
  });
});

test("without `maxAgeMs` it is handled again once it is forgotten", async () => {
  const [path, skew] = [newPath(), createSkew()];
  const run = await start(path, skew);
  expect(await send(run)).toEqual(["message.text"]);
  await run.webhooks.close();
  later(skew, 9);
  expect(await send(await start(path, skew))).toEqual(["message.text"]);
});
