import type { Append } from "@whatsapp-webhooks/core";
import { SqliteStore } from "../../src/sqlite-store.ts";

// A process of its own for what can only be shown by one: being killed, having other rights, ending by itself.

const [mode = "", path = "", uid = ""] = process.argv.slice(2);
if (uid !== "") process.setuid?.(Number(uid));
const store = new SqliteStore({ path });
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function append(id: string): Append {
  const body = new Uint8Array(500);
  return { record: { id, receivedAt: Date.now(), auth: { kind: "signature" }, body }, held: false };
}

async function once(): Promise<void> {
  await store.commit({ appends: [append("once")], settles: [] });
  say("stored");
}

const modes: Record<string, () => Promise<void>> = {
  /** Says which ids are stored, as fast as it can. */
  storm: async () => {
    for (let batch = 0; ; batch++) {
      const ids = Array.from({ length: 20 }, (_, index) => `${process.pid}-${batch}-${index}`);
      await store.commit({ appends: ids.map(append), settles: [] });
      say(ids.join(" "));
    }
  },
  /** Holds what there is, with a main thread that never comes to rest. */
  hold: async () => {
    const claimed = await store.claim({ records: 100, bytes: 1_000_000 });
    process.stdout.write(`${claimed.length}\n`, () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });
  },
  once,
  /** Does not wait for its call and does not close. */
  leave: async () => void once(),
  /** Tells how it fails. */
  fail: () =>
    once().catch((error: Error) => {
      say(error.message);
      return store.close();
    }),
};

await modes[mode]?.();
