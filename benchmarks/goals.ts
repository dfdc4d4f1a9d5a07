// What was aimed at, and whether a run reached it.
import { median } from "./figures.ts";
import type { HttpResult, Results, StressResult } from "./results.ts";
import { type Framework, subjectOf } from "./subjects.ts";

export interface Goal {
  readonly goal: string;
  /** In words; undefined where the part was not measured. */
  readonly measured: string | undefined;
  readonly isMet: boolean | undefined;
}

/** What node:sqlite is compiled into; before it, the inbox uses libsql. */
const NODE_SQLITE = [22, 13] as const;
const CONNECTIONS = 256;

/** All goals, in the same order for every run. */
export function goalsOf(results: Results): readonly Goal[] {
  return [
    ...memoryGoals(results),
    ...sqliteGoals(results),
    syncGoal(results),
    ...stressGoals(results),
    ...peerGoals(results),
    ...batchGoals(results),
    waitingGoal(results),
    ...startupGoals(results),
    ...growthGoals(results),
  ];
}

/** The result of a server for 1 KB at 256 connections. */
export function mainResult(results: Results, subject: string): HttpResult | undefined {
  return results.http?.find(
    (result) =>
      result.subject === subject && result.load === "1 KB" && result.connections === CONNECTIONS,
  );
}

function memoryGoals(results: Results): Goal[] {
  const least: readonly (readonly [Framework, number])[] = [
    ["Express", 0.92],
    ["Koa", 0.8],
    ["Fastify", 0.8],
    ["node:http", 0.75],
  ];
  return least.map(([framework, limit]) =>
    throughputGoal(results, framework, "memory", "memory, with dispatch", limit),
  );
}

function sqliteGoals(results: Results): Goal[] {
  const limits: readonly (readonly [Framework, number])[] = hasNodeSqlite(results)
    ? [
        ["Express", 0.85],
        ["node:http", 0.6],
      ]
    : [
        ["Express", 0.75],
        ["node:http", 0.5],
      ];
  return limits.map(([framework, limit]) =>
    throughputGoal(results, framework, "sqlite", "SQLite, with dispatch and de-duplication", limit),
  );
}

/** Whether the servers of a run had SQLite in their Node.js. */
export function hasNodeSqlite({ machine }: Results): boolean {
  const [, major = 0, minor = 0] = (/^v(\d+)\.(\d+)/.exec(machine.node) ?? []).map(Number);
  const [since, sinceMinor] = NODE_SQLITE;
  return major > since || (major === since && minor >= sinceMinor);
}

function throughputGoal(
  results: Results,
  framework: Framework,
  inbox: string,
  what: string,
  limit: number,
): Goal {
  const ratio = mainResult(results, `${framework}, ours, ${inbox}`)?.ratio;
  return {
    goal: `${what}, ${framework}: at least ${limit} of the bare framework`,
    measured: ratio && `${ratio.median} (${ratio.low} to ${ratio.high})`,
    isMet: ratio && ratio.median >= limit,
  };
}

function syncGoal({ sync }: Results): Goal {
  const most = sync && 3 * sync.syncMs + 0.2;
  return {
    goal: "SQLite, one connection: answer within three times the disk's sync plus 0.2 ms",
    measured: sync && `${sync.answerMs} ms, of ${most?.toFixed(2)} ms`,
    isMet: sync && most !== undefined && sync.answerMs <= most,
  };
}

function stressGoals({ stress }: Results): Goal[] {
  const sleeping = stress?.filter(({ scenario }) => scenario === "sleep");
  const burning = stress?.filter(({ scenario }) => scenario === "burn");
  return [
    worst("99th percentile with handlers of 5 s: at most 1.3 times that without", sleeping, {
      limit: 1.3,
      unit: "",
      of: ({ p99Ratio }) => p99Ratio.median,
    }),
    worst("the same, 1000/s in bursts: under 100 ms", sleeping, {
      limit: 100,
      unit: " ms",
      of: (result) => result.with.p99Ms,
    }),
    worst("handlers that burn 2 ms, 200/s: median at most 1.5 times that without", burning, {
      limit: 1.5,
      unit: "",
      of: ({ p50Ratio }) => p50Ratio.median,
    }),
  ];
}

/** The worst of several servers. */
function worst(
  goal: string,
  stress: readonly StressResult[] | undefined,
  {
    limit,
    unit,
    of,
  }: {
    readonly limit: number;
    readonly unit: string;
    readonly of: (result: StressResult) => number;
  },
): Goal {
  const [first, ...rest] = stress ?? [];
  if (first === undefined) return { goal, measured: undefined, isMet: undefined };
  const found = rest.reduce((most, result) => (of(result) > of(most) ? result : most), first);
  return { goal, measured: `${of(found)}${unit} (${found.subject})`, isMet: of(found) <= limit };
}

