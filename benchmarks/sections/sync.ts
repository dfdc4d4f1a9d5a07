// The answer at one connection with the SQLite inbox, beside what the disk takes to make 1 KB durable.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
    const syncMs = median(appends(run));
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

/** Milliseconds of each append of 1 KB with its sync, on the server's cores: who waits for the disk elsewhere waits for less. */
function appends({ options, folder }: Run): readonly number[] {
  const probe = fileURLToPath(new URL("../sync-probe.mjs", import.meta.url));
  const command = [options.node, probe, join(folder, "appends"), String(APPENDS)] as const;
  const { serverCores } = options;
  const [file, ...args] =
    serverCores === undefined ? command : (["taskset", "-c", serverCores, ...command] as const);
  return JSON.parse(execFileSync(file, args, { encoding: "utf8" }));
}
