import { setBackgroundTimer } from "./background-timer.ts";
import { WebhookError } from "./errors.ts";

/** Who has been at it for longer is slow, and has to give up its bytes to others. */
const SLOW_MS = 1_000;

/** A body on its way. */
export interface Upload {
  /** When it began, by `performance.now()`. */
  readonly since: number;
  /** How many bytes of it are here. */
  readonly size: number;
  /** Told when it was ended from here. */
  giveUp(error: WebhookError): void;
}

/**
 * The bodies that are being read, before anything is known about who sends them: the bytes of all of them have a limit,
 * and so has the time of each. Whoever fills the room by sending slowly makes room for others, or a few stalled uploads
 * would keep the platform out until their time is over.
 */
export class Uploads {
  readonly #limitBytes: number;
  readonly #timeoutMs: number;
  /** In the order in which they began. */
  readonly #uploads = new Set<Upload>();
  #bytes = 0;
  /** One for all, which nobody clears: to set a timer for each body costs more than to read it. */
  #timer: NodeJS.Timeout | undefined;
  /** When the timer is to look, by `performance.now()`; 0 without one. Once this has passed it is late, or a run-time that ends timers with the request took it. */
  #looksAt = 0;

  constructor(limitBytes: number, timeoutMs: number) {
    this.#limitBytes = limitBytes;
    this.#timeoutMs = timeoutMs;
  }

  begin(upload: Upload): void {
    // Nobody may put off the end of others: on a busy event loop somebody always comes just before the timer does.
    if (upload.since >= this.#looksAt) this.#endLate();
    this.#uploads.add(upload);
    if (this.#looksAt === 0) this.#wait(upload);
  }

  /** Called before it has so many bytes more. Throws if there is no room for them, or if it was ended. */
  take(upload: Upload, bytes: number): void {
    // A chunk may have been on its way; nobody would give its bytes back.
    if (!this.#uploads.has(upload)) throw this.#full();
    while (this.#bytes + bytes > this.#limitBytes) {
      const slowest = this.#slowest();
      if (slowest === undefined || slowest === upload) throw this.#full();
      this.end(slowest);
      slowest.giveUp(this.#full());
    }
    this.#bytes += bytes;
  }

  /** It is here, or will never be. */
  end(upload: Upload): void {
    if (this.#uploads.delete(upload)) this.#bytes -= upload.size;
  }

  #slowest(): Upload | undefined {
    for (const upload of this.#uploads) {
      if (performance.now() - upload.since <= SLOW_MS) return undefined;
      if (upload.size > 0) return upload;
    }
    return undefined;
  }

  #wait({ since }: Upload): void {
    clearTimeout(this.#timer);
    this.#looksAt = since + this.#timeoutMs;
    const leftMs = Math.max(0, this.#looksAt - performance.now());
    this.#timer = setBackgroundTimer(() => this.#endLate(), leftMs);
  }

  #endLate(): void {
    this.#looksAt = 0;
    for (const upload of this.#uploads) {
      // Timers are up to a millisecond early.
      if (performance.now() - upload.since < this.#timeoutMs - 1) {
        this.#wait(upload);
        return;
      }
      this.end(upload);
      upload.giveUp(
        new WebhookError(
          "body_timeout",
          `the body did not arrive within readTimeoutMs (${this.#timeoutMs}).`,
        ),
      );
    }
  }

  #full(): WebhookError {
    return new WebhookError(
      "unverified_limit",
      `more than ${this.#limitBytes} bytes of unverified bodies are being read at once.`,
    );
  }
}
