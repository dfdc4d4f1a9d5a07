import { expect, test } from "vitest";
import { type Goal, goalsOf } from "../goals.ts";
import { parts } from "../page.ts";
import { drawAll } from "../pictures.ts";
import type { HttpResult, Results } from "../results.ts";

const machine = {
  cpu: "Some CPU",
  cores: 2,
  memoryGb: 8,
  kernel: "6.1",
  node: "v20.20.2",
  generator: "wrk 4.1",
  redis: undefined,
  versions: { express: "5.3.0" },
};

const empty: Results = { date: "2026-11-26", machine, warnings: {} };

function http(subject: string, ratio: number, cpuUs: number): HttpResult {
  return {
    ...{ subject, load: "1 KB", connections: 256, rounds: 5, perSecond: 1_000, refused: 0 },
    ratio: { median: ratio, low: ratio - 0.1, high: ratio + 0.1 },
    cpuRatio: { median: 1, low: 1, high: 1 },
    ...{ cpuUs, p50Ms: 1, p99Ms: 2, busy: 1, generatorBusy: 0.3, memoryMb: 90 },
  };
}

function goalOf(results: Results, part: string): Goal | undefined {
  return goalsOf(results).find(({ goal }) => goal.includes(part));
}

test("what was not measured is neither met nor missed", () => {
  for (const { measured, isMet } of goalsOf(empty))
    expect([measured, isMet]).toEqual([undefined, undefined]);
});

test("a ratio is judged by its median", () => {
  const of = (ratio: number) =>
    goalOf({ ...empty, http: [http("Express, ours, memory", ratio, 50)] }, "dispatch, Express");
  expect(of(0.92)?.isMet).toBe(true);
  expect(of(0.91)?.isMet).toBe(false);
});

test("with SQLite in Node.js the goals are higher than with libsql", () => {
  const results = { ...empty, http: [http("Express, ours, sqlite", 0.8, 50)] };
  const newer = { ...results, machine: { ...machine, node: "v24.21.0" } };
  expect(goalOf(results, "de-duplication, Express")?.isMet).toBe(true);
  expect(goalOf(newer, "de-duplication, Express")?.isMet).toBe(false);
});

test("CPU is compared with the WhatsApp package that needs the least, on the same framework", () => {
  const found = goalOf(
    {
      ...empty,
      http: [
        http("Express, ours, memory", 1, 70),
        http("Express, @kapso/whatsapp-cloud-api", 1, 99),
        http("Express, whatsapp-api-js", 1, 140),
        http("Express, @line/bot-sdk", 1, 50),
        http("node:http, whatsapp-api-js", 1, 40),
      ],
    },
    "CPU per request, Express",
  );
  expect(found).toMatchObject({ isMet: false });
  expect(found?.measured).toContain("0.71 (70 of 99 µs, @kapso/whatsapp-cloud-api)");
});

test("growth is what an item costs more where there are more, wherever on the way", () => {
  const items = (...costs: number[]) =>
    costs.map((cpuUs, i) => ({ items: 10 ** i, cpuUs, rounds: 5 }));
  const of = (...costs: number[]) =>
    goalOf({ ...empty, items: items(...costs) }, "from 1 to 1000 items")?.isMet;
  expect(of(40, 10, 8, 8.5)).toBe(true);
  expect(of(40, 10, 8, 9)).toBe(false);
});

test("the page tells every result, and the pictures have light and dark", () => {
  const results: Results = {
    ...empty,
    warnings: { http: ["something else ran", "it was cut off."] },
    check: [{ subject: "Express, whatsapp-api-js", signed: 200, forged: 401, batchItems: 1 }],
    http: [http("Express, bare", 1, 40), http("Express, ours, memory", 0.9, 50)],
    items: [{ items: 1, cpuUs: 40, rounds: 5 }],
    stored: [{ stored: 0, cpuUs: 60, perSecond: 9_000 }],
  };
  const text = Object.values(parts)
    .map((part) => part([results]))
    .join("\n");
  expect(text).toMatch(/: something else ran\.\n.*: it was cut off\.$/m);
  for (const said of ["0.9 (0.8 to 1)", "µs of CPU, 9000/s", "v20.20.2"])
    expect(text).toContain(said);
  expect(text).not.toMatch(/undefined|NaN/);
  const files = drawAll([results]);
  expect([...files.keys()].sort()).toEqual(
    ["answers", "cpu", "items", "stored"].flatMap((name) => [
      `${name}-dark.svg`,
      `${name}-light.svg`,
    ]),
  );
  for (const svg of files.values()) expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  // Drawn again in the same process they are the same, which makes a stale one noticeable.
  expect(drawAll([results])).toEqual(files);
  expect(files.get("cpu-light.svg")).not.toBe(files.get("cpu-dark.svg"));
});
