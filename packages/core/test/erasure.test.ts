import { expect, test, vi } from "vitest";
import { withoutItemsOf } from "../src/inbox/erasure.ts";
import { eraseFrom, type InboxRecord } from "../src/index.ts";
import { cloudBody, record, text } from "./support/notifications.ts";
import { tame } from "./support/tame-store.ts";

const ANN = "12125550101";
const BOB = "12125550102";

const bytes = (body: unknown): Uint8Array =>
  Buffer.from(typeof body === "string" ? body : JSON.stringify(body));

function erased(body: unknown, ...texts: string[]): unknown {
  const left = withoutItemsOf(texts, bytes(body));
  return left === undefined ? undefined : JSON.parse(Buffer.from(left).toString());
}

test("one person's message goes, the others of the batch stay as they were", () => {
  const [hers, his] = [text("Hi", { from: ANN }), text("Hello", { from: BOB })];
  expect(erased(cloudBody([hers, his]), ANN)).toEqual(cloudBody([his]));
});

test("contacts and statuses go like messages", () => {
  const value = (people: readonly string[]) => ({
    metadata: { phone_number_id: "7" },
    contacts: people.map((wa_id) => ({ wa_id, profile: { name: "N" } })),
    statuses: people.map((recipient_id) => ({ id: "wamid.1", status: "sent", recipient_id })),
  });
  const body = (people: readonly string[]) => ({
    entry: [{ id: "8", changes: [{ field: "messages", value: value(people) }] }],
  });
  expect(erased(body([ANN, BOB]), ANN)).toEqual(body([BOB]));
});

test("a change, an entry and a record go when nothing else is in them", () => {
  const { entry: hers } = cloudBody([text("Hi", { from: ANN })]);
  const { entry: his } = cloudBody([text("Hello", { from: BOB })]);
  expect(erased({ entry: [...hers, ...his] }, ANN)).toEqual({ entry: his });
  expect(erased({ entry: hers }, ANN)).toBeUndefined();
});

test("a change that holds the text outside of lists goes as a whole", () => {
  const change = (user_id: string) => ({ field: "user_id_update", value: { user_id } });
  expect(
    erased({ entry: [{ id: "1", changes: [change("US.1"), change("US.2")] }] }, "US.1"),
  ).toEqual({ entry: [{ id: "1", changes: [change("US.2")] }] });
});

test("threads of a history lose one person's, not all", () => {
  const body = (...ids: readonly string[]) => ({
    history: [{ threads: ids.map((id) => ({ id, messages: [{ from: id }, { from: "7" }] })) }],
  });
  expect(erased(body(ANN, BOB), ANN)).toEqual(body(BOB));
});

test("On-Premises bodies lose their items, too", () => {
  const body = (...people: readonly string[]) => ({ messages: people.map((from) => ({ from })) });
  expect(erased(body(ANN, BOB), BOB)).toEqual(body(ANN));
});

test("a number is not found in a longer one, nor an id in a longer id", () => {
  const body = bytes(cloudBody([text("1", { from: `${ANN}1` }), text("2", { from: `9${ANN}` })]));
  expect(withoutItemsOf([ANN], body)).toBe(body);
  expect(withoutItemsOf(["US.1"], bytes('{"messages":[{"from":"US.12"}]}'))).toEqual(
    bytes('{"messages":[{"from":"US.12"}]}'),
  );
});

test("a body that does not hold the text is the same, to the byte", () => {
  const body = bytes('{ "messages": [ {"from": "1"} ] }');
  expect(withoutItemsOf([ANN], body)).toBe(body);
  expect(withoutItemsOf([""], body)).toBe(body);
  expect(withoutItemsOf([], body)).toBe(body);
});

test("texts are found however JSON spells them", () => {
  const spelled = String.raw`{"messages":[{"profile":{"username":"j\u00e4\u0040x"}},{"from":"2"}]}`;
  expect(erased(spelled, "jä@x")).toEqual({ messages: [{ from: "2" }] });
});

test("lists that were empty, or are now, cost nothing that has something left in it", () => {
  const his = { from: BOB, errors: [], text: null };
  const body = (contacts: readonly object[], messages: readonly object[]) => ({
    entry: [{ id: "8", changes: [{ value: { contacts, messages } }] }],
  });
  expect(erased(body([{ wa_id: ANN }], [{ from: ANN }, his]), ANN)).toEqual(body([], [his]));
});

test("somebody may be called null", () => {
  expect(erased({ messages: [{ from: "null", text: null }, { from: BOB }] }, "null")).toEqual({
    messages: [{ from: BOB }],
  });
});

