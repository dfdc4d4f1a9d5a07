import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Attacked, attacked } from "../support/attacked.ts";
import { cloudBody, text } from "../support/notifications.ts";

// Bodies from somebody who can sign: a tenant, a thief of the secret, a platform with a bug. Nothing they hold may stop
// the process, cost others their notifications, or be lost without a word.
vi.setConfig({ testTimeout: 60_000 });

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => void process.on("unhandledRejection", note));
afterEach(() => {
  process.off("unhandledRejection", note);
  expect(unhandled.splice(0)).toEqual([]);
});

const MILLION = 1_000_000;
const json = JSON.stringify(cloudBody([text("|")]));
const [before = "", after = ""] = json.split("|");
/** A notification of one text, in which these bytes stand. */
const withText = (...bytes: readonly number[]): Buffer =>
  Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
/** A notification whose list of messages is this text. */
const withMessages = (messages: string): string =>
  JSON.stringify(cloudBody([])).replace('"messages":[]', `"messages":${messages}`);
const withItem = (item: string): string =>
  withMessages(`[{"id":"wamid.odd","from":"12125550101","timestamp":"1790000000",${item}}]`);

async function whatComesOf(rig: Attacked, body: string | Uint8Array): Promise<string[]> {
  const { status } = await rig.signed(body);
  expect(status).toBe(200);
  await rig.webhooks.idle();
  const came = [
    ...rig.events.map(({ name }) => name),
    ...rig.errors.map(({ error }) => error.code as string),
  ];
  await rig.expectAlive();
  return came;
}

describe("what is no JSON is kept and reported, and what follows is handled", () => {
  test.each<[string, string | Uint8Array]>([
    ["nothing", ""],
    ["half of a notification", json.slice(0, -20)],
    ["two notifications", json + json],
    ["a form", "object=whatsapp_business_account&entry=1"],
    ["zeros", new Uint8Array(100_000)],
    ["UTF-16", Buffer.from(`\ufeff${json}`, "utf16le")],
    ["an unfinished escape", '{"entry":["\\u12'],
    ["a comment", `/* hello */${json}`],
    ["a control character in a text", withText(0x1b)],
    ["a number of JavaScript's", json.replace('"1790000000"', "NaN")],
  ])("%s", async (_what, body) => {
    expect(await whatComesOf(await attacked(), body)).toEqual(["body_not_json"]);
  });
});

describe("what is another shape is kept and reported", () => {
  test.each([
    ["a number", "5"],
    ["a text", '"whatsapp_business_account"'],
    ["null", "null"],
    ["a list", "[{}]"],
    ["entries that are none", '{"object":"whatsapp_business_account","entry":5}'],
    ["the entries of another product", '{"object":"page","entry":[]}'],
  ])("%s", async (_what, body) => {
    expect(await whatComesOf(await attacked(), body)).toEqual(["envelope_unknown"]);
  });
});

describe("odd values are values, and cost the event nothing", () => {
  test.each<[string, string | Uint8Array]>([
    ["bytes that are no UTF-8", withText(0x61, 0xff, 0xc0, 0xaf, 0xed, 0xa0, 0x80)],
    ["a byte order mark", Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(json)])],
    ["half a character", json.replace("|", "\\ud83d")],
    ["a zero in a text", json.replace("|", "\\u0000")],
    ["the same key twice", json.replace('"type":"text"', '"type":"image","type":"text"')],
    ["a text of four million characters", json.replace("|", "x".repeat(4 * MILLION))],
    [
      "a name of four million characters",
      withItem(`"type":"text","text":{"body":"a"},"${"x".repeat(4 * MILLION)}":1`),
    ],
    [
      "a number of four million digits",
      withItem(`"type":"text","text":{"body":"a"},"n":${"9".repeat(4 * MILLION)}`),
    ],
    [
      "a number beyond all numbers",
      withItem('"type":"text","text":{"body":"a"},"n":[1e999,-1e999]'),
    ],
    ["four million blanks", " ".repeat(4 * MILLION) + json],
  ])("%s", async (_what, body) => {
    expect(await whatComesOf(await attacked(), body)).toEqual(["message.text"]);
  });

  test("times beyond all times", async () => {
    const rig = await attacked();
    const times = ["1e999", '"99999999999999999999"', '"-5"', '"NaN"', "{}", "1".repeat(400)];
    const messages = times.map(
      (time, i) =>
        `{"id":"wamid.${i}","from":"12125550101","type":"text","text":{"body":"a"},"timestamp":${time}}`,
    );
    const came = await whatComesOf(rig, withMessages(`[${messages.join(",")}]`));
    expect(came).toEqual(times.map(() => "message.text"));
    for (const { timestamp } of rig.events) expect(timestamp.getTime()).not.toBeNaN();
  });
});

