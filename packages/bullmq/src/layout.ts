import { createHash } from "node:crypto";

/** BullMQ's two queues. */
export const RECORDS = "records";
export const PARTS = "parts";

/** In braces, so that all keys are in one place of whatever divides keys. */
export const DEFAULT_PREFIX = "{whatsapp}";

/**
 * Where everything is in Redis. Whatever a customer, a tenant or a body could have a say in is hashed, so that no key holds
 * a phone number.
 */
export class Layout {
  readonly prefix: string;
  /** Which format all of it has. */
  readonly format: string;
  /** How many notifications wait, and their bytes. */
  readonly totals: string;
  /** When somebody last renewed locks. */
  readonly pulse: string;
  /** Ids of dead letters by their position, and what they take. */
  readonly letters: string;
  readonly letterTotals: string;
  /** Stands before the id of a dead letter, see {@link Layout.hash}. */
  readonly letter: string;

  constructor(prefix: string) {
    this.prefix = prefix;
    this.format = `${prefix}:format`;
    this.totals = `${prefix}:totals`;
    this.pulse = `${prefix}:pulse`;
    this.letters = `${prefix}:letters`;
    this.letterTotals = `${prefix}:letters:totals`;
    this.letter = `${prefix}:letter:`;
  }

  seenRecord(id: string): string {
    return `${this.prefix}:seen:${this.hash(`record:${id}`)}`;
  }

  seenEvent(key: string): string {
    return `${this.prefix}:seen:${this.hash(`event:${key}`)}`;
  }

  /** Holds the last part of a conversation that is not done. */
  tail(conversation: string): string {
    return `${this.prefix}:tail:${conversation}`;
  }

  /** 16 bytes, as text. */
  hash(text: string): string {
    return createHash("sha256").update(text).digest("base64url").slice(0, 22);
  }
}
