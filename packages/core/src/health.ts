import type { Inbox, InboxStats } from "./inbox/inbox.ts";

/** For `webhooks.health()`. */
export interface HealthOptions {
  /** How long the inbox may take to answer before it counts as unreachable. Default 1,000. */
  readonly timeoutMs?: number | undefined;
}

/** Whether this process does its work. Counts and times only: it may be shown to whoever may call the endpoint. */
export interface Health {
  /**
   * - `ready`: it does.
   * - `not_started`: the inbox is durable and `start()` was not called, so nothing would be handled.
   * - `unreachable`: the inbox does not answer; notifications are answered 503, and come again. It tries again by itself.
   * - `draining`: `close()` was called.
   */
  readonly status: "ready" | "not_started" | "unreachable" | "draining";
  /**
   * For readiness: answer 200 if true, else 503, and the load balancer sends to others. Not for liveness: none of these
   * states is mended by a restart, so a liveness endpoint answers 200 without asking, which shows that the event loop turns.
   */
  readonly ready: boolean;
  /** Whether handling has begun. */
  readonly started: boolean;
  /** Whether `close()` was called. */
  readonly draining: boolean;
  readonly inbox: InboxHealth;
}

/** The inbox, as far as it could be asked. Over all processes that share it. */
export interface InboxHealth {
  /** Undefined for an inbox that has no `stats` to ask for; then nothing else is known either. */
  readonly reachable: boolean | undefined;
  /** Notifications not settled yet: waiting, under way, or waiting for a retry. */
  readonly waiting?: number;
  /** Bytes of their bodies. */
  readonly waitingBytes?: number;
  /** Milliseconds since the oldest of them came; 0 when there is none. */
  readonly oldestAgeMs?: number;
  /** Notifications that were given up and kept. */
  readonly deadLetters?: number;
  /** Bytes they take. */
  readonly deadLetterBytes?: number;
  /** And may take before the oldest give way. Undefined where there is no such limit. */
  readonly deadLetterLimitBytes?: number;
}

const PATIENCE_MS = 1_000;
/** Endpoints can be called by many at once: answers younger than this are given again. */
export const FRESH_MS = 200;

/** Asks the inbox how it is. One question at a time, unless one is not answered in time. */
export class InboxWatch {
  readonly #inbox: Inbox;
  #asked: Promise<InboxHealth> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #isOpen = false;

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  /** Resolves in time, whatever the inbox does. */
  async look(timeoutMs = PATIENCE_MS): Promise<InboxHealth> {
    if (this.#inbox.stats === undefined) return { reachable: undefined };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<InboxHealth>((resolve) => {
      timer = setTimeout(() => {
        // What hangs now may do so for ever: the next look asks anew.
        this.#isOpen = false;
        resolve({ reachable: false });
      }, timeoutMs);
    });
    try {
      return await Promise.race([this.#ask(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #ask(): Promise<InboxHealth> {
    const isFresh = performance.now() < this.#askedAt + FRESH_MS;
    if (this.#asked !== undefined && (this.#isOpen || isFresh)) return this.#asked;
    const asked = askInbox(this.#inbox).finally(() => {
      if (this.#asked === asked) this.#isOpen = false;
    });
    this.#asked = asked;
    this.#askedAt = performance.now();
    this.#isOpen = true;
    return asked;
  }
}

async function askInbox(inbox: Inbox): Promise<InboxHealth> {
  let stats: InboxStats | undefined;
  try {
    stats = await inbox.stats?.();
  } catch {
    // Why, the log tells: here it could tell strangers where the inbox is.
  }
  if (stats === undefined) return { reachable: false };
  const {
    waiting,
    waitingBytes,
    deadLetters,
    deadLetterBytes,
    deadLetterLimitBytes,
    oldestReceivedAt,
  } = stats;
  const oldestAgeMs =
    oldestReceivedAt === undefined ? 0 : Math.max(0, Date.now() - oldestReceivedAt);
  return {
    reachable: true,
    waiting,
    waitingBytes,
    oldestAgeMs,
    deadLetters,
    deadLetterBytes,
    ...(deadLetterLimitBytes === undefined ? {} : { deadLetterLimitBytes }),
  };
}

/** How a process is that has come so far, with its inbox like that. */
export function healthOf(
  state: { readonly started: boolean; readonly draining: boolean; readonly mustStart: boolean },
  inbox: InboxHealth,
): Health {
  const { started, draining, mustStart } = state;
  const status = draining
    ? "draining"
    : inbox.reachable === false
      ? "unreachable"
      : mustStart && !started
        ? "not_started"
        : "ready";
  return { status, ready: status === "ready", started, draining, inbox };
}
