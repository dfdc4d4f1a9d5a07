import { afterEach, describe, expect, test } from "vitest";
import { type AnyEvent, isEventName, parse } from "../../src/index.ts";
import { attacked } from "../support/attacked.ts";

// `JSON.parse` makes a property called `__proto__` like any other. It must stay one: wherever a body's names are copied,
// looked up or used as a key, they meet nothing of JavaScript's.

const WORDS = ["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty"];
const POISON =
  '"__proto__":{"polluted":1,"id":"wamid.polluted"},"constructor":{"prototype":{"polluted":1}},"toString":1,"toJSON":{},"then":1';

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(([] as unknown as Record<string, unknown>).polluted).toBeUndefined();
  expect((() => {}) as unknown as Record<string, unknown>).not.toHaveProperty("polluted");
});

const message = (extra: string): string =>
  `{"id":"wamid.1","from":"12125550101","timestamp":"1790000000","type":"text","text":{"body":"a",${POISON}},${extra}}`;
const body = (value: string, field = "messages"): string =>
  `{"object":"whatsapp_business_account",${POISON},"entry":[{"id":"800","time":1790000000,${POISON},"changes":[{${POISON},"field":${JSON.stringify(field)},"value":{${value}}}]}]}`;

function expectOwnPrototypes({ data, raw, account, sender, recipient }: AnyEvent): void {
  for (const part of [data, raw, account, sender, recipient]) {
    if (typeof part !== "object" || part === null) continue;
    expect([Object.prototype, Array.prototype]).toContain(Object.getPrototypeOf(part));
  }
}

describe("names that mean something to JavaScript are names", () => {
  test("as keys, in every place of a body", async () => {
    const rig = await attacked();
    const value = `"metadata":{"phone_number_id":"700",${POISON}},${POISON},"contacts":[{"wa_id":"12125550101","profile":{"name":"Dana",${POISON}},${POISON}}],"messages":[${message(POISON)}],"statuses":[{"id":"wamid.2","status":"sent","recipient_id":"12125550101",${POISON}}],"errors":[{"code":1,${POISON}}]`;
    expect((await rig.signed(body(value))).status).toBe(200);
    await rig.webhooks.idle();
    expect(rig.events.map(({ name }) => name).sort()).toEqual([
      "contact",
      "message.text",
      "platform_error",
      "status.sent",
    ]);
    for (const event of rig.events) {
      expectOwnPrototypes(event);
      expect(event.key).not.toContain("polluted");
      expect(Object.hasOwn(event.data as object, "__proto__")).toBe(true);
    }
    expect(rig.events.find(({ name }) => name === "message.text")).toMatchObject({
      data: { id: "wamid.1" },
      sender: { name: "Dana" },
    });
  });

  test("a list that nobody knows, whatever its name, is told as it came", () => {
    const value = `{"messages":[{"id":"wamid.1","from":"1","type":"text","text":{"body":"a"}}],"__proto__":[true]}`;
    const whole = `{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":${value}}]}]}`;
    for (const text of [whole, value]) {
      const events = [...parse(text)];
      expect(events.map(({ name }) => name)).toEqual(["message.text", "unknown"]);
      expect(Object.entries(events[1]?.data as object)).toContainEqual(["__proto__", [true]]);
      for (const event of events) expectOwnPrototypes(event);
    }
  });

  test.each(WORDS)(
    "%s: as the type of a message, the word of a status, a field, a list",
    async (word) => {
      const rig = await attacked();
      const type = JSON.stringify(word);
      await rig.signed(
        body(`"messages":[{"id":"wamid.1","from":"1","type":${type},${type}:{"id":"x"}}]`),
      );
      await rig.signed(body(`"statuses":[{"id":"wamid.2","status":${type},"type":${type}}]`));
      await rig.signed(body('"event":"x","a":1', word));
      await rig.signed(body(`"event":${type}`, "account_update"));
      await rig.signed(body(`${type}:[{"id":"wamid.3"}]`));
      await rig.webhooks.idle();
      expect(rig.events.map(({ name }) => name)).toEqual([
        "message.unknown",
        "status.unknown",
        "unknown",
        "account_update.unknown",
        "unknown",
      ]);
      for (const event of rig.events) expectOwnPrototypes(event);
      expect(rig.errors).toEqual([]);
      await rig.expectAlive();
    },
  );

  test.each(WORDS)("%s: as an id, a number, an account", async (word) => {
    const rig = await attacked();
    const id = JSON.stringify(word);
    const value = `"metadata":{"phone_number_id":${id}},"contacts":[{"wa_id":${id},"user_id":${id},"profile":{"name":"Dana"}}],"messages":[{"id":${id},"from":${id},"type":"text","text":{"body":"a"}}]`;
    await rig.signed(body(value));
    await rig.signed(body(value));
    await rig.webhooks.idle();
    expect(rig.events.map(({ name }) => name)).toEqual(["contact", "message.text"]);
    expect(rig.events[1]?.sender).toEqual({ key: word, phone: word, userId: word, name: "Dana" });
    await rig.expectAlive();
  });

  test.each(WORDS)("%s: as a tenant, and as what the path calls it", async (word) => {
    const seen: unknown[] = [];
    const rig = await attacked({
      path: `/hooks/:${word}`,
      appSecret({ params }) {
        seen.push(Object.entries(params), Object.getPrototypeOf(params));
        return { secret: "tenant-secret", tenant: word };
      },
    });
    const sent = body('"messages":[{"id":"wamid.1","from":"1","type":"text","text":{"body":"a"}}]');
    expect((await rig.signed(sent, "tenant-secret")).status).toBe(200);
    await rig.webhooks.idle();
    expect(seen).toEqual([[[word, "acme"]], null]);
    expect(rig.events.map(({ tenant, key }) => [tenant, key])).toEqual([
      [word, `${word}/message:wamid.1:text`],
    ]);
  });
});

test("no event is called by such a name", () => {
  expect(WORDS.filter((word) => isEventName(word))).toEqual([]);
});
