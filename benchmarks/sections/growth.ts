// Whether an item costs more where there are many: in one body, and in a file that remembers a million notifications.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { median, short } from "../figures.ts";
import { loads, type RequestFile, writeRequests } from "../requests.ts";
import type { ItemsResult, StoredResult } from "../results.ts";
import type { Run } from "../run.ts";
import type { Subject } from "../subject.ts";
import { load } from "../wrk.ts";

const ITEM_COUNTS = [1, 10, 100, 1_000];
const ITEMS_SUBJECT = "node:http, ours, memory";
const REQUESTS_PER_FILE = 400_000;
const ITEMS_PER_FILE = 2_000_000;
const ITEM_CONNECTIONS = 8;

/** CPU for each item, by how many are in a body. */
export async function measureItems(run: Run): Promise<readonly ItemsResult[]> {
  const files = ITEM_COUNTS.map((items) => {
    const count = Math.min(REQUESTS_PER_FILE, ITEMS_PER_FILE / items);
    run.say(`writing ${count} requests of ${items} items`);
    const path = join(run.folder, `items-${items}`);
    return writeRequests(path, { sender: "whatsapp", bytes: 0, items }, count);
  });
  const found = new Map<RequestFile, number[]>(files.map((file) => [file, []]));
  const positions = new Map<RequestFile, number>();
  let subject = await run.start(ITEMS_SUBJECT);
  for (let round = -1; round < run.options.rounds; round++) {
    for (const file of round % 2 === 0 ? files : [...files].reverse()) {
      const first = positions.get(file) ?? 0;
      const { cpuUs, sent } = await roundOf(run, subject, file, first);
      const next = first + sent + ITEM_CONNECTIONS;
      positions.set(file, next);
      if (round >= 0) found.get(file)?.push(cpuUs / file.items);
      if (next + sent * 1.5 < file.count) continue;
      // Nothing may come twice, so it begins anew with an empty memory.
      await run.stop(subject);
      positions.clear();
      subject = await run.start(ITEMS_SUBJECT);
      for (const warming of files) {
        const warmed = await roundOf(run, subject, warming, 0);
        positions.set(warming, warmed.sent + ITEM_CONNECTIONS);
      }
    }
  }
  await run.stopAll();
  for (const { path } of files) rmSync(path);
  return files.map((file) => {
    const cpuUs = short(median(found.get(file) ?? []));
    run.say(`${file.items} items a body: ${cpuUs} us of CPU for each`);
    return { items: file.items, cpuUs, rounds: run.options.rounds };
  });
}

async function roundOf(
  run: Run,
  subject: Subject,
  file: RequestFile,
  first: number,
): Promise<{ readonly cpuUs: number; readonly sent: number }> {
  await subject.ask();
  const before = subject.cpuUs();
  const { loadCore: core, seconds } = run.options;
  const seen = await load(subject.port, file, {
    ...{ first, seconds, core, connections: ITEM_CONNECTIONS },
  });
  const taken = seen.requests - seen.notOk;
  await subject.handled(taken * file.items);
  return { cpuUs: (subject.cpuUs() - before) / taken, sent: seen.requests };
}

const STORED_SUBJECT = "node:http, ours, sqlite";
const STEPS = 10;
const STORED_CONNECTIONS = 64;
const STORED_SECONDS = 2;
/** What one round of two seconds sends at most, about. */
const MOST_IN_A_ROUND = 100_000;

/** CPU for each notification while a file comes to remember so many that were handled. */
export async function measureStored(run: Run, records: number): Promise<readonly StoredResult[]> {
  const path = join(run.folder, "stored-requests");
  const count = records + MOST_IN_A_ROUND;
  run.say(`writing ${count} requests`);
  const file = writeRequests(path, { sender: "whatsapp", ...loads["1 KB"] }, count);
  const subject = await run.start(STORED_SUBJECT);
  const results: StoredResult[] = [];
  // What any process pays once is not the first step's.
  let stored = await fill(run, subject, file, 0);
  while (stored < records) {
    const until = Math.min(records, stored + records / STEPS);
    const before = subject.cpuUs();
    const began = performance.now();
    const from = stored;
    while (stored < until) stored += await fill(run, subject, file, stored);
    const done = stored - from;
    results.push({
      stored: from,
      cpuUs: short((subject.cpuUs() - before) / done),
      perSecond: short((done / (performance.now() - began)) * 1_000),
    });
    run.say(`${from} stored: ${results.at(-1)?.cpuUs} us of CPU for each that comes`);
  }
  await run.stopAll();
  rmSync(path);
  return results;
}

/** Sends for two seconds and waits until all is handled. Returns how many there were, those not counted included. */
async function fill(run: Run, subject: Subject, file: RequestFile, first: number): Promise<number> {
  await subject.ask();
  const seen = await load(subject.port, file, {
    first,
    connections: STORED_CONNECTIONS,
    seconds: STORED_SECONDS,
    core: run.options.loadCore,
  });
  if (seen.notOk > 0) throw new Error(`${STORED_SUBJECT}: ${seen.notOk} answers were not 200.`);
  await subject.handled(seen.requests);
  return seen.requests + STORED_CONNECTIONS;
}
