import assert from "node:assert/strict";
import { notification } from "../notification.ts";
import { signed } from "../signed.ts";
import type { Check } from "./adapter-cases.ts";
import { type Rig, SECRET } from "./rig.ts";

const TEXT = "Crème brûlée à 50 % / 🥖 <b>@home</b>";

/** The JSON of a notification whose text is the given bytes. */
function withText(...bytes: readonly number[]): Uint8Array {
  const [before = "", after = ""] = JSON.stringify(notification({ text: "|" })).split("|");
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
}

async function expectDelivered(rig: Rig, body: Uint8Array, text: string): Promise<void> {
  const { status } = await rig.post(signed(body, SECRET));
  assert.equal(status, 200);
  assert.deepEqual(await rig.texts(), [text]);
}

async function expectTypes(rig: Rig, ...types: readonly string[]): Promise<void> {
  for (const type of types) {
    const { body, headers } = signed(notification({ text: type }), SECRET);
    const call = { body, headers: Object.entries({ ...headers, "Content-Type": type }) };
    assert.equal((await rig.send(call)).status, 200, type);
  }
  assert.deepEqual(await rig.texts(), types);
}

export const bodyChecks: readonly Check[] = [
  {
    name: "bodies: JSON as the platform writes it, all ASCII with escapes",
    async run(open) {
      const rig = await open();
      const { status } = await rig.post(notification({ text: TEXT }));
      assert.equal(status, 200);
      assert.deepEqual(await rig.texts(), [TEXT]);
    },
  },
  {
    name: "bodies: JSON in raw UTF-8",
    async run(open) {
      const rig = await open();
      const { status } = await rig.post(
        signed(notification({ text: TEXT }), SECRET, { utf8: true }),
      );
      assert.equal(status, 200);
      assert.deepEqual(await rig.texts(), [TEXT]);
    },
  },
  {
    name: "bodies: a DEL character",
    run: async (open) => expectDelivered(await open(), withText(0x61, 0x7f, 0x62), "a\u007fb"),
  },
  {
    name: "bodies: a byte order mark in front",
    async run(open) {
      const body = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), withText(0x61)]);
      await expectDelivered(await open(), body, "a");
    },
  },
  {
    name: "bodies: bytes that are not UTF-8",
    run: async (open) => expectDelivered(await open(), withText(0x61, 0xff, 0x62), "a\ufffdb"),
  },
  {
    name: "bodies: white space and key order of its own",
    async run(open) {
      const body = Buffer.from(` \r\n${JSON.stringify(notification({ text: "a" }), null, "\t")}\n`);
      await expectDelivered(await open(), body, "a");
    },
  },
  {
    name: "bodies: 3 MB",
    async run(open) {
      const text = "0123456789 ".repeat(280_000);
      const rig = await open();
      const { status } = await rig.post(notification({ text }));
      assert.equal(status, 200);
      const [arrived] = await rig.texts();
      // Not compared by the assertion itself: it would print them.
      assert.ok(arrived === text, `a text of ${arrived?.length} characters arrived`);
    },
  },
  {
    name: "bodies: chunked, in pieces that split characters",
    async run(open) {
      const rig = await open();
      const { body, headers } = signed(notification({ text: TEXT }), SECRET, { utf8: true });
      const chunks = Array.from({ length: Math.ceil(body.length / 7) }, (_, i) =>
        body.subarray(i * 7, i * 7 + 7),
      );
      const { status } = await rig.send({ headers: Object.entries(headers), chunks });
      assert.equal(status, 200);
      assert.deepEqual(await rig.texts(), [TEXT]);
    },
  },
  {
    name: "bodies: nothing at all, and what is not JSON, are 200 when signed, and reported",
    async run(open) {
      const rig = await open();
      for (const body of ["", "no JSON"]) {
        assert.equal((await rig.post(signed(body, SECRET))).status, 200);
      }
      await rig.texts();
      assert.deepEqual(
        rig.errors.map(({ code }) => code),
        ["body_not_json", "body_not_json"],
      );
    },
  },
  {
    name: "bodies: no Content-Type",
    async run(open) {
      const rig = await open();
      const { body, headers } = signed(notification({ text: "a" }), SECRET);
      const { "Content-Type": _none, ...rest } = headers;
      assert.equal((await rig.send({ body, headers: Object.entries(rest) })).status, 200);
      assert.deepEqual(await rig.texts(), ["a"]);
    },
  },
  {
    name: "bodies: any other Content-Type",
    run: async (open) =>
      expectTypes(
        await open(),
        "text/plain",
        "application/json; charset=utf-16",
        "application/json;",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
      ),
  },
  {
    name: "bodies: a Content-Type that is no media type",
    needs: "malformed-content-type",
    run: async (open) => expectTypes(await open(), "nonsense", ";", "json/"),
  },
];
