// Throughput, latency and CPU of every server under every load: rounds interleaved with the bare framework's.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { median, type Spread, short, spread } from "../figures.ts";
import { type LoadName, loads, type RequestFile, writeRequests } from "../requests.ts";
import type { HttpResult } from "../results.ts";
import type { Run } from "../run.ts";
import type { Subject } from "../subject.ts";
import { bareOf, frameworks, type Sender, type SubjectRow, subjects } from "../subjects.ts";
import { load } from "../wrk.ts";

export interface HttpOptions {
  readonly loads: readonly LoadName[];
  readonly connections: readonly number[];
  /** How many requests of 1 KB are written; fewer of larger ones. */
  readonly requests: number;
}

/** What one round of one server gave. */
interface Round {
  readonly perSecond: number;
  readonly refused: number;
  readonly cpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly busy: number;
  readonly generatorBusy: number;
}

/** With the larger bodies these, which say it for all: the two ends, and what others offer. */
const MOST_TOLD = /^(node:http|Express)|chat-adapter|^Fetch, bare/;
/** The bare server with the most to lose has to be kept busy, or the ratios flatter everybody else. */
const LEAST_BUSY = 0.95;
const MOST_CONNECTIONS = 256;
const MOST_GENERATOR = 0.9;
/** Where no goal is judged fewer rounds do, and a large body warms up what there is sooner. */
const SIDE_ROUNDS = 3;
const SIDE_WARMUP_SECONDS = 2;
const SIDE_WARMUP_CONNECTIONS = 16;
/** Each connection gets so many answers in a round, if that takes no longer than this: many large bodies arrive at one time. */
const ANSWERS_EACH = 2;
const LONGEST_SECONDS = 20;
/** Of the sizes: how many bytes of requests are written at most. */
const FILE_BYTES = 2 * 1024 ** 3;
/** By more than that the same server does not differ from itself, unless the machine does something else. */
const MOST_UNLIKE = 1.1;

