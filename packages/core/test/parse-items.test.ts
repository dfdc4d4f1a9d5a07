import { describe, expect, test } from "vitest";
import type { AnyEvent } from "../src/index.ts";
import { change, cloud, events, METADATA, names } from "./support/bodies.ts";

const text = {
  id: "wamid.A",
  from: "1",
  timestamp: "1772987828",
  type: "text",
  text: { body: "x" },
};

describe("nothing is left out", () => {
  test("every entry, every change, every item of every list, in this order", () => {
    const item = (id: string): object => ({ ...text, id });
    const changeOf = (ids: string[]): object => ({
      field: "messages",
      value: { metadata: METADATA, messages: ids.map(item) },
    });
    const body = {
      object: "whatsapp_business_account",
      entry: [
        { id: "1", changes: [changeOf(["a", "b"]), changeOf(["c"])] },
        { id: "2", changes: [changeOf(["d"])] },
      ],
    };
    expect(
      events(body).map(({ raw, account }) => [(raw as { id: string }).id, account.wabaId]),
    ).toEqual([
      ["a", "1"],
      ["b", "1"],
      ["c", "1"],
      ["d", "2"],
    ]);
  });

  test("lists beside a history: errors, and those that are called as ours are", () => {
    const history = [{ threads: [{ id: "1", messages: [text] }] }];
    const beside = { errors: [{ code: 1 }], past: [2], progress: [3], unreadable: [4] };
    const found = events(change({ history, ...beside }, "history"));
    expect(found.map(({ name, data }) => (name === "unknown" ? data : name))).toEqual([
      "history.message",
      "history.error",
      { unreadable: [[2], [3], [4]] },
    ]);
  });

  test("lists beside what is on standby", () => {
    const standby = { messages: [text] };
    expect(names(change({ standby, metadata: METADATA }, "standby"))).toEqual(["standby.message"]);
    const [message, unknown] = events(change({ standby, brand_new: [1] }, "standby"));
    expect([message?.name, unknown?.name]).toEqual(["standby.message", "unknown"]);
    expect(unknown?.raw).toEqual({ field: "standby", value: { standby, brand_new: [1] } });
  });

  test("an empty list beside either is nothing", () => {
    const standby = { messages: [text] };
    expect(names(change({ standby, contacts: [] }, "standby"))).toEqual(["standby.message"]);
    const history = [{ threads: [{ id: "1", messages: [text] }], brand_new: [] }];
    expect(names(change({ history, progress: [] }, "history"))).toEqual(["history.message"]);
  });

  test("a list that is called as what we make of those beside is not lost", () => {
    const standby = { messages: [text], beside: [{ a: 1 }] };
    const [, unknown] = events(change({ standby, brand_new: [1] }, "standby"));
    expect(unknown?.data).toEqual({ beside: [{ brand_new: [1] }, [{ a: 1 }]] });
  });

  test("a past message says in `data` which thread it is of, and is in `raw` as it came", () => {
    const history = [{ threads: [{ id: "1", messages: [text] }] }];
    const [message] = events(change({ history }, "history"));
    expect(message?.data).toEqual({ ...text, thread: { id: "1" } });
    expect(message?.raw).toEqual(text);
  });

  test("of a long thread its messages say which it is, and with whom", () => {
    const known = { id: "12125550101", context: { user_id: "US.1" } };
    const thread = { ...known, labels: ["x".repeat(3_000)], messages: [text] };
    const [message] = events(change({ history: [{ threads: [thread] }] }, "history"));
    expect(message?.data).toMatchObject({ thread: known });
    expect(JSON.stringify(message?.data)).not.toContain("xxx");
  });

  test("a thread with any number of levels is no error", () => {
    const deep = JSON.parse("[".repeat(20_000) + "]".repeat(20_000));
    const thread = { id: "1", deep, messages: [text] };
    expect(names(change({ history: [{ threads: [thread] }] }, "history"))).toEqual([
      "history.message",
      "unknown",
    ]);
  });

  test("one value may hold contacts, messages, statuses and errors", () => {
    const value = {
      errors: [{ code: 1 }],
      statuses: [{ id: "wamid.B", status: "sent" }],
      messages: [text],
      contacts: [{ wa_id: "1" }],
    };
    expect(names(cloud(value))).toEqual([
      "contact",
      "message.text",
      "status.sent",
      "platform_error",
    ]);
  });

  test.each<[string, unknown]>([
    ["no value", undefined],
    ["an empty value", {}],
    ["a value with its number alone", { messaging_product: "whatsapp", metadata: METADATA }],
    ["empty lists", { messages: [], statuses: [], contacts: [] }],
    ["lists that are null", { messages: null, statuses: null }],
    ["something nobody knows", { brand_new: { a: 1 } }],
    ["a list nobody knows", { brand_new: [{ a: 1 }] }],
    ["a value that is a list", [text]],
    ["a value that is a text", "x"],
    ["a value that is null", null],
  ])(
    "a change with %s is one `unknown` with its field and the change as it came",
    (_what, value) => {
      const body = change(value) as { entry: [{ changes: [object] }] };
      const [event, ...others] = events(body);
      expect(others).toEqual([]);
      expect(event).toMatchObject({ name: "unknown", field: "messages" });
      expect(event?.raw).toBe(body.entry[0].changes[0]);
      expect(event?.data).toBe(value);
    },
  );

  test.each([
    ["a new field", "brand_new_field"],
    ["a field named as a method", "constructor"],
    ["a field named as the prototype", "__proto__"],
  ])("%s is one `unknown` under its name", (_what, field) => {
    expect(events(change({ messages: [text] }, field))).toMatchObject([{ name: "unknown", field }]);
  });

  test.each([
    ["no field", { value: { messages: [text] } }],
    ["a field that is no text", { field: 5, value: { messages: [text] } }],
  ])("a change with %s is one `unknown` without a field", (_what, odd) => {
    const [event, ...others] = events({ entry: [{ id: "1", changes: [odd] }] });
    expect(others).toEqual([]);
    expect(event?.name).toBe("unknown");
    expect(event).not.toHaveProperty("field");
  });

  test("a list nobody knows beside messages is an `unknown` of its own", () => {
    expect(names(cloud({ messages: [text], brand_new: [{ a: 1 }] }))).toEqual([
      "message.text",
      "unknown",
    ]);
    expect(names(cloud({ messages: [text], brand_new: [], also_new: { a: 1 } }))).toEqual([
      "message.text",
    ]);
  });

  test.each([
    ["a text", "x"],
    ["null", null],
    ["a number", 5],
    ["a list", []],
    ["nothing in it", {}],
    ["no changes", { id: "1", time: 5 }],
    ["changes that are null", { id: "1", changes: null }],
    ["an empty list of changes", { id: "1", changes: [] }],
  ])(
    "an entry that is or has %s is one `unknown`, and its neighbour is as it was",
    (_what, odd) => {
      const [good] = cloud({ messages: [text] }).entry as object[];
      const body = { object: "whatsapp_business_account", entry: [odd, good] };
      expect(names(body)).toEqual(["unknown", "message.text"]);
      expect(events(body)[0]?.raw).toBe(odd);
    },
  );

  test("a change that is no object is one `unknown`", () => {
    const changes = [null, "x", 5, [], { field: "messages", value: { messages: [text] } }];
    expect(names({ entry: [{ id: "1", changes }] })).toEqual([
      ...Array<string>(4).fill("unknown"),
      "message.text",
    ]);
  });

  test("where a list is expected, a single item counts as one", () => {
    const body = cloud({ messages: text, statuses: { id: "wamid.B", status: "sent" } });
    expect(names(body)).toEqual(["message.text", "status.sent"]);
    expect(
      names({ entry: [{ changes: { field: "messages", value: { messages: [text] } } }] }),
    ).toEqual(["message.text"]);
  });

  test("an On-Premises body may be empty: nothing follows from it", () => {
    expect(names({ messages: [], statuses: [{}], errors: [{}, {}] })).toEqual([]);
  });
});

