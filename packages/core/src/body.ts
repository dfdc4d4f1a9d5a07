import { WebhookError } from "./errors.ts";
import type { RequestBody } from "./http.ts";

/** Who has held bytes for longer is slow, and has to give them up to others. */
const SLOW_MS = 1_000;

/** Who counts against the budget. */
interface Holder {
  /** Told when its bytes were taken from it. */
  giveWay: (error: WebhookError) => void;
}

/**
 * Counts the bytes that are being read over all requests, before anything is known about who sends them. Whoever fills it
 * by sending slowly makes room for others, or a few stalled uploads would keep the platform out until they time out.
 */
export class UnverifiedBudget {
  #taken = 0;
  readonly #limit: number;
  /** Who holds how much, and since when: the longest first. */
  readonly #holders = new Map<Holder, { bytes: number; readonly since: number }>();

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  take(holder: Holder, bytes: number): void {
    while (this.#taken + bytes > this.#limit) {
      const slowest = this.#slowest();
      if (slowest === undefined || slowest === holder) throw this.#full();
      this.give(slowest);
      slowest.giveWay(this.#full());
    }
    const held = this.#holders.get(holder) ?? { bytes: 0, since: performance.now() };
    held.bytes += bytes;
    this.#holders.set(holder, held);
    this.#taken += bytes;
  }

  /** Takes back all that it holds. */
  give(holder: Holder): void {
    this.#taken -= this.#holders.get(holder)?.bytes ?? 0;
    this.#holders.delete(holder);
  }

  #slowest(): Holder | undefined {
    for (const [holder, { since }] of this.#holders)
      return performance.now() - since > SLOW_MS ? holder : undefined;
    return undefined;
  }

  #full(): WebhookError {
    return new WebhookError(
      "unverified_limit",
      `more than ${this.#limit} bytes of unverified bodies are being read at once.`,
    );
  }
}

export interface ReadLimits {
  readonly limitBytes: number;
  readonly timeoutMs: number;
  readonly budget: UnverifiedBudget;
}

/** The whole body as bytes. Throws a {@link WebhookError} and leaves the rest unread when a limit is met. */
export async function readBody(body: RequestBody, limits: ReadLimits): Promise<Uint8Array> {
  if (body.kind === "lost") throw new WebhookError("body_lost", body.hint);
  if (body.kind === "bytes") {
    if (body.bytes.byteLength > limits.limitBytes) throw tooLarge(limits);
    return body.bytes;
  }
  const reading = new Reading(limits);
  try {
    await (isNodeStream(body.stream)
      ? readEvents(body.stream, reading)
      : readIterator(body.stream, reading));
    return reading.bytes();
  } finally {
    reading.end();
  }
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
class Reading implements Holder {
  readonly limits: ReadLimits;
  giveWay: Holder["giveWay"] = () => {};
  /** The first chunk itself, as most bodies have only one; then a buffer with room for more. */
  #buffer: Uint8Array = new Uint8Array();
  #size = 0;

  constructor(limits: ReadLimits) {
    this.limits = limits;
  }

  add(chunk: unknown): void {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    if (!(bytes instanceof Uint8Array))
      throw new WebhookError("body_lost", "what carries the body gave something else than bytes.");
    const size = this.#size + bytes.byteLength;
    if (size > this.limits.limitBytes) throw tooLarge(this.limits);
    this.limits.budget.take(this, bytes.byteLength);
    if (this.#size === 0) this.#buffer = bytes;
    else this.#append(bytes, size);
    this.#size = size;
  }

  #append(bytes: Uint8Array, size: number): void {
    if (size > this.#buffer.byteLength) {
      const grown = Buffer.allocUnsafeSlow(Math.max(2 * size, SMALLEST_BUFFER_BYTES));
      grown.set(this.#buffer.subarray(0, this.#size));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#size);
  }

  bytes(): Uint8Array {
    return this.#size === this.#buffer.byteLength
      ? this.#buffer
      : Buffer.from(this.#buffer.subarray(0, this.#size));
  }

  end(): void {
    this.limits.budget.give(this);
  }
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

/** A Node stream is read by its events: about a third cheaper than iterating, and leaving early does not destroy it. */
function readEvents(stream: NodeStream, reading: Reading): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      stream.off("data", onData);
      stream.off("end", onEnd);
      stream.off("close", onClose);
      stream.pause();
      settle();
    };
    const fail = (error: unknown): void => finish(() => reject(error));
    reading.giveWay = fail;
    const onData = (chunk: unknown): void => {
      try {
        reading.add(chunk);
      } catch (error) {
        fail(error);
      }
    };
    const onEnd = (): void => finish(resolve);
    const onClose = (): void => fail(aborted());
    // Stays on: an error that comes after we have turned away must not become an uncaught one.
    stream.on("error", (error) => fail(aborted(error)));
    const timer = setTimeout(() => fail(timedOut(reading.limits)), reading.limits.timeoutMs);
    if (stream.destroyed === true) {
      onClose();
      return;
    }
    stream.on("end", onEnd);
    stream.on("close", onClose);
    stream.on("data", onData);
  });
}

async function readIterator(stream: AsyncIterable<Uint8Array>, reading: Reading): Promise<void> {
  let iterator: AsyncIterator<Uint8Array> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const whole = async (): Promise<void> => {
    iterator = stream[Symbol.asyncIterator]();
    for (;;) {
      const next = await iterator.next();
      if (isOver) return;
      if (next.done === true) {
        iterator = undefined;
        return;
      }
      reading.add(next.value);
    }
  };
  const late = new Promise<never>((_, reject) => {
    reading.giveWay = reject;
    timer = setTimeout(() => reject(timedOut(reading.limits)), reading.limits.timeoutMs);
  });
  try {
    await Promise.race([whole(), late]);
  } catch (error) {
    // Not awaited: a source that hangs in next() hangs in return() too.
    void leave(iterator);
    throw error instanceof WebhookError ? error : aborted(error);
  } finally {
    isOver = true;
    clearTimeout(timer);
  }
}

async function leave(iterator: AsyncIterator<Uint8Array> | undefined): Promise<void> {
  try {
    await iterator?.return?.();
  } catch {
    // It was given up already.
  }
}

function timedOut(limits: ReadLimits): WebhookError {
  return new WebhookError(
    "body_timeout",
    `the body did not arrive within readTimeoutMs (${limits.timeoutMs}).`,
  );
}

function aborted(cause?: unknown): WebhookError {
  return new WebhookError(
    "body_aborted",
    "the connection ended before the whole body had arrived.",
    { cause },
  );
}