/** All loads, framework by framework. `onResult` hears of each load of a framework once it is measured. */
export async function measureHttp(
  run: Run,
  options: HttpOptions,
  onResult: (results: readonly HttpResult[], same: Spread | undefined) => void,
): Promise<void> {
  for (const name of options.loads) {
    const files = new Map<Sender, RequestFile>();
    const fileFor = (sender: Sender): RequestFile => {
      const known = files.get(sender);
      if (known !== undefined) return known;
      const shape = { sender, ...loads[name] };
      const bytes = Math.max(shape.bytes, shape.items * 400) + 512;
      const count = Math.min(options.requests, Math.ceil(FILE_BYTES / bytes));
      run.say(`writing ${count} requests of ${name} for ${sender}`);
      const file = writeRequests(join(run.folder, `${sender}-requests`), shape, count);
      files.set(sender, file);
      return file;
    };
    for (const framework of frameworks) {
      const rows = subjects.filter(
        (row) =>
          row.framework === framework &&
          row.setup !== "bare" &&
          run.wants(row.name) &&
          (name === "1 KB" || MOST_TOLD.test(row.name)) &&
          (loads[name].items === 1 || row.takesBatches) &&
          // A 200 KB body for each is more than a queue of many machines is for, and than the folder holds.
          (name === "1 KB" || row.inbox !== "redis"),
      );
      if (rows.length === 0) continue;
      try {
        const group = new Group(run, name, fileFor);
        const withTwin = framework === "node:http" && name === "1 KB";
        await group.start([bareOf(framework), ...rows], withTwin);
        for (const connections of options.connections) {
          const measured = await group.measure(connections);
          const { same } = measured;
          if (same !== undefined && Math.abs(Math.log(same.median)) > Math.log(MOST_UNLIKE))
            run.warn(
              `${framework}: the same server, measured as two, was ${same.median} of itself (${same.low} to ${same.high}), so no ratio of that hour means much`,
            );
          onResult(measured.results, measured.same);
        }
      } catch (thrown) {
        // The others are worth measuring all the same.
        run.warn(
          `${framework}, ${name}, broke off: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
        );
      }
      await run.stopAll();
    }
    for (const { path } of files.values()) rmSync(path);
  }
}

/** The servers on one framework, under one load. The first is the bare one. */
class Group {
  readonly #run: Run;
  readonly #load: LoadName;
  readonly #fileFor: (sender: Sender) => RequestFile;
  #members: Member[] = [];
  /** The bare server once more. */
  #twin: Member | undefined;

  constructor(run: Run, load: LoadName, fileFor: (sender: Sender) => RequestFile) {
    this.#run = run;
    this.#load = load;
    this.#fileFor = fileFor;
  }

  async start(rows: readonly SubjectRow[], withTwin: boolean): Promise<void> {
    for (const row of rows) {
      const member = new Member(this.#run, row, this.#fileFor(row.sender));
      this.#members.push(member);
      await member.start();
    }
    const [first] = rows;
    if (!withTwin || first === undefined) return;
    this.#twin = new Member(this.#run, first, this.#fileFor(first.sender));
    await this.#twin.start();
  }

  async measure(
    connections: number,
  ): Promise<{ readonly results: readonly HttpResult[]; readonly same: Spread | undefined }> {
    const { seconds } = this.#run.options;
    const isMain = this.#load === "1 KB" && connections === MOST_CONNECTIONS;
    const rounds = Math.min(
      this.#run.options.rounds,
      isMain ? Number.POSITIVE_INFINITY : SIDE_ROUNDS,
    );
    const all = [...this.#members, ...(this.#twin === undefined ? [] : [this.#twin])];
    const measured = new Map<Member, Round[]>(all.map((member) => [member, []]));
    for (let round = 0; round < rounds; round++) {
      for (const member of round % 2 === 0 ? all : [...all].reverse())
        measured.get(member)?.push(await member.round(connections, seconds));
    }
    const [base] = this.#members;
    const baseRounds = measured.get(base as Member) ?? [];
    const results = this.#members.map((member) =>
      this.#resultOf(member, measured.get(member) ?? [], baseRounds, connections),
    );
    const twin = this.#twin === undefined ? undefined : measured.get(this.#twin);
    if (twin === undefined || connections !== MOST_CONNECTIONS) return { results, same: undefined };
    return { results, same: ratiosOf(twin, baseRounds, "perSecond") };
  }

  #resultOf(
    { row, residentMb }: Member,
    rounds: readonly Round[],
    base: readonly Round[],
    connections: number,
  ): HttpResult {
    const middle = (key: keyof Round): number => short(median(rounds.map((round) => round[key])));
    const result: HttpResult = {
      subject: row.name,
      load: this.#load,
      connections,
      rounds: rounds.length,
      perSecond: middle("perSecond"),
      ratio: ratiosOf(rounds, base, "perSecond"),
      refused: middle("refused"),
      cpuUs: middle("cpuUs"),
      cpuRatio: ratiosOf(rounds, base, "cpuUs"),
      p50Ms: middle("p50Ms"),
      p99Ms: middle("p99Ms"),
      busy: middle("busy"),
      generatorBusy: middle("generatorBusy"),
      memoryMb: Math.round(residentMb),
    };
    this.#run.say(
      `${row.name}, ${this.#load}, ${connections}: ${result.perSecond}/s (${result.ratio.median}), ` +
        `${result.cpuUs} us (${result.cpuRatio.median}), p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms`,
    );
    if (row.setup === "bare" && connections === MOST_CONNECTIONS && result.busy < LEAST_BUSY)
      this.#run.warn(
        `${row.name}, ${this.#load}: it had ${result.busy} of its core, so the run was disturbed`,
      );
    if (result.generatorBusy > MOST_GENERATOR)
      this.#run.warn(
        `${row.name}, ${this.#load}, ${connections} connections: the generator took ${result.generatorBusy} of its core, so it is what was measured`,
      );
    return result;
  }
}

function ratiosOf(rounds: readonly Round[], base: readonly Round[], key: keyof Round): Spread {
  return spread(rounds.map((round, i) => round[key] / (base[i]?.[key] ?? Number.NaN)));
}

/** A server of a group, and how far it has got in the file of requests. */
class Member {
  readonly row: SubjectRow;
  readonly #run: Run;
  readonly #file: RequestFile;
  #subject: Subject | undefined;
  #next = 0;
  #sentPerSecond = 0;
  residentMb = 0;

  constructor(run: Run, row: SubjectRow, file: RequestFile) {
    this.#run = run;
    this.row = row;
    this.#file = file;
  }

  async start(): Promise<void> {
    this.#subject = await this.#run.start(this.row.name);
    this.#next = 0;
    const { warmupSeconds } = this.#run.options;
    const isSide = this.#file.bodyLength > loads["1 KB"].bytes;
    const seconds = isSide ? Math.min(warmupSeconds, SIDE_WARMUP_SECONDS) : warmupSeconds;
    await this.#send(this.#subject, isSide ? SIDE_WARMUP_CONNECTIONS : MOST_CONNECTIONS, seconds);
  }

  /** One round, from the first request until the last one is handled. */
  async round(connections: number, leastSeconds: number): Promise<Round> {
    const answers = ANSWERS_EACH * connections;
    const seconds = Math.min(
      Math.max(leastSeconds, Math.ceil(answers / this.#sentPerSecond)),
      LONGEST_SECONDS,
    );
    const needed = this.#sentPerSecond * seconds * 1.5 + connections;
    if (this.row.deduplicates && this.#next + needed > this.#file.count) {
      // Nothing may come twice, so it begins anew with an empty inbox.
      if (this.#subject !== undefined) await this.#run.stop(this.#subject);
      await this.start();
    }
    if (this.#subject === undefined) throw new Error(`${this.row.name} has not been started.`);
    return this.#send(this.#subject, connections, seconds);
  }

  async #send(subject: Subject, connections: number, seconds: number): Promise<Round> {
    await subject.ask();
    const before = subject.cpuUs();
    const seen = await load(subject.port, this.#file, {
      first: this.#next,
      connections,
      seconds,
      core: this.#run.options.loadCore,
    });
    const taken = seen.requests - seen.notOk;
    if (seen.requests === 0 && seen.failed === 0)
      throw new Error(`${this.row.name}: wrk got no answer in ${seconds} s`);
    if (taken <= 0 || seen.failed > 0)
      throw new Error(
        `${this.row.name}: of ${seen.requests} answers ${seen.notOk} were not 200, and ${seen.failed} requests got none`,
      );
    const busyUs = subject.cpuUs() - before;
    if (this.row.setup === "ours") await subject.handled(taken * this.#file.items);
    const cpuUs = (subject.cpuUs() - before) / taken;
    // A few more were sent and are not counted.
    this.#next = (this.#next + seen.requests + connections) % this.#file.count;
    this.#sentPerSecond = (seen.requests / seen.durationUs) * 1e6;
    this.residentMb = subject.residentBytes() / 1024 ** 2;
    return {
      perSecond: (taken / seen.durationUs) * 1e6,
      refused: seen.notOk / seen.requests,
      cpuUs,
      p50Ms: seen.p50Us / 1e3,
      p99Ms: seen.p99Us / 1e3,
      busy: busyUs / seen.durationUs,
      generatorBusy: seen.cores,
    };
  }
}
