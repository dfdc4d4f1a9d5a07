import assert from "node:assert/strict";
import { DEFAULT_PATH } from "@whatsapp-webhooks/core";
import { notification } from "../notification.ts";
import { signed } from "../signed.ts";
import type { Check } from "./adapter-cases.ts";
import { SECRET } from "./rig.ts";
import type { Header } from "./wire.ts";

const SIGNATURE = "X-Hub-Signature-256";
const HEX = "0123456789abcdef".repeat(4);

/** What is refused for its headers alone. */
const unsigned: Readonly<Record<string, readonly Header[]>> = {
  "no signature": [],
  "only the old SHA-1 signature": [["X-Hub-Signature", `sha1=${HEX.slice(24)}`]],
  "a signature cut short": [[SIGNATURE, `sha256=${HEX.slice(1)}`]],
  "a signature of another kind": [[SIGNATURE, `sha512=${HEX}`]],
  "an empty signature": [[SIGNATURE, ""]],
};

export const refusalChecks: readonly Check[] = [
  {
    name: "refusals: a forged notification is 401 and nothing of it is delivered",
    async run(open) {
      const rig = await open();
      const { status, body } = await rig.post(signed(notification({ text: "forged" }), "a guess"));
      assert.equal(status, 401);
      assert.ok(!body.includes("forged"), "the answer holds what was sent");
      await rig.expectAlive();
    },
  },
  {
    name: "refusals: a signature over the same JSON written otherwise is 401",
    async run(open) {
      const rig = await open();
      const body = notification({ text: "https://example.com/ä" });
      const sent = signed(body, SECRET);
      const resigned = signed(body, SECRET, { utf8: true });
      assert.equal((await rig.post({ body: sent.body, headers: resigned.headers })).status, 401);
      assert.equal((await rig.post({ body: resigned.body, headers: sent.headers })).status, 401);
      await rig.expectAlive();
    },
  },
  ...Object.entries(unsigned).map(
    ([what, headers]): Check => ({
      name: `refusals: ${what} is 401 before the body has come`,
      async run(open) {
        const rig = await open();
        const wire = await rig.wire();
        wire.writeHead("POST", DEFAULT_PATH, [
          ["Content-Type", "application/json"],
          ["Content-Length", "1000"],
          ...headers,
        ]);
        wire.write('{"object":');
        assert.equal((await rig.answer(wire)).status, 401);
        await rig.expectAlive();
      },
    }),
  ),
  {
    name: "refusals: a signature given twice is 401 before the body has come, the right one among them",
    async run(open) {
      const rig = await open();
      const { body, headers } = signed(notification({ text: "twice" }), SECRET);
      const right: Header = [SIGNATURE, headers[SIGNATURE] ?? ""];
      const wrong: Header = [SIGNATURE, `sha256=${HEX}`];
      for (const signatures of [
        [right, right],
        [right, wrong],
        [wrong, right],
      ]) {
        const wire = await rig.wire();
        wire.writeHead("POST", DEFAULT_PATH, [
          ["Content-Type", "application/json"],
          ["Content-Length", `${body.length}`],
          ...signatures,
        ]);
        wire.write(body.subarray(0, 10));
        assert.equal((await rig.answer(wire)).status, 401);
      }
      await rig.expectAlive();
    },
  },
  {
    name: "refusals: a compressed body is 415",
    async run(open) {
      const rig = await open();
      const { status } = await rig.post(notification({ text: "packed" }), {
        headers: [["Content-Encoding", "gzip"]],
      });
      assert.equal(status, 415);
      await rig.expectAlive();
    },
  },
  ...["PUT", "PATCH", "DELETE", "OPTIONS"].map(
    (method): Check => ({
      name: `refusals: ${method} is 405 and told what is allowed`,
      async run(open) {
        const rig = await open();
        const { status, headers } = await rig.post(notification({ text: method }), { method });
        assert.equal(status, 405);
        assert.equal(headers.allow, "GET, POST");
        await rig.expectAlive();
      },
    }),
  ),
  {
    name: "refusals: HEAD is 405 and told what is allowed, without a body",
    async run(open) {
      const rig = await open();
      const wire = await rig.wire();
      for (let times = 0; times < 2; times++) {
        wire.writeHead("HEAD", DEFAULT_PATH, []);
        const { status, headers } = await rig.answer(wire, "HEAD");
        assert.equal(status, 405);
        assert.equal(headers.allow, "GET, POST");
      }
    },
  },
];
