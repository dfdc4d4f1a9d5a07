import { IncidentLog, type Logger } from "./logger.ts";

/** After so long in its conversation, beyond what a retry may hold that up, an event shows that handlers are too slow. */
const BEHIND_MS = 60_000;

/** Tells that handlers are too slow for what arrives. */
export class HandlersBehind {
  readonly #incidents: IncidentLog;
  readonly #fromMs: number;

  constructor(logger: Logger, conversationHoldMs: number) {
    this.#incidents = new IncidentLog(logger);
    this.#fromMs = conversationHoldMs + BEHIND_MS;
  }

  /** An event has waited so long for its turn. */
  waited(ms: number, counts: { readonly waiting: number; readonly running: number }): void {
    if (ms < this.#fromMs) return;
    const seconds = Math.round(ms / 1_000);
    this.#incidents.log(
      "warn",
      "handlers_behind",
      `handlers fall behind: an event waited ${seconds} s for its turn. Make them faster, raise concurrency, or start more processes.`,
      counts,
    );
  }
}
