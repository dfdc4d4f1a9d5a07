// How much of the bare framework's speed is left with everything switched on. Linux, two cores, with wrk and taskset.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { load } from "./load.ts";
import { type RequestFile, writeRequests } from "./requests.ts";
import { Subject } from "./subject.ts";

const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "256" },
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "1" },
    warmup: { type: "string", default: "6" },
    requests: { type: "string", default: "600000" },
    node: { type: "string", default: process.execPath },
    // By itself the server has one core and wrk the other; "0,1" lets a store's thread run beside the server's.
    cores: { type: "string", default: "0" },
    frameworks: { type: "string", default: "node,express" },
    inboxes: { type: "string", default: "memory,sqlite" },
  },
});

interface Measured {
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cores: number;
  readonly stallsPerSecond: number;
  readonly longestStallMs: number;
}

/** From the first request until the last one is handled. */
async function measure(
  subject: Subject,
  file: RequestFile,
  first: number,
  seconds: number,
): Promise<Measured & { readonly requests: number }> {
  await subject.report();
  const before = subject.cpuUs();
  const began = performance.now();
  const result = await load(subject.port, file, {
    first,
    seconds,
    connections: Number(values.connections),
  });
  if (result.notOk > 0 || result.failed > 0)
    throw new Error(`${subject.name}: ${result.notOk} not 200, ${result.failed} without answer`);
  const busy = subject.cpuUs() - before;
  const { stalls } = await subject.handled(result.requests);
  const took = performance.now() - began;
  return {
    requests: result.requests,
    perSecond: (result.requests / result.durationUs) * 1e6,
    cpuUs: (subject.cpuUs() - before) / result.requests,
    p50Ms: result.p50Us / 1e3,
    p99Ms: result.p99Us / 1e3,
    cores: busy / result.durationUs,
    stallsPerSecond: (stalls.length / took) * 1e3,
    longestStallMs: Math.max(0, ...stalls),
  };
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

async function compare(framework: string, file: RequestFile): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "benchmark-"));
  const names = ["bare", ...values.inboxes.split(",")];
  const subjects: Subject[] = [];
  for (const inbox of names) {
    const path = join(folder, `${inbox}.db`);
    subjects.push(await Subject.start(values.node, framework, inbox, path, values.cores));
  }
  const firsts = new Map<Subject, number>();
  const rounds: Map<Subject, Measured>[] = [];
  const run = async (subject: Subject, seconds: number): Promise<Measured> => {
    const first = firsts.get(subject) ?? 0;
    const measured = await measure(subject, file, first, seconds);
    // A few more were sent and not counted. The bare server does not mind what comes twice.
    firsts.set(
      subject,
      subject.name.endsWith("bare") ? 0 : first + measured.requests + Number(values.connections),
    );
    return measured;
  };
  for (const subject of subjects) await run(subject, Number(values.warmup));
  for (let round = 0; round < Number(values.rounds); round++) {
    const measured = new Map<Subject, Measured>();
    for (const subject of round % 2 === 0 ? subjects : [...subjects].reverse())
      measured.set(subject, await run(subject, Number(values.seconds)));
    rounds.push(measured);
  }
  console.table(subjects.map((subject) => row(subject, subjects[0] as Subject, rounds)));
  for (const subject of subjects) subject.stop();
  rmSync(folder, { recursive: true, force: true });
}

function row(subject: Subject, base: Subject, rounds: readonly Map<Subject, Measured>[]) {
  type Key = keyof Measured;
  const all = (key: Key): number[] => rounds.map((round) => round.get(subject)?.[key] ?? 0);
  const ratios = (key: Key): number[] =>
    rounds.map((round) => (round.get(subject)?.[key] ?? 0) / (round.get(base)?.[key] ?? 0));
  const fixed = (key: Key, digits = 1): string => median(all(key)).toFixed(digits);
  const [low, high] = [Math.min(...ratios("perSecond")), Math.max(...ratios("perSecond"))];
  return {
    server: subject.name,
    "req/s": fixed("perSecond", 0),
    ratio: `${median(ratios("perSecond")).toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`,
    "cpu us": fixed("cpuUs", 0),
    "cpu x": median(ratios("cpuUs")).toFixed(2),
    cores: fixed("cores", 2),
    "p50 ms": fixed("p50Ms"),
    "p99 ms": fixed("p99Ms"),
    "stalls/s": fixed("stallsPerSecond"),
    "longest ms": fixed("longestStallMs", 0),
    MB: subject.residentMegabytes(),
  };
}

const folder = mkdtempSync(join(tmpdir(), "benchmark-requests-"));
const file = writeRequests(join(folder, "requests"), Number(values.requests));
for (const framework of values.frameworks.split(",")) await compare(framework, file);
rmSync(folder, { recursive: true });
