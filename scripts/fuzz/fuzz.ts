import { changeBytes } from "./change-bytes.ts";
import { changeTree } from "./change-json.ts";
import type { Coverage } from "./coverage.ts";
import { type Dictionary, dictionaryOf } from "./dictionary.ts";
import { toText, toTree } from "./json-tree.ts";
import { minimised } from "./minimise.ts";
import { Random } from "./random.ts";
import { Finding, type Target } from "./target.ts";

export interface FuzzOptions {
  readonly seed: number;
  /** Where new code is looked for; without it only what comes of an input guides. */
  readonly coverage?: Coverage | undefined;
  /** Asked before each batch: is there time for another? */
  readonly goesOn: (runs: number) => boolean;
  /** Told of each new finding, with the smallest input that shows it. */
  readonly onFinding?: (found: Found) => void;
}

export interface Found {
  readonly kind: string;
  readonly message: string;
  readonly input: Uint8Array;
}

export interface FuzzReport {
  readonly runs: number;
  /** Inputs that were kept, those to begin with among them. */
  readonly corpus: number;
  readonly findings: readonly Found[];
}

const BATCH = 64;
/** Larger ones say nothing that smaller ones do not, and cost as much time as many. */
const MOST_BYTES = 200_000;
const MOST_CHANGES = 5;

/** Changes what reached something new, for as long as there is time, and sees to it that whatever must hold does. */
export async function fuzz(target: Target, options: FuzzOptions): Promise<FuzzReport> {
  const { seed, coverage, goesOn, onFinding } = options;
  const random = new Random(seed);
  const seeds = target.seeds();
  const words = dictionaryOf(seeds);
  const corpus: Uint8Array[] = [];
  const outcomes = new Set<string>();
  const findings = new Map<string, Found>();
  let runs = 0;

  /** Whether something new came of it. */
  async function isNews(input: Uint8Array): Promise<boolean> {
    runs++;
    const { came, finding } = await outcomeOf(target, input);
    if (finding !== undefined && !findings.has(finding.kind)) {
      const small = await minimised(input, (less) => shows(target, less, finding.kind));
      const { message = finding.message } = (await outcomeOf(target, small)).finding ?? {};
      const found = { kind: finding.kind, message, input: small };
      findings.set(finding.kind, found);
      onFinding?.(found);
    }
    const before = outcomes.size;
    for (const word of came) outcomes.add(word);
    return outcomes.size > before;
  }

  /** Runs them, and keeps those of which something new came, or that made new code run. */
  async function runAll(inputs: readonly Uint8Array[]): Promise<void> {
    const kept = new Set<Uint8Array>();
    for (const input of inputs) if (await isNews(input)) kept.add(input);
    // Asking for each input would cost more than running it: which one it was is asked only when there is one.
    if (coverage !== undefined && coverage.fresh() > 0) {
      const together = coverage.taken();
      for (const input of inputs) {
        await outcomeOf(target, input);
        if (coverage.fresh() === 0) continue;
        coverage.keep();
        kept.add(input);
      }
      // What no input made run a second time is made once by whichever comes first.
      coverage.keep(together);
    }
    corpus.push(...kept);
  }

  await runAll(seeds);
  corpus.push(...seeds.filter((input) => !corpus.includes(input)));
  while (goesOn(runs)) {
    const batch: Uint8Array[] = [];
    while (batch.length < BATCH) {
      const changed = change(pick(corpus, random), random, words, random.pick(corpus));
      if (changed.byteLength <= MOST_BYTES) batch.push(changed);
    }
    await runAll(batch);
  }
  return { runs, corpus: corpus.length, findings: [...findings.values()] };
}

/** What was kept last is picked more often: less has been made of it. */
function pick(corpus: readonly Uint8Array[], random: Random): Uint8Array {
  return random.pick(random.isHit(0.5) ? corpus : corpus.slice(-32));
}

function change(
  input: Uint8Array,
  random: Random,
  words: Dictionary,
  other: Uint8Array,
): Uint8Array {
  let changed = input;
  const tree = random.isHit(0.85) ? toTree(Buffer.from(input).toString()) : undefined;
  if (tree !== undefined) {
    for (let i = random.below(MOST_CHANGES); i >= 0; i--) changeTree(tree, random, words);
    changed = Buffer.from(toText(tree));
  }
  if (tree === undefined || random.isHit(0.05))
    for (let i = random.below(MOST_CHANGES); i >= 0; i--)
      changed = changeBytes(changed, random, other);
  return changed;
}

interface RunOutcome {
  readonly came: readonly string[];
  readonly finding?: Finding;
}

async function outcomeOf(target: Target, input: Uint8Array): Promise<RunOutcome> {
  try {
    return { came: await target.run(input) };
  } catch (thrown) {
    const finding = thrown instanceof Finding ? thrown : unexpected(thrown);
    return { came: [finding.kind], finding };
  }
}

async function shows(target: Target, input: Uint8Array, kind: string): Promise<boolean> {
  return (await outcomeOf(target, input)).finding?.kind === kind;
}

/** Something was thrown that nobody documents: one kind for each place that throws. */
function unexpected(thrown: unknown): Finding {
  if (!(thrown instanceof Error)) return new Finding("threw what is no error", typeof thrown);
  const [place = ""] = /[\w-]+\.[cm]?[jt]s:\d+/.exec(thrown.stack ?? "") ?? [];
  return new Finding(`threw ${thrown.name} at ${place}`, thrown.stack);
}