test("what is not JSON goes as a whole, if it holds the text", () => {
  expect(withoutItemsOf([ANN, BOB], bytes(`from ${BOB}`))).toBeUndefined();
  expect(withoutItemsOf([ANN], bytes(`from ${ANN}`))).toBeUndefined();
  expect(withoutItemsOf([ANN], bytes("from nobody"))).toEqual(bytes("from nobody"));
});

test("a store is looked through to the end, and what it finds by chance stays", async () => {
  const records = [
    record(cloudBody([text("Hi", { from: ANN })])),
    record(cloudBody([text("Hi", { from: `${ANN}9` })])),
    record(cloudBody([text("Hi", { from: ANN }), text("Hi", { from: BOB })])),
  ];
  const asked: unknown[] = [];
  const replaced: [string, boolean][] = [];
  const isReplaced = (id: string): boolean => replaced.some(([each]) => each === id);
  const { store } = tame({
    find: async (search) => {
      asked.push(search);
      const of = search.deadLetters ? [records[2]] : [records[search.after]];
      const next = search.deadLetters || search.after === 1 ? {} : { next: search.after + 1 };
      const ids = of.map((each) => each?.id ?? "").filter((id) => !isReplaced(id));
      return { ids, ...next };
    },
    get: async (id): Promise<InboxRecord | undefined> => records.find((each) => each.id === id),
    replace: async (id, body) => {
      replaced.push([id, body !== undefined]);
      return true;
    },
  });
  expect(await eraseFrom(store, [ANN, "jä"])).toBe(2);
  expect(asked).toEqual([
    { texts: [ANN, "jä", String.raw`j\u00e4`], deadLetters: false, after: 0 },
    { texts: [ANN, "jä", String.raw`j\u00e4`], deadLetters: false, after: 1 },
    { texts: [ANN, "jä", String.raw`j\u00e4`], deadLetters: true, after: 0 },
    { texts: [ANN, "jä", String.raw`j\u00e4`], deadLetters: false, after: 0 },
    { texts: [ANN, "jä", String.raw`j\u00e4`], deadLetters: false, after: 1 },
  ]);
  expect(replaced).toEqual([
    [records[0]?.id, false],
    [records[2]?.id, true],
  ]);
  expect(await eraseFrom(store, [""])).toBe(0);
  expect(asked).toHaveLength(5);
});

test("a dead letter that is replayed when what waits was looked through is found all the same", async () => {
  const hers = record(cloudBody([text("Hi", { from: ANN })]));
  const waiting: string[] = [];
  const letters = [hers.id];
  const replaced: string[] = [];
  const { store } = tame({
    find: async ({ deadLetters }) => {
      const ids = deadLetters ? [...letters] : [...waiting];
      // Somebody has it handled again, just then.
      if (!deadLetters) waiting.push(...letters.splice(0));
      return { ids };
    },
    get: async (id) => (id === hers.id && replaced.length === 0 ? hers : undefined),
    replace: async (id) => {
      replaced.push(id);
      waiting.splice(0);
      return true;
    },
  });
  expect(await eraseFrom(store, [ANN])).toBe(1);
  expect(replaced).toEqual([hers.id]);
});

test("what is moved or changed while it is looked through is looked for again", async () => {
  const hers = record(cloudBody([text("Hi", { from: ANN })]));
  let isThere = false;
  let isBeingWritten = true;
  const { store } = tame({
    find: async ({ deadLetters }) => ({ ids: deadLetters ? [hers.id] : [] }),
    get: async () => {
      const found = isThere ? hers : undefined;
      isThere = true;
      return found;
    },
    replace: async () => {
      if (!isBeingWritten) return true;
      isBeingWritten = false;
      return false;
    },
  });
  expect(await eraseFrom(store, [ANN])).toBe(1);
});

test("what is never there when it is read is given up after a while", async () => {
  const get = vi.fn(async () => undefined);
  const { store } = tame({
    find: async ({ deadLetters }) => ({ ids: deadLetters ? ["gone"] : [] }),
    get,
  });
  expect(await eraseFrom(store, [ANN])).toBe(0);
  expect(get).toHaveBeenCalledTimes(5);
});

test("what is changed again and again is given up after a while", async () => {
  const hers = record(cloudBody([text("Hi", { from: ANN })]));
  const replace = vi.fn(async () => false);
  const { store } = tame({
    find: async ({ deadLetters }) => ({ ids: deadLetters ? [hers.id] : [] }),
    get: async () => hers,
    replace,
  });
  expect(await eraseFrom(store, [ANN])).toBe(0);
  expect(replace).toHaveBeenCalledTimes(25);
});