describe("one odd item costs its neighbours nothing", () => {
  const odd: [string, unknown][] = [
    ["null", null],
    ["a number", 5],
    ["a text", "x"],
    ["a list", [text]],
    ["nothing in it", {}],
    ["no id", { ...text, id: undefined }],
    ["content of another form", { ...text, text: 7 }],
    ["no content", { ...text, text: undefined }],
    ["depth without end", JSON.parse(`${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`)],
  ];
  const neighbours = [
    { ...text, id: "wamid.1" },
    { ...text, id: "wamid.2" },
  ];

  test.each(odd)("a message that is or has %s", (_what, item) => {
    const [first, event, last, ...others] = events(
      cloud({ messages: [neighbours[0], item, neighbours[1]] }),
    );
    expect(others).toEqual([]);
    expect(first).toMatchObject({ name: "message.text", data: neighbours[0] });
    expect(last).toMatchObject({ name: "message.text", data: neighbours[1] });
    expect(event?.name).toBe("message.invalid");
    expect(event?.raw).toBe(item);
  });

  test.each(odd.slice(0, 6))("a status, an error or a profile that is or has %s", (_what, item) => {
    const status = { id: "wamid.1", status: "sent" };
    const lists = {
      contacts: [{ wa_id: "1" }, item],
      statuses: [status, item],
      errors: [item, { code: 1 }],
    };
    expect(names(cloud(lists)).filter((name) => !name.endsWith(".invalid"))).toEqual(
      expect.arrayContaining(["contact", "status.sent", "platform_error"]),
    );
    expect(names(cloud(lists))).toHaveLength(6);
  });
});

describe("an invalid item", () => {
  const body = cloud({ messages: [{ ...text, from: 5, text: { body: ["12125550123"] } }] });
  type Invalid = Extract<AnyEvent, { name: "message.invalid" }>;
  const invalid = (): Invalid => events(body)[0] as Invalid;

  test("says which properties do not fit, without a value of the payload", () => {
    const { issues } = invalid();
    expect(issues.map(({ path }) => path).sort()).toEqual(["from", "text.body"]);
    expect(JSON.stringify(issues)).not.toContain("1212555");
  });

  test("keeps what fits of what all of its family have, and all of it in `raw`", () => {
    const event = invalid();
    expect(event.data).toEqual({ id: "wamid.A", timestamp: "1772987828", type: "text" });
    expect(event.raw).toMatchObject({ from: 5, text: { body: ["12125550123"] } });
    expect(event.timestamp.toISOString()).toBe("2026-03-08T16:37:08.000Z");
  });
});
