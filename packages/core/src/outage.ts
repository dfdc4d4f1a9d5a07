import type { Logger } from "./logger.ts";

/** Whether something is away. Its failures are told elsewhere; this tells of the end, once. */
export class Outage {
  #since: number | undefined;

  /** It failed. Returns whether it had worked before. */
  begin(): boolean {
    if (this.#since !== undefined) return false;
    this.#since = performance.now();
    return true;
  }

  /** It worked. */
  end(logger: Logger, message: string): void {
    if (this.#since === undefined) return;
    const seconds = Math.round((performance.now() - this.#since) / 1_000);
    this.#since = undefined;
    logger.info({ seconds }, message);
  }
}
