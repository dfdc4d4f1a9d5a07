// What one run found: a file of JSON, from which docs/performance.md is made.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Spread } from "./figures.ts";
import type { Machine } from "./machine.ts";
import type { LoadName } from "./requests.ts";

/** One server under one load: medians over the rounds. Ratios are to the bare framework in the same round. */
export interface HttpResult {
  readonly subject: string;
  readonly load: LoadName;
  readonly connections: number;
  readonly rounds: number;
  /** Answers of 200. */
  readonly perSecond: number;
  readonly ratio: Spread;
  /** Which share of the answers was another, because too much was waiting: 503. */
  readonly refused: number;
  /** CPU of the server's process for each request, until the last of them was handled; without Redis's own. */
  readonly cpuUs: number;
  readonly cpuRatio: Spread;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How much of its core the server used while requests came. */
  readonly busy: number;
  /** How much of its core the generator used. */
  readonly generatorBusy: number;
  readonly memoryMb: number;
}

/** What a server makes of one request. */
export interface CheckResult {
  readonly subject: string;
  /** The answer to a signed body of 1 KB, and to one with a wrong signature. */
  readonly signed: number;
  readonly forged: number;
  /** How many items of a batch of 1000 its handler saw. Undefined where the sender knows no batches. */
  readonly batchItems: number | undefined;
}

/** Time to the answer of requests that came at fixed times, from the time they were due: with and without handlers. */
export interface StressResult {
  readonly subject: string;
  readonly scenario: "sleep" | "burn";
  readonly rounds: number;
  readonly without: Latency;
  readonly with: Latency;
  /** With over without, of the median and the 99th percentile. */
  readonly p50Ratio: Spread;
  readonly p99Ratio: Spread;
}

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  readonly notOk: number;
}

/** Batches of 3 MB posted while small requests go on. */
export interface BatchResult {
  readonly subject: string;
  readonly batches: number;
  readonly bodyMb: number;
  /** The longest time that the event loop was held: the median over the batches, and the longest of all. */
  readonly heldMs: number;
  readonly heldLongestMs: number;
  /** From the batch's sending to its answer. */
  readonly answerMs: number;
  /** The small requests meanwhile, and without batches. */
  readonly small: Latency;
  readonly smallAlone: Latency;
}

export interface SyncResult {
  /** An append of 1 KB and `fdatasync`, on the same disk. */
  readonly syncMs: number;
  /** The median answer at one connection, with the SQLite inbox. */
  readonly answerMs: number;
  readonly rounds: number;
}

export interface WaitingResult {
  readonly waiting: number;
  readonly bodyBytes: number;
  /** Heap and external memory for each, without the body. */
  readonly bytes: number;
}

export interface StartupResult {
  readonly framework: string;
  readonly processes: number;
  /** Of the framework alone, with zod, and with core and the adapter beside it. */
  readonly alone: { readonly ms: number; readonly mb: number };
  readonly zod: { readonly ms: number; readonly mb: number };
  readonly both: { readonly ms: number; readonly mb: number };
}

export interface ItemsResult {
  readonly items: number;
  /** CPU for each item, from the request to its handler. */
  readonly cpuUs: number;
  readonly rounds: number;
}

export interface StoredResult {
  /** Records that the file remembers, at the end of the step. */
  readonly stored: number;
  readonly cpuUs: number;
  readonly perSecond: number;
}

/** A part is there once it has been measured. */
export interface Results {
  readonly date: string;
  readonly machine: Machine;
  /** What makes the figures worth less, in words; empty when nothing did. */
  warnings: Record<string, readonly string[]>;
  /** The same bare server measured as if it were two. */
  same?: Spread;
  check?: readonly CheckResult[];
  http?: readonly HttpResult[];
  stress?: readonly StressResult[];
  batch?: readonly BatchResult[];
  sync?: SyncResult;
  waiting?: readonly WaitingResult[];
  startup?: readonly StartupResult[];
  items?: readonly ItemsResult[];
  stored?: readonly StoredResult[];
}

/** What was found before, or a fresh start where the machine or a version is another now. */
export function openResults(path: string, machine: Machine): Results {
  const date = new Date().toISOString().slice(0, 10);
  const fresh: Results = { date, machine, warnings: {} };
  if (!existsSync(path)) return fresh;
  const before = readResults(path);
  const isSame = JSON.stringify(before.machine) === JSON.stringify(machine);
  return isSame ? { ...before, date } : fresh;
}

/** The results in a file. */
export function readResults(path: string): Results {
  return JSON.parse(readFileSync(path, "utf8")) as Results;
}

/** Writes them, so that a run that is cut off keeps what it has. */
export function saveResults(path: string, results: Results): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(results, undefined, 2)}\n`);
}
