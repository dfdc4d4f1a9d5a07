// What documents tell of the results: the tables of docs/performance.md, the sentence in the README.
import { goalsOf, hasNodeSqlite, mainResult } from "./goals.ts";
import { type LoadName, loads } from "./requests.ts";
import type { HttpResult, Latency, Results, StartupResult } from "./results.ts";
import { type SubjectRow, subjects } from "./subjects.ts";

/** The names of the parts, as they stand in the document's comments, with what writes them. */
export const parts: Readonly<Record<string, (runs: readonly Results[]) => string>> = {
  machine: machinePart,
  goals: goalsPart,
  subjects: subjectsPart,
  http: (runs) => perRun(runs, httpPart),
  connections: (runs) => perRun(runs, connectionsPart),
  sizes: (runs) => perRun(runs, sizesPart),
  stress: (runs) => perRun(runs, stressPart),
  costs: costsPart,
  disturbances: (runs) => perRun(runs, disturbancesPart),
  summary: summaryPart,
};

const NOTHING = "Not measured yet: `npm run bench`.";

/** A run's name for people. */
export function runName(results: Results): string {
  const sqlite = hasNodeSqlite(results) ? "node:sqlite" : "libsql";
  return `Node.js ${results.machine.node.slice(1)} (${sqlite})`;
}