function peerGoals(results: Results): Goal[] {
  const limits: readonly (readonly [Framework, number])[] = [
    ["Express", 0.7],
    ["node:http", 0.75],
  ];
  return limits.map(([framework, limit]) => {
    const goal = `CPU per request, ${framework}: at most ${limit} of the best WhatsApp peer`;
    const own = mainResult(results, `${framework}, ours, memory`);
    const peers = (results.http ?? []).filter(({ subject, load, connections }) => {
      const row = subjectOf(subject);
      const isPeer = row.package !== undefined && row.sender === "whatsapp";
      const isMain = load === "1 KB" && connections === CONNECTIONS;
      return isPeer && isMain && row.framework === framework;
    });
    const [best] = [...peers].sort((a, b) => a.cpuUs - b.cpuUs);
    if (own === undefined || best === undefined)
      return { goal, measured: undefined, isMet: undefined };
    const ratio = own.cpuUs / best.cpuUs;
    return {
      goal,
      measured: `${ratio.toFixed(2)} (${own.cpuUs} of ${best.cpuUs} µs, ${subjectOf(best.subject).package})`,
      isMet: ratio <= limit,
    };
  });
}

const HELD_MS = 25;

function batchGoals({ batch }: Results): Goal[] {
  const held = batch && Math.max(...batch.map(({ heldMs }) => heldMs));
  const small = batch && Math.max(...batch.map((result) => result.small.longestMs));
  const refused = batch?.reduce((sum, result) => sum + result.small.notOk, 0);
  return [
    {
      goal: `a 3 MB batch of 1000 items: the event loop is never held longer than ${HELD_MS} ms`,
      measured: batch && `${held} ms`,
      isMet: held === undefined ? undefined : held <= HELD_MS,
    },
    {
      goal: "the same: other requests are answered meanwhile",
      measured:
        batch && `${refused === 0 ? "all" : `all but ${refused}`}, the slowest in ${small} ms`,
      isMet: refused === undefined ? undefined : refused === 0,
    },
  ];
}

function waitingGoal({ waiting }: Results): Goal {
  const last = waiting?.at(-1);
  return {
    goal: "memory for each waiting notification: the body plus at most 400 bytes",
    measured: last && `plus ${last.bytes} bytes, with ${last.waiting} that wait`,
    isMet: last && last.bytes <= 400,
  };
}

function startupGoals({ startup }: Results): Goal[] {
  const more = (key: "ms" | "mb"): number | undefined =>
    startup && Math.max(...startup.map(({ alone, both }) => both[key] - alone[key]));
  const [ms, mb] = [more("ms"), more("mb")];
  return [
    {
      goal: "start-up: core and one adapter at most 60 ms over the framework alone",
      measured: ms === undefined ? undefined : `${ms.toFixed(0)} ms`,
      isMet: ms === undefined ? undefined : ms <= 60,
    },
    {
      goal: "the same: at most 15 MB",
      measured: mb === undefined ? undefined : `${mb.toFixed(1)} MB`,
      isMet: mb === undefined ? undefined : mb <= 15,
    },
  ];
}

/** Within 10 %. */
const FLAT = 1.1;

function growthGoals({ items, stored }: Results): Goal[] {
  // More items may cost less each, since the request is shared. None may cost more than where there were fewer.
  const byItems = items && highestRise(items.map(({ cpuUs }) => cpuUs));
  const byStored = stored && riseOf(stored.map(({ cpuUs }) => cpuUs));
  return [
    {
      goal: "cost for each item, from 1 to 1000 items a body: grows by at most 10 %",
      measured: byItems === undefined ? undefined : `${byItems.toFixed(2)} times`,
      isMet: byItems === undefined ? undefined : byItems <= FLAT,
    },
    {
      goal: "cost for each notification, from 0 to 1,000,000 stored: grows by at most 10 %",
      measured: byStored === undefined ? undefined : `${byStored.toFixed(2)} times`,
      isMet: byStored === undefined ? undefined : byStored <= FLAT,
    },
  ];
}

/** The most that a figure is of an earlier one. */
function highestRise(figures: readonly number[]): number {
  return Math.max(
    ...figures.slice(1).map((figure, i) => figure / Math.min(...figures.slice(0, i + 1))),
  );
}

/** The last third over the first. */
function riseOf(figures: readonly number[]): number {
  const third = Math.max(1, Math.floor(figures.length / 3));
  return median(figures.slice(-third)) / median(figures.slice(0, third));
}
