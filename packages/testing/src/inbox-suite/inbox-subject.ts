import type { Inbox } from "@whatsapp-webhooks/core";

/** An inbox under test. */
export interface InboxSubject {
  /** Stands before the names of the cases. */
  readonly name: string;
  /** Whether records outlive the process; the cases about crashes and a second process are left out otherwise. */
  readonly durable: boolean;
  /** A new, empty place to store in: a file, a database, a prefix. */
  place(options?: InboxPlaceOptions): Promise<InboxPlace>;
  /** Abilities that the subject has not, each with the reason. Their cases are left out. */
  readonly lacks?: Readonly<Partial<Record<InboxAbility, string>>> | undefined;
}

/** What not every inbox does, or lets a test do. */
export type InboxAbility =
  /** Being given a limit: {@link InboxPlaceOptions.limitBytes}. */
  | "limit"
  /** Cutting records and keeping conversations in order, over all processes: `ordersConversations`. */
  | "conversations"
  /** Telling what is in it: `stats`. */
  | "stats"
  /** Keeping what was given up, for people: `deadLetters`. */
  | "dead-letters"
  /** Removing what is kept of a person: `erase`. */
  | "erase";

/** What a case wants of its place. */
export interface InboxPlaceOptions {
  /** Bytes of bodies that may wait or be under way on the place; to be left as it is when undefined. */
  readonly limitBytes?: number | undefined;
}

/** Where records are stored, as seen by several processes. */
export interface InboxPlace {
  /** An inbox on it. Called again, it is another process's, or the next run's. */
  open(): Promise<Inbox>;
  /** Ends the process of an inbox as `kill -9` does: nothing is settled, nothing let go. */
  crash?(inbox: Inbox): Promise<void>;
  /** Removes everything. */
  remove(): Promise<void>;
}
