import assert from "node:assert/strict";
import { DEFAULT_PATH } from "@whatsapp-webhooks/core";
import { notification } from "../notification.ts";
import { signed } from "../signed.ts";
import type { Check } from "./adapter-cases.ts";
import { SECRET, TOKEN } from "./rig.ts";

const ECHO = { path: "/echo", headers: [["Content-Type", "application/json"]] } as const;

export const parserChecks: readonly Check[] = [
  {
    name: "parsers: a body whose bytes were not kept is 500 at once, logged once, never delivered",
    needs: "consuming-parser",
    async run(open) {
      const rig = await open({ before: "consuming" });
      for (const text of ["one", "two"]) {
        assert.equal((await rig.post(notification({ text }))).status, 500);
      }
      assert.deepEqual(await rig.texts(), []);
      const lines = rig.logs.filter(({ code }) => code === "body_lost");
      assert.equal(lines.length, 1);
      assert.equal(lines[0]?.level, "error");
      assert.match(
        lines[0]?.message ?? "",
        /^body_lost: .{20}/,
        "the line does not say what to do",
      );
    },
  },
  {
    name: "parsers: behind a parser that keeps no bytes, the handshake works",
    needs: "consuming-parser",
    async run(open) {
      const rig = await open({ before: "consuming" });
      const query = new URLSearchParams({
        "hub.mode": "subscribe",
        "hub.verify_token": TOKEN,
        "hub.challenge": "17",
      });
      const { status, body } = await rig.send({ method: "GET", path: `${DEFAULT_PATH}?${query}` });
      assert.deepEqual({ status, body }, { status: 200, body: "17" });
    },
  },
  {
    name: "parsers: a body that the parser left alone is read and delivered",
    needs: "consuming-parser",
    async run(open) {
      const rig = await open({ before: "consuming" });
      const { body, headers } = signed(notification({ text: "left alone" }), SECRET);
      const call = { ...headers, "Content-Type": "application/octet-stream" };
      assert.equal((await rig.send({ body, headers: Object.entries(call) })).status, 200);
      assert.deepEqual(await rig.texts(), ["left alone"]);
    },
  },
  {
    name: "parsers: bytes that the parser kept are verified and delivered",
    needs: "keeping-parser",
    async run(open) {
      const rig = await open({ before: "keeping" });
      const texts = ["é / 🥖", "plain"];
      for (const text of texts) {
        assert.equal((await rig.post(notification({ text }))).status, 200);
      }
      const pretty = JSON.stringify(notification({ text: "pretty" }), null, 2);
      assert.equal((await rig.post(signed(pretty, SECRET))).status, 200);
      assert.deepEqual(await rig.texts(), [...texts, "pretty"]);
      // Parsers stop at 100 kB, or at 1 MB, unless they are told more.
      const large = notification({ text: "0123456789 ".repeat(280_000) });
      assert.equal((await rig.post(large)).status, 200, "a body of 3 MB");
    },
  },
  {
    name: "parsers: behind a parser that keeps bytes, a forged notification is 401",
    needs: "keeping-parser",
    async run(open) {
      const rig = await open({ before: "keeping" });
      const body = notification({ text: "https://example.com/" });
      assert.equal((await rig.post(signed(body, "a guess"))).status, 401);
      const resigned = signed(body, SECRET, { utf8: true });
      assert.equal(
        (await rig.post({ body: signed(body, SECRET).body, headers: resigned.headers })).status,
        401,
      );
      await rig.expectAlive();
    },
  },
  ...(["consuming", "keeping"] as const).map(
    (before): Check => ({
      name: `parsers: a ${before} parser of the app still serves the app's own route`,
      needs: `${before}-parser`,
      async run(open) {
        const rig = await open({ before });
        const { status, body } = await rig.send({ ...ECHO, body: '{"echo":"é"}' });
        assert.deepEqual({ status, body: JSON.parse(body) }, { status: 200, body: { echo: "é" } });
      },
    }),
  ),
];
