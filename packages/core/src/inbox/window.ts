import type { InboxRecord } from "./inbox.ts";

/** The records that a process holds for its processor, within limits. */
export class Window {
  readonly #sizes = new Map<string, number>();
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

  has(id: string): boolean {
    return this.#sizes.has(id);
  }

  hold({ id, body }: InboxRecord): void {
    this.#sizes.set(id, body.byteLength);
    this.#bytes += body.byteLength;
  }

  letGo(id: string): void {
    this.#bytes -= this.#sizes.get(id) ?? 0;
    this.#sizes.delete(id);
  }
}