describe("what would cost far more than its bytes is not looked into", () => {
  test.each([
    ["lists in lists", withMessages("[".repeat(2 * MILLION) + "]".repeat(2 * MILLION))],
    ["lists that never end", withMessages("[".repeat(4 * MILLION - 500))],
    [
      "objects in objects",
      withMessages(`[${'{"a":'.repeat(MILLION / 2)}1${"}".repeat(MILLION / 2)}]`),
    ],
    ["two million items", withMessages(`[${"0,".repeat(2 * MILLION - 200)}0]`)],
    ["two million entries", `{"entry":[${"0,".repeat(2 * MILLION)}0]}`],
    ["empty messages", withMessages(`[${"{},".repeat(MILLION)}{}]`)],
  ])("%s: kept, reported once, and the next notification is handled", async (_what, body) => {
    const rig = await attacked();
    expect(await whatComesOf(rig, body)).toEqual(["body_too_dense"]);
    expect(rig.errors[0]?.context.record?.body.byteLength).toBe(body.length);
  });

  test.each([
    ["a list of misfits", `"type":"contacts","contacts":[${"0,".repeat(2 * MILLION - 500)}0]`],
    [
      "misfits deeper down",
      `"type":"order","order":{"product_items":[${"[0],".repeat(MILLION - 500)}0]}`,
    ],
    ["misfits beside it", `"type":"text","text":{"body":"a"},"errors":[${"0,".repeat(MILLION)}0]`],
    [
      "keys",
      `"type":"text","text":{"body":"a"},${Array.from({ length: 200_000 }, (_, i) => `"k${i}":1`).join(",")}`,
    ],
  ])(
    "a message with millions of values (%s) is `message.invalid`, unchecked and whole in `raw`",
    async (_what, item) => {
      const rig = await attacked();
      expect(await whatComesOf(rig, withItem(item))).toEqual(["message.invalid"]);
      expect(rig.events[0]).toMatchObject({
        data: { id: "wamid.odd", from: "12125550101" },
        sender: { key: "12125550101" },
        issues: [{ path: "", message: "more than 10000 values: not checked" }],
        raw: { id: "wamid.odd" },
        key: expect.stringContaining("wamid.odd"),
      });
    },
  );

  test("twice as many items as the platform sends in so many bytes are handled, each once", async () => {
    const rig = await attacked();
    const items = Array.from({ length: 20_000 }, (_, i) => `"${String(i).padStart(65, "x")}"`);
    expect(await whatComesOf(rig, withMessages(`[${items.join(",")}]`))).toHaveLength(20_000);
    expect(new Set(rig.events.map(({ key }) => key)).size).toBe(rig.events.length);
  });

  test("small bodies that are as dense do not add up", async () => {
    const rig = await attacked();
    const dense = Array.from({ length: 100 }, (_, i) =>
      withMessages(`[${"0,".repeat(1_000)}${i}]`),
    );
    for (const body of dense) expect((await rig.signed(body)).status).toBe(200);
    await rig.webhooks.idle();
    expect(rig.events).toEqual([]);
    expect(rig.errors.map(({ error }) => error.code)).toEqual(dense.map(() => "body_too_dense"));
  });

  test("a flow's answer as deep as that stays text", async () => {
    const rig = await attacked();
    const answer = "[".repeat(MILLION) + "]".repeat(MILLION);
    const interactive = JSON.stringify({ type: "nfm_reply", nfm_reply: { response_json: answer } });
    const item = `"type":"interactive","interactive":${interactive}`;
    expect(await whatComesOf(rig, withItem(item))).toEqual(["message.interactive"]);
    const flow = (rig.events[0] as { flow?: { raw?: string; response?: unknown } }).flow;
    expect(flow?.raw).toHaveLength(2 * MILLION);
    expect(flow).not.toHaveProperty("response");
  });
});
