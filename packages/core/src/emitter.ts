import { WebhookError } from "./errors.ts";
import { eventNames, isEventName } from "./event-names.ts";
import type { AnyEvent, EventName, EventOf, Pattern } from "./events.ts";

/** What a handler gets beside the event. */
export interface HandlerContext {
  /** Aborted when the handler ran out of time, and when `close()` gives up waiting. */
  readonly signal: AbortSignal;
  /**
   * Which delivery of the notification this is, the first being 1. An event that waited behind a failed one of its
   * conversation begins with a later one.
   */
  readonly attempt: number;
}

/** May be async: an event counts as handled when all its handlers resolved. A failed handler alone is tried again. */
export type Handler<P extends Pattern> = (event: EventOf<P>, context: HandlerContext) => unknown;

/** How to listen: `on`, `once`, and `off`. */
export interface Subscriptions {
  /** Subscribes to a name, a family, `unknown`, `invalid` or `*`. Returns what takes the subscription back. */
  on<P extends Pattern>(pattern: P, handler: Handler<P>): () => void;
  /** As {@link on}, for one event. If its handler fails, it is tried again with that same event. */
  once<P extends Pattern>(pattern: P, handler: Handler<P>): () => void;
  /**
   * Takes back one subscription that {@link on} or {@link once} made with these arguments. A one-time handler that has got its event
   * and waits to be tried again is taken back by what `once` returned.
   */
  off<P extends Pattern>(pattern: P, handler: Handler<P>): void;
}

export interface Listener {
  readonly handler: (event: AnyEvent, context: HandlerContext) => unknown;
  readonly once: boolean;
  readonly phoneNumberId: string | undefined;
  /** Unsubscribed: not even retries are for it. */
  isOff: boolean;
}

/** Who listens for what. Calls nobody: that is the processor's work, which must know how each handler ended. */
export class Emitter {
  readonly #byPattern = new Map<Pattern, Set<Listener>>();
  readonly #byName = new Map<EventName, readonly Listener[]>();
  readonly #takenOnce = new Set<EventName>();
  readonly #onChange: (pattern: Pattern) => void;

  constructor(onChange: (pattern: Pattern) => void) {
    this.#onChange = onChange;
  }

  get isEmpty(): boolean {
    return this.#byPattern.size === 0;
  }

  /** The subscribing functions, for one business number or for all. */
  subscriptions(phoneNumberId?: string): Subscriptions {
    const add = <P extends Pattern>(
      pattern: P,
      handler: Handler<P>,
      once: boolean,
    ): (() => void) => {
      if (!isPattern(pattern))
        throw new WebhookError(
          "option_invalid",
          `no event is called "${pattern}".${nearTo(pattern)}`,
        );
      if (typeof handler !== "function")
        throw new WebhookError("option_invalid", `the handler for "${pattern}" is not a function.`);
      const listener: Listener = {
        handler: handler as Listener["handler"],
        once,
        phoneNumberId,
        isOff: false,
      };
      this.#add(pattern, listener);
      return () => this.#unsubscribe(pattern, listener);
    };
    return {
      on: (pattern, handler) => add(pattern, handler, false),
      once: (pattern, handler) => add(pattern, handler, true),
      off: (pattern, handler) => {
        for (const listener of this.#byPattern.get(pattern) ?? []) {
          if (listener.handler === handler && listener.phoneNumberId === phoneNumberId) {
            this.#unsubscribe(pattern, listener);
            return;
          }
        }
      },
    };
  }

  /** Whether anybody listens for events of this name, whatever their number. */
  wants(name: EventName): boolean {
    return this.#listeners(name).length > 0;
  }

  /** As {@link wants}, or one-time listeners got such an event and may have to get it again. */
  mayWant(name: EventName): boolean {
    return this.#takenOnce.has(name) || this.wants(name);
  }

  /** Those who are to get this event. One-time listeners leave the list by it. */
  take(event: AnyEvent): Listener[] {
    const taken = this.#listeners(event.name).filter(
      ({ phoneNumberId }) =>
        phoneNumberId === undefined || phoneNumberId === event.account.phoneNumberId,
    );
    if (taken.some(({ once }) => once)) {
      this.#takenOnce.add(event.name);
      for (const [pattern, listeners] of this.#byPattern) {
        for (const listener of taken)
          if (listener.once && listeners.has(listener)) this.#remove(pattern, listener);
      }
    }
    return taken;
  }

  #listeners(name: EventName): readonly Listener[] {
    let listeners = this.#byName.get(name);
    if (listeners === undefined) {
      listeners = patternsOf(name).flatMap((pattern) => [...(this.#byPattern.get(pattern) ?? [])]);
      this.#byName.set(name, listeners);
    }
    return listeners;
  }

  #add(pattern: Pattern, listener: Listener): void {
    const listeners = this.#byPattern.get(pattern) ?? new Set();
    this.#byPattern.set(pattern, listeners.add(listener));
    this.#byName.clear();
    this.#onChange(pattern);
  }

  #unsubscribe(pattern: Pattern, listener: Listener): void {
    listener.isOff = true;
    this.#remove(pattern, listener);
  }

  #remove(pattern: Pattern, listener: Listener): void {
    const listeners = this.#byPattern.get(pattern);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#byPattern.delete(pattern);
    this.#byName.clear();
  }
}

/** The patterns that hear a name: itself, its family, its kind across families, and all. */
function patternsOf(name: EventName): readonly Pattern[] {
  const [family, kind] = name.split(".") as [Pattern, Pattern | undefined];
  const patterns: Pattern[] = [name, "*"];
  if (kind !== undefined && !isEventName(family)) patterns.push(family);
  if (kind === "unknown" || kind === "invalid") patterns.push(kind);
  return patterns;
}

function isPattern(pattern: string): boolean {
  return (
    ["*", "unknown", "invalid"].includes(pattern) ||
    isEventName(pattern) ||
    eventNames.some((name) => name.startsWith(`${pattern}.`))
  );
}

/** Names that share a part with a misspelt one. */
function nearTo(pattern: string): string {
  const parts = new Set(String(pattern).split("."));
  const near = eventNames
    .filter((name) => name.split(".").some((part) => parts.has(part)))
    .slice(0, 25);
  return near.length === 0 ? " docs/events.md lists them." : ` There are: ${near.join(", ")}.`;
}
