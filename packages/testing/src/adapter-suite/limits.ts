import assert from "node:assert/strict";
import { DEFAULT_PATH, memoryInbox } from "@whatsapp-webhooks/core";
import { notification } from "../notification.ts";
import { signed } from "../signed.ts";
import type { Check } from "./adapter-cases.ts";
import { type Rig, SECRET, writeChunk } from "./rig.ts";
import type { Answer, Header, Wire } from "./wire.ts";

const LIMIT_BYTES = 4096;
const HEADERS = Object.entries(signed(notification({ text: "never whole" }), SECRET).headers);

/** Sends the head and some of a body, and never the rest. */
async function begin(rig: Rig, length: Header, ...parts: readonly Uint8Array[]): Promise<Wire> {
  const wire = await rig.wire();
  wire.writeHead("POST", DEFAULT_PATH, [...HEADERS, length]);
  for (const part of parts) {
    if (length[0] === "Transfer-Encoding") writeChunk(wire, part);
    else wire.write(part);
  }
  return wire;
}

/** The rest of the body is not waited for: the server answers, closes the connection, and can be stopped. */
async function expectClosed(rig: Rig, wire: Wire): Promise<Answer> {
  const answer = await rig.answer(wire);
  assert.equal(answer.headers.connection, "close");
  await rig.expectAlive();
  await rig.within("the closing of the connection", wire.closed);
  await rig.stop();
  return answer;
}

async function expectRetry(rig: Rig): Promise<void> {
  const { status, headers } = await rig.post(notification({ text: "come again" }));
  assert.equal(status, 503);
  assert.match(headers["retry-after"] ?? "missing", /^\d+$/);
  assert.deepEqual(rig.events, []);
}

export const limitChecks: readonly Check[] = [
  {
    name: "limits: a body that announces too many bytes is 413, the connection closed",
    async run(open) {
      const rig = await open({ options: { bodyLimitBytes: LIMIT_BYTES } });
      const wire = await begin(rig, ["Content-Length", "5000000"], new Uint8Array(100));
      assert.equal((await expectClosed(rig, wire)).status, 413);
    },
  },
  {
    name: "limits: a chunked body that grows too large is 413, the rest unread",
    async run(open) {
      const rig = await open({ options: { bodyLimitBytes: LIMIT_BYTES } });
      const half = new Uint8Array(LIMIT_BYTES / 2 + 1);
      const wire = await begin(rig, ["Transfer-Encoding", "chunked"], half, half);
      assert.equal((await expectClosed(rig, wire)).status, 413);
    },
  },
  {
    name: "limits: a body that comes too slowly is 408, the connection closed",
    async run(open) {
      const rig = await open({ options: { readTimeoutMs: 100 } });
      const wire = await begin(rig, ["Content-Length", "100"], new Uint8Array(10));
      assert.equal((await expectClosed(rig, wire)).status, 408);
    },
  },
  {
    name: "limits: too many unverified bytes at one time are 503, the connection closed",
    async run(open) {
      const rig = await open({ options: { unverifiedLimitBytes: LIMIT_BYTES } });
      const wire = await begin(rig, ["Content-Length", "9000"], new Uint8Array(LIMIT_BYTES + 1));
      const { status, headers } = await expectClosed(rig, wire);
      assert.equal(status, 503);
      assert.match(headers["retry-after"] ?? "missing", /^\d+$/);
    },
  },
  {
    name: "limits: an inbox that is full is 503 with Retry-After",
    run: async (open) =>
      expectRetry(await open({ options: { inbox: memoryInbox({ limitBytes: 1 }) } })),
  },
  {
    name: "limits: an inbox that fails is 503 with Retry-After",
    async run(open) {
      const put = (): Promise<void> => Promise.reject(new Error("the disk is full"));
      await expectRetry(await open({ options: { inbox: Object.assign(memoryInbox(), { put }) } }));
    },
  },
  {
    name: "limits: closed webhooks are 503 with Retry-After, and the server goes on",
    async run(open) {
      const rig = await open();
      await rig.webhooks.close();
      await expectRetry(rig);
      await expectRetry(rig);
    },
  },
];
