import type { Logger } from "./logger.ts";

/** Whether something is away: it tells of the beginning, unless that is told elsewhere, and of the end, once. */
export class Outage {
  #since: number | undefined;

  /** It failed. */
  begin(logger?: Logger, message?: string): void {
    if (this.#since !== undefined) return;
    this.#since = performance.now();
    if (message !== undefined) logger?.error({ code: "inbox_failed" }, message);
  }

  /** It worked. */
  end(logger: Logger, message: string): void {
    if (this.#since === undefined) return;
    const seconds = Math.round((performance.now() - this.#since) / 1_000);
    this.#since = undefined;
    logger.info({ seconds }, message);
  }
}