function perRun(runs: readonly Results[], part: (results: Results) => string | undefined): string {
  const texts = runs.flatMap((results) => {
    const text = part(results);
    return text === undefined ? [] : [`**${runName(results)}**\n\n${text}`];
  });
  return texts.length === 0 ? NOTHING : texts.join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function machinePart(runs: readonly Results[]): string {
  if (runs.length === 0) return NOTHING;
  const rows = runs.map(({ machine, date, same, warnings }) => [
    date,
    `${machine.node}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB; Linux ${machine.kernel}`,
    `${machine.generator}; Redis ${machine.redis ?? "none"}`,
    same === undefined ? "not checked" : `${same.median} (${same.low} to ${same.high})`,
    `${Object.values(warnings).flat().length} times`,
  ]);
  const versions = Object.entries(runs.at(-1)?.machine.versions ?? {})
    .map(([name, version]) => `\`${name}\` ${version}`)
    .join(", ");
  const head = [
    ...["date", "Node.js", "machine", "load", "the same server twice"],
    "[disturbed](#what-disturbed-the-runs)",
  ];
  return `${table(head, rows)}\n\nVersions: ${versions}.`;
}

function disturbancesPart({ warnings }: Results): string {
  const lines = Object.entries(warnings).flatMap(([section, all]) =>
    // What an error says may be a sentence already.
    all.map((text) => `- ${section}: ${text.replace(/\.?$/, ".")}`),
  );
  return lines.length === 0 ? "Nothing." : lines.join("\n");
}

function goalsPart(runs: readonly Results[]): string {
  const [first] = runs;
  if (first === undefined) return NOTHING;
  const all = runs.map(goalsOf);
  return runs
    .map((results, run) => {
      const rows = (all[run] ?? []).map(({ goal, measured, isMet }) => [
        goal,
        measured ?? "not measured",
        isMet === undefined ? "" : isMet ? "yes" : "**no**",
      ]);
      return `**${runName(results)}**\n\n${table(["goal", "measured", "met"], rows)}`;
    })
    .join("\n\n");
}

const yes = (is: boolean): string => (is ? "yes" : "no");

function subjectsPart(runs: readonly Results[]): string {
  const checks = runs.at(-1)?.check ?? [];
  const rows = subjects
    .filter((row) => row.framework === "node:http" || row.setup !== "ours")
    .map((row) => {
      const check = checks.find(({ subject }) => subject === row.name);
      const forged = check === undefined ? "" : `${check.forged}`;
      const isBare = row.setup === "bare";
      return [
        row.name,
        yes(row.durable),
        isBare ? "" : row.takesBatches ? `${check?.batchItems ?? ""}` : "has none",
        isBare ? "" : yes(row.validates),
        isBare ? "" : yes(row.answersFirst),
        forged,
        row.note ?? "",
      ];
    });
  const head = [
    "server",
    "200 means on disk",
    "items of a batch of 1000 its handler saw",
    "checks items",
    "answers before handlers",
    "wrong signature",
    "",
  ];
  return table(head, rows);
}

function httpRow(result: HttpResult): string[] {
  const { ratio, cpuRatio } = result;
  return [
    result.subject,
    `${Math.round(result.perSecond)}`,
    `${ratio.median} (${ratio.low} to ${ratio.high})`,
    `${result.cpuUs}`,
    `${cpuRatio.median}`,
    `${result.p50Ms}`,
    `${result.p99Ms}`,
    `${result.memoryMb}`,
  ];
}

function httpPart(results: Results): string | undefined {
  const rows = subjects.flatMap(({ name }) => {
    const result = mainResult(results, name);
    return result === undefined ? [] : [httpRow(result)];
  });
  if (rows.length === 0) return undefined;
  const head = [
    "server",
    "answers/s",
    "of the bare",
    "CPU µs each",
    "times the bare",
    "p50 ms",
    "p99 ms",
    "MB",
  ];
  return table(head, rows);
}

/** Under one load: a row for each server, a column for each number of connections. */
function byConnections(
  results: Results,
  load: LoadName,
  cell: (result: HttpResult) => string,
): string | undefined {
  const found = (results.http ?? []).filter((result) => result.load === load);
  const counts = [...new Set(found.map(({ connections }) => connections))].sort((a, b) => a - b);
  if (found.length === 0) return undefined;
  const rows = subjects.flatMap(({ name }: SubjectRow) => {
    const own = found.filter(({ subject }) => subject === name);
    if (own.length === 0) return [];
    return [
      [
        name,
        ...counts.map((count) => {
          const result = own.find(({ connections }) => connections === count);
          return result === undefined ? "" : cell(result);
        }),
      ],
    ];
  });
  return table(["server", ...counts.map((count) => `${count} connections`)], rows);
}

function connectionsPart(results: Results): string | undefined {
  return byConnections(
    results,
    "1 KB",
    ({ perSecond, ratio, p50Ms }) => `${Math.round(perSecond)}/s, ${ratio.median}, ${p50Ms} ms`,
  );
}

function sizesPart(results: Results): string | undefined {
  const tables = (Object.keys(loads) as LoadName[])
    .filter((load) => load !== "1 KB")
    .flatMap((load) => {
      const text = byConnections(results, load, ({ perSecond, ratio, cpuUs, refused }) => {
        const share = refused > 0 ? `, ${(refused * 100).toFixed(0)} % answered 503` : "";
        return `${Math.round(perSecond)}/s, ${ratio.median}, ${Math.round(cpuUs)} µs${share}`;
      });
      return text === undefined ? [] : [`${load}:\n\n${text}`];
    });
  return tables.length === 0 ? undefined : tables.join("\n\n");
}

const latency = ({ p50Ms, p99Ms, longestMs, notOk }: Latency): string =>
  `${p50Ms} / ${p99Ms} / ${longestMs}${notOk > 0 ? `, ${notOk} not answered 200` : ""}`;

function stressPart({ stress = [], batch = [] }: Results): string | undefined {
  if (stress.length + batch.length === 0) return undefined;
  const words = {
    sleep: "handlers of 5 s, 1000/s in bursts of 10",
    burn: "handlers that burn 2 ms, 200/s in bursts of 20",
  };
  const rows = [
    ...stress.map((result) => [
      result.subject,
      words[result.scenario],
      latency(result.without),
      latency(result.with),
      `${result.p50Ratio.median} / ${result.p99Ratio.median}`,
    ]),
    ...batch.map((result) => [
      result.subject,
      `a batch of ${result.bodyMb} MB and 1000 items among 200 small ones a second`,
      latency(result.smallAlone),
      latency(result.small),
      `event loop held ${result.heldMs} ms, at most ${result.heldLongestMs}`,
    ]),
  ];
  return table(["server", "meanwhile", "without: p50 / p99 / longest, ms", "with", "times"], rows);
}

function beyond(some: StartupResult["alone"], others: StartupResult["alone"]): string {
  return `${(some.ms - others.ms).toFixed(0)} ms, ${(some.mb - others.mb).toFixed(1)} MB`;
}

function costsPart(runs: readonly Results[]): string {
  const rows = runs.flatMap((results) => {
    const name = runName(results);
    const { sync, waiting = [], startup = [], items = [], stored = [] } = results;
    return [
      ...(sync === undefined
        ? []
        : [
            [
              name,
              "SQLite, one connection",
              `answer ${sync.answerMs} ms, where the disk takes ${sync.syncMs} ms to make 1 KB durable`,
            ],
          ]),
      ...waiting.map((found) => [
        name,
        `memory while ${found.waiting} notifications wait`,
        `the body and ${found.bytes} bytes each`,
      ]),
      ...startup.map(({ framework, alone, zod, both }) => [
        name,
        `start-up beside ${framework === "node" ? "node:http" : framework}`,
        `${beyond(both, alone)}; zod alone ${beyond(zod, alone)}`,
      ]),
      ...items.map((found) => [
        name,
        `an item, ${found.items} in a body`,
        `${found.cpuUs} µs of CPU`,
      ]),
      ...[stored.at(0), stored.at(-1)].flatMap((found) =>
        found === undefined
          ? []
          : [
              [
                name,
                `a notification, ${found.stored} remembered in SQLite`,
                `${found.cpuUs} µs of CPU, ${Math.round(found.perSecond)}/s`,
              ],
            ],
      ),
    ];
  });
  return rows.length === 0 ? NOTHING : table(["run", "what", "cost"], rows);
}

/** A sentence on the newest Node.js that has all of it. */
function summaryPart(runs: readonly Results[]): string {
  const texts = runs.flatMap((results) => {
    const [memory, sqlite] = ["memory", "sqlite"].map((inbox) =>
      mainResult(results, `Express, ours, ${inbox}`),
    );
    const slow = results.stress?.find(
      ({ subject, scenario }) => subject === "Express, ours, sqlite" && scenario === "sleep",
    );
    if (memory === undefined || sqlite === undefined || slow === undefined) return [];
    const count = ({ perSecond }: HttpResult): string =>
      (Math.floor(perSecond / 100) * 100).toLocaleString("en");
    return [
      `On one core (${results.machine.cpu}, ${results.machine.cores} cores), Express on Node.js ${results.machine.node.slice(1)} answers ${count(memory)} notifications a second in memory, and\n` +
        `${count(sqlite)} with each on disk. While handlers take 5 s, and a thousand notifications come a second in bursts, 99 of 100 are on disk and\n` +
        `answered within ${Math.ceil(slow.with.p99Ms)} ms.`,
    ];
  });
  return texts.at(-1) ?? NOTHING;
}
