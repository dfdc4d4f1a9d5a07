import assert from "node:assert/strict";
import { DEFAULT_PATH } from "@whatsapp-webhooks/core";
import { notification } from "../notification.ts";
import { signed } from "../signed.ts";
import type { Check } from "./adapter-cases.ts";
import { type Rig, SECRET, writeCall } from "./rig.ts";
import type { Wire } from "./wire.ts";

function write(wire: Wire, text: string, secret = SECRET): void {
  const { body, headers } = signed(notification({ text }), secret);
  writeCall(wire, { body, headers: Object.entries(headers) });
}

async function statuses(rig: Rig, wire: Wire, count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) found.push((await rig.answer(wire)).status);
  return found;
}

export const connectionChecks: readonly Check[] = [
  {
    name: "connections: one connection carries many notifications, refused ones among them",
    async run(open) {
      const rig = await open();
      const wire = await rig.wire();
      for (const [text, secret, status] of [
        ["one", SECRET, 200],
        ["forged", "a guess", 401],
        ["two", SECRET, 200],
      ] as const) {
        write(wire, text, secret);
        assert.deepEqual(await statuses(rig, wire, 1), [status]);
      }
      assert.deepEqual(await rig.texts(), ["one", "two"]);
    },
  },
  {
    name: "connections: a body that comes after its 401 is not taken for the next request",
    async run(open) {
      const rig = await open();
      const wire = await rig.wire();
      const { body } = signed(notification({ text: "unsigned" }), SECRET);
      wire.writeHead("POST", DEFAULT_PATH, [["Content-Length", `${body.length}`]]);
      assert.deepEqual(await statuses(rig, wire, 1), [401]);
      wire.write(body);
      write(wire, "signed");
      assert.deepEqual(await statuses(rig, wire, 1), [200]);
      assert.deepEqual(await rig.texts(), ["signed"]);
    },
  },
  {
    name: "connections: requests sent before the answers come are answered in their order",
    async run(open) {
      const rig = await open();
      const wire = await rig.wire();
      write(wire, "one");
      write(wire, "forged", "a guess");
      write(wire, "two");
      assert.deepEqual(await statuses(rig, wire, 3), [200, 401, 200]);
      assert.deepEqual(await rig.texts(), ["one", "two"]);
    },
  },
  {
    name: "connections: uploads that break off leave the server as it was",
    async run(open) {
      const rig = await open();
      const { body, headers } = signed(notification({ text: "broken off" }), SECRET);
      const head = [...Object.entries(headers), ["Content-Length", `${body.length}`] as const];
      for (const length of [0, 1, body.length - 1]) {
        const wire = await rig.wire();
        wire.writeHead("POST", DEFAULT_PATH, head);
        wire.write(body.subarray(0, length));
        // Once an answer to something else is back, the server has the pieces above.
        await rig.send({ method: "GET", path: DEFAULT_PATH });
        wire.destroy();
      }
      await rig.expectAlive();
      await rig.stop();
    },
  },
];
