// Stores, handles and forgets a million notifications in twenty days of a clock that is moved, and shows day by day what
// the file and the process take. After the eighth day, when the first are forgotten, neither may go on growing.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWebhooks, storeInbox } from "@whatsapp-webhooks/core";
import { inject, notification, signed } from "@whatsapp-webhooks/testing";
import { defaults, SqliteStore } from "../../packages/sqlite/src/sqlite-store.ts";
import { count, range, saveReport, soakArguments } from "./report.ts";

const DAYS = 20;
const DAY_MS = 24 * 60 * 60 * 1000;
const PUTTERS = 64;
/** The log is written back to the file when it has grown to some 16 MB, wherever that falls. */
const SLACK_BYTES = 16 * 1024 * 1024;
const perDay = Math.ceil(Number(soakArguments[0] ?? 1_000_000) / DAYS);

const folder = mkdtempSync(join(tmpdir(), "million-"));
const path = join(folder, "inbox.db");
const clock = new SharedArrayBuffer(16);
const store = new SqliteStore({ path }, clock);
const webhooks = createWebhooks({
  appSecret: "secret",
  verifyToken: "token",
  inbox: storeInbox(store),
});
let handled = 0;
webhooks.on("message.text", () => {
  handled++;
});
await webhooks.start();

const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);
const sizes: number[] = [];
/** From the tenth day on, in megabytes. */
const steady: { readonly file: number; readonly memory: number; readonly heap: number }[] = [];
for (let day = 1; day <= DAYS; day++) {
  const began = performance.now();
  let left = perDay;
  const putter = async (): Promise<void> => {
    while (left-- > 0) {
      const text = "x".repeat(400);
      const from = String(12125550000 + (left % 1_000));
      const { status } = await inject(webhooks, signed(notification({ text, from }), "secret"));
      if (status !== 200) throw new Error(`answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: PUTTERS }, putter));
  await webhooks.idle();
  const seconds = (performance.now() - began) / 1000;
  new Float64Array(clock)[0] = day * DAY_MS;
  await store.prune();
  globalThis.gc?.();
  const log = statSync(`${path}-wal`).size;
  sizes.push(statSync(path).size + log);
  const file = megabytes(statSync(path).size);
  const memory = megabytes(process.memoryUsage().rss);
  const heap = megabytes(process.memoryUsage().heapUsed);
  if (day >= 10) steady.push({ file, memory, heap });
  console.log(
    `day ${String(day).padStart(2)}: ${handled} handled, ${Math.round(perDay / seconds)}/s, file ${file} MB, log ${megabytes(log)} MB, memory ${memory} MB (heap ${heap} MB)`,
  );
}
await webhooks.close();
rmSync(folder, { recursive: true });
const [tenth = 0, last = 0] = [sizes[9], sizes.at(-1)];
if (handled !== perDay * DAYS || last > tenth * 1.1 + SLACK_BYTES) {
  console.log("Something is missing, or the file goes on growing.");
  process.exit(1);
}
saveReport("million", {
  what: `${count(handled)} notifications in ${DAYS} days of a moved clock`,
  result:
    `all handled; from the tenth day on the file takes ${range(steady.map(({ file }) => file))} MB, some ${Math.round((last * DAY_MS) / perDay / defaults.rememberMs)} bytes for each ` +
    `notification that is remembered, and the process ${range(steady.map(({ memory }) => memory))} MB (heap ${range(steady.map(({ heap }) => heap))} MB)`,
});
