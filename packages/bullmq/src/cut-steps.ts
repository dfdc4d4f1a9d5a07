import type { Batch } from "./engine.ts";
import { bytesOf, isStored, type Stored } from "./stored.ts";

/** A part about to be added, with its conversation, hashed. */
export interface Part {
  readonly stored: Stored;
  readonly conversation: string | undefined;
}

/** How far a job of records is cut. It is kept with the job, where BullMQ keeps a job's progress. */
export interface Progress {
  /** The place in the job of the record that is next, and of its parts the next. */
  readonly record: number;
  readonly part: number;
  /** How many parts the job has become. Their ids go on from here. */
  readonly serial: number;
  /** See {@link CutSteps.take}. Of a record that is cut in part. */
  readonly shape?: string;
}

/** What of one record is added in one step. */
export interface Piece {
  readonly stored: Stored;
  readonly parts: readonly Part[];
  /** Whether its first part and its last are among them. */
  readonly begins: boolean;
  readonly ends: boolean;
}

/** What is added at one time. `next` is where the step after it begins. */
export interface Step {
  readonly pieces: readonly Piece[];
  readonly next: Omit<Progress, "serial">;
}

/** What a step holds at most: Redis and this process do nothing else while it is written. */
export const MOST_PARTS = 256;
/** Of bodies, before they are cut and after. */
const MOST_BYTES = 512 * 1024;

/** Of a job that nobody has begun: nothing is kept with it. */
export const START: Progress = { record: 0, part: 0, serial: 0 };

export interface CutStepsOptions {
  cut(stored: Stored): readonly Part[];
  hash(text: string): string;
}

/** A job of records in steps, since it may have many thousand parts. Each record is cut when its turn has come. */
export class CutSteps {
  readonly #batch: Batch;
  readonly #options: CutStepsOptions;
  /** Of the records of the last step. */
  readonly #parts = new Map<number, readonly Part[]>();

  constructor(batch: unknown, options: CutStepsOptions) {
    this.#batch = Array.isArray(batch) ? batch : [];
    this.#options = options;
  }

  isEnd({ record }: Pick<Progress, "record">): boolean {
    return record >= this.#batch.length;
  }

  /**
   * The step that begins here. A record that was cut in part may be cut otherwise by now: something was erased from it, or
   * another version of core does it. Its parts are added once more then, for none must be missing: the events of those
   * that were there are known when the others come, as they stand behind them.
   */
  take(from: Progress): Step {
    for (const place of this.#parts.keys()) if (place < from.record) this.#parts.delete(place);
    const pieces: Piece[] = [];
    let count = 0;
    let bytes = 0;
    const isFull = (): boolean => count >= MOST_PARTS || bytes >= MOST_BYTES;
    let record = from.record;
    for (; record < this.#batch.length && !isFull(); record++) {
      const stored = this.#batch[record];
      if (!isStored(stored)) continue;
      const parts = this.#partsOf(record, stored);
      const isSame = record === from.record && from.shape === this.#shapeOf(parts);
      const start = isSame ? from.part : 0;
      // Of a record that is cut in several steps the first one reads it: counted in each, it would leave room for one part only.
      if (start === 0) bytes += bytesOf(stored);
      let end = start;
      while (end < parts.length && (end === start || !isFull())) {
        bytes += bytesOf((parts[end] as Part).stored);
        count++;
        end++;
      }
      const ends = end === parts.length;
      pieces.push({ stored, parts: parts.slice(start, end), begins: start === 0, ends });
      if (!ends) return { pieces, next: { record, part: end, shape: this.#shapeOf(parts) } };
    }
    return { pieces, next: { record, part: 0 } };
  }

  #partsOf(record: number, stored: Stored): readonly Part[] {
    const known = this.#parts.get(record);
    if (known !== undefined) return known;
    const parts = this.#options.cut(stored);
    this.#parts.set(record, parts);
    return parts;
  }

  #shapeOf(parts: readonly Part[]): string {
    return this.#options.hash(parts.map(({ conversation }) => conversation ?? "").join());
  }
}

/** As BullMQ gives it back. */
export function toProgress(value: unknown): Progress {
  return isProgress(value) ? value : START;
}

function isProgress(value: unknown): value is Progress {
  return typeof value === "object" && value !== null && "serial" in value;
}
