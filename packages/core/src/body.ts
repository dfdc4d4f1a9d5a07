import { WebhookError } from "./errors.ts";
import type { RequestBody } from "./http.ts";
import type { Upload, Uploads } from "./uploads.ts";

export interface ReadLimits {
  readonly limitBytes: number;
  readonly uploads: Uploads;
}

/** The whole body as bytes. Rejects with a {@link WebhookError} and leaves the rest unread when a limit is met. */
export function readBody(body: RequestBody, limits: ReadLimits): Promise<Uint8Array> {
  if (body.kind === "lost") return Promise.reject(new WebhookError("body_lost", body.hint));
  if (body.kind === "bytes") {
    return body.bytes.byteLength > limits.limitBytes
      ? Promise.reject(tooLarge(limits))
      : Promise.resolve(body.bytes);
  }
  if (body.kind === "short") return readAtOnce(body, limits);
  return isNodeStream(body.stream)
    ? readEvents(body.stream, limits)
    : readIterator(body.stream, limits);
}

export function tooLarge(limits: { limitBytes: number }): WebhookError {
  return new WebhookError(
    "body_too_large",
    `the body is larger than bodyLimitBytes (${limits.limitBytes}).`,
  );
}

const SMALLEST_BUFFER_BYTES = 4096;

/**
 * The bytes of one body, with what they count against. They go into one growing buffer: kept as a list, a body in
 * chunks of one byte would cost hundreds of times what it counts for.
 */
class Reading implements Upload {
  readonly since = performance.now();
  readonly giveUp: (error: unknown) => void;
  readonly #limits: ReadLimits;
  /** The first chunk itself, as most bodies have only one; then a buffer with room for more. */
  #buffer: Uint8Array = new Uint8Array();
  #size = 0;

  constructor(limits: ReadLimits, giveUp: (error: unknown) => void) {
    this.#limits = limits;
    this.giveUp = giveUp;
    limits.uploads.begin(this);
  }

  get size(): number {
    return this.#size;
  }

  /** Counts what is to come. */
  expect(bytes: number): void {
    this.#limits.uploads.take(this, bytes);
    this.#size += bytes;
  }

  add(chunk: unknown): void {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    if (!(bytes instanceof Uint8Array))
      throw new WebhookError("body_lost", "what carries the body gave something else than bytes.");
    const size = this.#size + bytes.byteLength;
    if (size > this.#limits.limitBytes) throw tooLarge(this.#limits);
    this.#limits.uploads.take(this, bytes.byteLength);
    if (this.#size === 0) {
      this.#buffer = bytes;
    } else {
      if (size > this.#buffer.byteLength) this.#buffer = grown(this.#buffer, this.#size, size);
      this.#buffer.set(bytes, this.#size);
    }
    this.#size = size;
  }

  bytes(): Uint8Array {
    return this.#size === this.#buffer.byteLength
      ? this.#buffer
      : Buffer.from(this.#buffer.subarray(0, this.#size));
  }

  end(): void {
    this.#limits.uploads.end(this);
  }
}

/** A buffer with the first bytes of another, and room for so many and more. */
function grown(buffer: Uint8Array, used: number, size: number): Uint8Array {
  const larger = Buffer.allocUnsafeSlow(Math.max(2 * size, SMALLEST_BUFFER_BYTES));
  larger.set(buffer.subarray(0, used));
  return larger;
}

interface NodeStream {
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  pause(): unknown;
  readonly destroyed?: boolean;
}

function isNodeStream(stream: object): stream is NodeStream {
  return "on" in stream && "off" in stream && "pause" in stream;
}

function readAtOnce(
  { bytes, read }: Extract<RequestBody, { kind: "short" }>,
  limits: ReadLimits,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      reading.end();
      reject(error instanceof WebhookError ? error : aborted(error));
    };
    const reading = new Reading(limits, fail);
    try {
      reading.expect(bytes);
    } catch (error) {
      fail(error);
      return;
    }
    read().then((whole) => {
      reading.end();
      if (whole.byteLength > limits.limitBytes) reject(tooLarge(limits));
      else resolve(new Uint8Array(whole));
    }, fail);
  });
}

/** A Node stream is read by its events: about a third cheaper than iterating, and leaving early does not destroy it. */
function readEvents(stream: NodeStream, limits: ReadLimits): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const fail = (error: unknown): void => {
      if (isOver) return;
      isOver = true;
      reading.end();
      stream.off("data", onData);
      stream.off("end", onEnd);
      stream.off("close", onClose);
      stream.pause();
      reject(error);
    };
    const onData = (chunk: unknown): void => {
      try {
        reading.add(chunk);
      } catch (error) {
        fail(error);
      }
    };
    // Nothing more comes of a stream that has ended: to take the listeners off would cost as much as to put them on.
    const onEnd = (): void => {
      isOver = true;
      reading.end();
      resolve(reading.bytes());
    };
    // Comes after every end, too.
    const onClose = (): void => {
      if (!isOver) fail(aborted());
    };
    const reading = new Reading(limits, fail);
    // Stays on: an error that comes after we have turned away must not become an uncaught one.
    stream.on("error", (error) => fail(aborted(error)));
    if (stream.destroyed === true) {
      onClose();
      return;
    }
    stream.on("end", onEnd);
    stream.on("close", onClose);
    stream.on("data", onData);
  });
}

async function readIterator(
  stream: AsyncIterable<Uint8Array>,
  limits: ReadLimits,
): Promise<Uint8Array> {
  let iterator: AsyncIterator<Uint8Array> | undefined;
  let giveUp = (_error: unknown): void => {};
  const late = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  const reading = new Reading(limits, giveUp);
  const whole = async (): Promise<void> => {
    iterator = stream[Symbol.asyncIterator]();
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) {
        iterator = undefined;
        return;
      }
      reading.add(next.value);
    }
  };
  try {
    await Promise.race([whole(), late]);
    return reading.bytes();
  } catch (error) {
    // Not awaited: a source that hangs in next() hangs in return() too.
    void leave(iterator);
    throw error instanceof WebhookError ? error : aborted(error);
  } finally {
    // What arrives after this is refused by `add`.
    reading.end();
  }
}

async function leave(iterator: AsyncIterator<Uint8Array> | undefined): Promise<void> {
  try {
    await iterator?.return?.();
  } catch {
    // It was given up already.
  }
}

function aborted(cause?: unknown): WebhookError {
  return new WebhookError(
    "body_aborted",
    "the connection ended before the whole body had arrived.",
    { cause },
  );
}
