import { type DeadLetters, parse, type RecordAuth, type Settle } from "@whatsapp-webhooks/core";
import { expect, test } from "vitest";
import { MemoryStore, type NotificationBody, notification } from "../src/index.ts";

/** As it comes from a table or a function of one's own: what is not there is undefined. */
interface Row {
  readonly tenant?: string | undefined;
  readonly trace?: string | undefined;
  readonly delayMs?: number | undefined;
  readonly after?: number | undefined;
}

test("what may be left out may be undefined as well, in a record, a settle and a page", async () => {
  const row: Row = {};
  const store = new MemoryStore();
  const auth: RecordAuth = { kind: "signature", tenant: row.tenant };
  const record = { id: "a", receivedAt: 1, auth, body: new Uint8Array(), trace: row.trace };
  await store.commit({ appends: [{ record, held: true }], settles: [] });
  const settle: Settle = { id: "a", kind: "retry", completed: [], delayMs: row.delayMs };
  await store.commit({ appends: [], settles: [settle] });
  expect(await store.claim({ records: 1, bytes: 1 })).toMatchObject([{ record, attempts: 1 }]);
  await store.commit({
    appends: [],
    settles: [{ id: "a", kind: "dead_letter", completed: [], reason: undefined }],
  });
  const list: DeadLetters["list"] = ({ after, limit = 100 } = {}) =>
    store.listDeadLetters({ after, limit });
  expect(await list({ after: row.after, limit: undefined })).toHaveLength(1);
});

test("a store may say with undefined that there is no more to look through", async () => {
  class Undefined extends MemoryStore {
    override async find(): Promise<{ ids: readonly string[]; next: number | undefined }> {
      return { ids: [], next: undefined };
    }
  }
  expect(await new Undefined().find()).toEqual({ ids: [] });
});

test("of a text and a fixture one may be undefined", () => {
  const texts = (body: NotificationBody): unknown[] =>
    [...parse(body)].flatMap((event) =>
      event.name === "message.text" ? [event.data.text.body] : [],
    );
  const chosen = (text: string | undefined, fixture: undefined): NotificationBody =>
    notification({ text, fixture });
  expect(texts(chosen("Hello", undefined))).toEqual(["Hello"]);
  expect(texts(chosen(undefined, undefined))).toHaveLength(1);
  const named = (fixture: string | undefined): NotificationBody =>
    notification({ text: undefined, fixture });
  expect([...parse(named("messages/image"))].at(-1)?.name).toBe("message.image");
  expect(texts(named(undefined))).toHaveLength(1);
});
