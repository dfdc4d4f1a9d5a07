import { type Logger, stderrLogger } from "../logger.ts";
import { DeadLetterWatch } from "./dead-letter-watch.ts";
import { withoutItemsOf } from "./erasure.ts";
import type { DeadLetter, DeadLetters, InboxRecord, InboxStats } from "./inbox.ts";

export interface NewDeadLetter {
  readonly record: InboxRecord;
  readonly attempts: number;
  readonly reason: string;
}

/** What a letter costs beside its body: empty bodies cost memory too. */
const OVERHEAD_BYTES = 512;

/** Dead letters in memory. Beyond a number of bytes the oldest give way. */
export class MemoryDeadLetters implements DeadLetters {
  readonly #letters = new Map<string, DeadLetter & { readonly record: InboxRecord }>();
  readonly #limitBytes: number;
  readonly #onReplay: (record: InboxRecord) => void;
  readonly #watch = new DeadLetterWatch();
  logger: Logger = stderrLogger;
  #bytes = 0;
  #position = 0;
  #dropped = 0;

  constructor(limitBytes: number, onReplay: (record: InboxRecord) => void) {
    this.#limitBytes = limitBytes;
    this.#onReplay = onReplay;
  }

  add({ record, attempts, reason }: NewDeadLetter): void {
    const { id, receivedAt, body } = record;
    const letter = {
      id,
      position: ++this.#position,
      receivedAt,
      deadLetteredAt: Date.now(),
      attempts,
      reason,
      bytes: body.byteLength,
    };
    // It may be one already: its id came again when it was not remembered any more. The newest is the youngest.
    this.#take(id);
    this.#letters.set(id, { ...letter, record });
    this.#bytes += letter.bytes + OVERHEAD_BYTES;
    for (const oldest of this.#letters.keys()) {
      if (this.#bytes <= this.#limitBytes) break;
      this.#take(oldest);
      this.#dropped++;
    }
    this.#watch.check({ ...this.stats(), deadLettersDropped: this.#dropped }, this.logger);
  }

  stats(): Pick<InboxStats, "deadLetters" | "deadLetterBytes" | "deadLetterLimitBytes"> {
    return {
      deadLetters: this.#letters.size,
      deadLetterBytes: this.#bytes,
      deadLetterLimitBytes: this.#limitBytes,
    };
  }

  async list({
    after = 0,
    limit = 100,
  }: {
    readonly after?: number;
    readonly limit?: number;
  } = {}): Promise<readonly DeadLetter[]> {
    const letters = [...this.#letters.values()].filter(({ position }) => position > after);
    return letters.slice(0, limit).map(({ record: _record, ...letter }) => letter);
  }

  async show(id: string): Promise<InboxRecord | undefined> {
    return this.#letters.get(id)?.record;
  }

  async replay(ids: readonly string[]): Promise<number> {
    const records = ids.map((id) => this.#take(id)).filter((record) => record !== undefined);
    for (const record of records) this.#onReplay(record);
    return records.length;
  }

  async discard(ids: readonly string[]): Promise<number> {
    return ids.filter((id) => this.#take(id) !== undefined).length;
  }

  /** See `Inbox.erase`. */
  erase(texts: readonly string[]): number {
    let count = 0;
    for (const [id, letter] of this.#letters) {
      const body = withoutItemsOf(texts, letter.record.body);
      if (body === letter.record.body) continue;
      count++;
      if (body === undefined) {
        this.#take(id);
        continue;
      }
      this.#bytes += body.byteLength - letter.bytes;
      this.#letters.set(id, {
        ...letter,
        bytes: body.byteLength,
        record: { ...letter.record, body },
      });
    }
    return count;
  }

  #take(id: string): InboxRecord | undefined {
    const letter = this.#letters.get(id);
    if (letter === undefined) return undefined;
    this.#letters.delete(id);
    this.#bytes -= letter.bytes + OVERHEAD_BYTES;
    return letter.record;
  }
}
