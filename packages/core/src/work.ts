import type { AnyEvent } from "./events.ts";
import type { Delivery, InboxRecord, Outcome } from "./inbox/inbox.ts";
import type { Task } from "./lanes.ts";

/** A record under way. */
export interface Work {
  readonly record: InboxRecord;
  readonly delivery: Delivery;
  readonly completed: string[];
  readonly failed: AnyEvent[];
  left: number;
  readonly misfits: number;
  /** Not all of its events have begun. */
  isReleased: boolean;
  hasBegun: boolean;
  settle(): void;
}

/** An event waiting for its turn in its conversation. */
export interface Turn extends Task {
  readonly conversation: string;
  /** Undefined: to be read again. */
  event: AnyEvent | undefined;
}

/** When an event joined its conversation: the time, and what had been handled until then. */
export interface Moment {
  readonly ms: number;
  readonly handled: number;
}

/** The turns by conversation, and the conversations of all events: one that is held may have nothing left to do. */
export function byConversation(
  events: readonly AnyEvent[],
  turns: readonly Turn[],
): Iterable<readonly [string, readonly Turn[]]> {
  const first = events[0]?.conversation;
  if (first !== undefined && events.every(({ conversation }) => conversation === first))
    return [[first, turns]];
  const lists = new Map<string, Turn[]>(events.map(({ conversation }) => [conversation, []]));
  for (const turn of turns) lists.get(turn.conversation)?.push(turn);
  return lists;
}

/** All that could be handled has been. What does not fit its schema is kept: a later version may know it. */
export function ended(completed: readonly string[], misfits: number): Outcome {
  if (misfits === 0) return { kind: "done", completed };
  return { kind: "bury", completed, reason: `item_invalid: ${misfits} item(s) did not fit` };
}
