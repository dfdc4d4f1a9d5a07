import type { InboxRecord } from "./inbox.ts";

/** The records that a process holds for its processor, within limits. */
export class Window {
  readonly #sizes = new Map<string, number>();
  /** Those of them that are being delivered. */
  readonly #begun = new Set<string>();
  /** Those of them that the store gave us once more: another process had taken them over meanwhile, and let them go. */
  readonly #again = new Set<string>();
  readonly #limitRecords: number;
  readonly #limitBytes: number;
  #bytes = 0;

  constructor(limitRecords: number, limitBytes: number) {
    this.#limitRecords = limitRecords;
    this.#limitBytes = limitBytes;
  }

  get size(): number {
    return this.#sizes.size;
  }

  get hasRoom(): boolean {
    return this.#sizes.size < this.#limitRecords && this.#bytes < this.#limitBytes;
  }

  /** What still fits. */
  get room(): { readonly records: number; readonly bytes: number } {
    return {
      records: this.#limitRecords - this.#sizes.size,
      bytes: this.#limitBytes - this.#bytes,
    };
  }

  /** Room for a record that is on its way. It may be there already: then it takes no room of its own. */
  hold({ id, body }: InboxRecord): void {
    this.#bytes += body.byteLength - (this.#sizes.get(id) ?? 0);
    this.#sizes.set(id, body.byteLength);
  }

  /** It is to be delivered. False: it is being delivered already. */
  begin(record: InboxRecord): boolean {
    this.hold(record);
    if (this.#begun.has(record.id)) {
      this.#again.add(record.id);
      return false;
    }
    this.#begun.add(record.id);
    return true;
  }

  /** It does not come, at least not this way. */
  giveUp(id: string): void {
    if (!this.#begun.has(id)) this.#remove(id);
  }

  /** Its delivery has ended. Returns whether the store gave it to us once more meanwhile. */
  letGo(id: string): boolean {
    this.#begun.delete(id);
    this.#remove(id);
    return this.#again.delete(id);
  }

  #remove(id: string): void {
    this.#bytes -= this.#sizes.get(id) ?? 0;
    this.#sizes.delete(id);
  }
}
