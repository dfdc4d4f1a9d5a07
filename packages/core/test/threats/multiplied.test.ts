import { describe, expect, test, vi } from "vitest";
import { cutRecord } from "../../src/cut-record.ts";
import { parse } from "../../src/index.ts";
import { change } from "../support/bodies.ts";
import { record } from "../support/notifications.ts";

// What surrounds items goes into something of each of them: its key, its conversation, its `data`. Whoever can sign may
// make it as long as a body may be, and have thousands of items in what is left.
vi.setConfig({ testTimeout: 300_000 });

const LONG = "x".repeat(1_000_000);
const ITEMS = 4_000;
const texts = Array.from({ length: ITEMS }, (_, i) => `item-${i}`.padEnd(60, "."));
const messages = texts.map((id) => ({ id, type: "text", text: { body: "a" } }));
/** Each item's share of it would come to a minute and more, once is a second or two. */
const MOST_MS = 20_000;

function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const entry = (id: unknown, time: unknown = 1790000000) => ({ id, time });
const thread = (around: object) => ({ history: [{ threads: [{ ...around, messages: texts }] }] });

describe("what surrounds the items of a body costs once, however many there are", () => {
  test.each<[string, object]>([
    ["the id of their entry", change({ messages: texts }, "messages", entry(LONG))],
    ["its time", change({ messages: texts }, "messages", entry("8", { a: LONG }))],
    [
      "an id of many entries",
      { entry: [{ id: LONG, changes: texts.map((field) => ({ field })) }] },
    ],
    ["the business number", change({ metadata: { phone_number_id: LONG }, messages })],
    ["the only profile", change({ contacts: [{ user_id: LONG }], messages })],
    [
      "what profiles came with",
      change({ contacts: texts.map((wa_id) => ({ wa_id })), messages: [{ id: LONG }] }),
    ],
    ["the thread of past messages", change(thread({ id: "1", a: LONG }), "history")],
    ["the ids of a thread", change(thread({ id: LONG, context: { wa_id: LONG } }), "history")],
  ])("%s", (_what, body) => {
    const bytes = Buffer.from(JSON.stringify(body));
    let count = 0;
    const ms = cpuMs(() => {
      for (const { key, conversation, account } of parse(bytes)) {
        count++;
        expect(key.length + conversation.length).toBeLessThan(3_000);
        expect(JSON.stringify(account).length).toBeLessThan(2_000);
      }
      expect(cutRecord(record(body)).length).toBeGreaterThan(0);
    });
    expect(count).toBeGreaterThanOrEqual(ITEMS);
    expect(ms).toBeLessThan(MOST_MS);
  });

  test("long ids tell events apart all the same", () => {
    const of = (id: string): string[] =>
      [...parse(change({ a: 1 }, "b", entry(id)))].map((e) => e.key);
    expect(of(`${LONG}a`)).toEqual(of(`${LONG}a`));
    expect(of(`${LONG}a`)).not.toEqual(of(`${LONG}b`));
  });
});
