import { Readable } from "node:stream";

/** A body that fails the test when anybody so much as looks at it. */
export function untouchable(): AsyncIterable<Uint8Array> & { readonly touched: () => boolean } {
  let touched = false;
  const touch = (): never => {
    touched = true;
    throw new Error("the body was touched");
  };
  return {
    touched: () => touched,
    [Symbol.asyncIterator]: touch,
  };
}

/** Bytes in chunks of a size, as a plain async iterable. */
export async function* inChunks(body: string | Uint8Array, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(body as Uint8Array);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Bytes in chunks of a size, as a Node stream. */
export function nodeStream(body: string | Uint8Array, size: number): Readable {
  return Readable.from(inChunks(body, size), { objectMode: false });
}

/** Gives some bytes and then nothing more, for ever; `left` tells whether the reader let go of it. */
export function stalled(
  first: string | Uint8Array,
): AsyncIterable<Uint8Array> & { readonly left: () => boolean } {
  let given = false;
  let left = false;
  return {
    left: () => left,
    [Symbol.asyncIterator]: () => ({
      next() {
        if (given) return new Promise(() => {});
        given = true;
        return Promise.resolve({ done: false, value: Buffer.from(first as Uint8Array) });
      },
      return() {
        left = true;
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
}

/** Gives some bytes and then fails. */
export async function* failing(first: string | Uint8Array, error: unknown): AsyncGenerator<Buffer> {
  yield Buffer.from(first as Uint8Array);
  throw error;
}
