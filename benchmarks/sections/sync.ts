// The answer at one connection with the SQLite inbox, beside what the disk takes to make 1 KB durable.
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { median, short } from "../figures.ts";
import { loads, writeRequests } from "../requests.ts";
import type { SyncResult } from "../results.ts";
import type { Run } from "../run.ts";
import { load } from "../wrk.ts";

const SUBJECT = "node:http, ours, sqlite";
const APPENDS = 1_000;
const REQUESTS = 100_000;

/** In turn, so that both see the same disk. */
export async function measureSync(run: Run): Promise<SyncResult> {
  const path = join(run.folder, "sync-requests");
  const file = writeRequests(path, { sender: "whatsapp", ...loads["1 KB"] }, REQUESTS);
  const subject = await run.start(SUBJECT);
  const syncs: number[] = [];
  const answers: number[] = [];
  let first = 0;
  for (let round = -1; round < run.options.rounds; round++) {
    const syncMs = median(appends(join(run.folder, "appends")));
    const seen = await load(subject.port, file, {
      first,
      connections: 1,
      seconds: run.options.seconds,
      core: run.options.loadCore,
    });
    first += seen.requests + 1;
    await subject.handled(seen.requests);
    // The first is for warming up.
    if (round < 0) continue;
    syncs.push(syncMs);
    answers.push(seen.p50Us / 1e3);
  }
  await run.stopAll();
  rmSync(path);
  const result = {
    syncMs: short(median(syncs)),
    answerMs: short(median(answers)),
    rounds: syncs.length,
  };
  run.say(`one connection: answer ${result.answerMs} ms, the disk's sync ${result.syncMs} ms`);
  return result;
}

/** Milliseconds of each append of 1 KB with its sync. */
function appends(path: string): number[] {
  const file = openSync(path, "w");
  const bytes = Buffer.alloc(1_024, "x");
  const times = Array.from({ length: APPENDS }, () => {
    const began = performance.now();
    writeSync(file, bytes);
    fdatasyncSync(file);
    return performance.now() - began;
  });
  closeSync(file);
  rmSync(path);
  return times;
}
