import type { Logger } from "../logger.ts";

/**
 * The contract between receiving and handling. `put` is all that stands between a request and its 200;
 * `consume` is where handling begins. Core decides what becomes of a record, the inbox carries it out.
 */
export interface Inbox {
  /**
   * Whether records outlive the process. An inbox that is not durable holds nothing from an earlier run,
   * so core starts to consume it by itself at the first record.
   */
  readonly durable: boolean;
  /**
   * Set by an inbox whose `put` resolves only when the record's handlers have succeeded, and rejects when one failed:
   * the platform then does the retrying.
   */
  readonly handlesInPut?: boolean;
  /**
   * Set by an inbox that cuts records into parts and keeps each conversation's in order itself, over all processes (see
   * {@link Cut}). A retry then need not come back to the process in which the event failed, so none waits for it there.
   */
  readonly ordersConversations?: boolean;
  /** Set by an inbox that delivers nothing in this process: others handle what it stores, and nobody is reminded of `start()`. */
  readonly receivesOnly?: boolean;
  /** What was given up, to look at, to try again and to remove. Optional. */
  readonly deadLetters?: DeadLetters;
  /**
   * Resolves once a crash can no longer lose the record (as far as `durable` goes). The same id again makes no
   * second record. Rejects with the code `inbox_full` when there is no room: the request is answered 503.
   */
  put(record: InboxRecord): Promise<void>;
  /**
   * Starts delivering in the order of `put`, each record at least once, and several at a time. `close` of what it
   * resolves to stops taking further records from a durable inbox (an inbox in memory delivers what it holds first)
   * and waits for what is under way. With `cut` of the context an inbox may deliver a record in its parts, each as a record
   * of its own: in the order of `put` within each conversation, and no two of one conversation at a time.
   */
  consume(deliver: Deliver, context: ConsumeContext): Promise<Consumer>;
  /** Resolves when nothing stored so far is waiting for its first delivery or being delivered. Optional. */
  idle?(): Promise<void>;
  /**
   * How much waits or is under way, and the dead letters, over all processes: for health and gauges, asked every few seconds.
   * Rejects when what the records are in cannot be asked, and soon: whoever asks waits for a second. Optional.
   */
  stats?(): Promise<InboxStats>;
  /** How many records are not settled yet, where that is known without asking anybody. Optional. */
  pending?(): number;
  /**
   * Removes what is kept of a person: from records that wait or were given up, every item that holds one of these texts
   * (their phone numbers and user ids, whole). What came from others in the same records stays. Returns how many records
   * were changed. What is being handled at this moment is handled. Optional.
   */
  erase?(texts: readonly string[]): Promise<number>;
  /** Lets go of files, timers and connections. Idempotent. */
  close(): Promise<void>;
}

/** A notification as it is stored: the bytes, and what is known about who sent them. */
export interface InboxRecord {
  /**
   * The same for the same signed bytes under the same credentials, within an hour if they tell no time; unique for
   * On-Premises notifications, which can be alike.
   */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly auth: RecordAuth;
  readonly body: Uint8Array;
  /**
   * The trace that receiving it was part of, as a W3C `traceparent`: handlers continue it, in whatever process. At most
   * 55 characters, nothing personal. Absent without telemetry; to be kept as it is, retries and dead letters included.
   */
  readonly trace?: string | undefined;
  /** Of a part: {@link RecordPart.keys}, to be kept as they are. Records are put whole, without. */
  readonly keys?: PartKeys;
}

/**
 * What the events of a part are called in the whole record: keys by those that the part alone would give, where they
 * differ. Null: it is another part's event, and what it is about is here because items tell of it.
 */
export type PartKeys = Readonly<Record<string, string | null>>;

/** What is in an inbox. Bytes are those of bodies. */
export interface InboxStats {
  /** Records not settled yet: those that wait, are under way, or wait for a retry. */
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly deadLetters: number;
  readonly deadLetterBytes: number;
  /** What dead letters may take before the oldest give way. Absent where there is no such limit. */
  readonly deadLetterLimitBytes?: number | undefined;
  /** Of the oldest that is not settled: milliseconds since 1970. Undefined when nothing waits. */
  readonly oldestReceivedAt?: number | undefined;
}

/** How a request was authenticated. It decides which outer shape its body may have, and whose events it may hold. */
export interface RecordAuth {
  readonly kind: "signature" | "on-premises";
  readonly tenant?: string | undefined;
  /** Ids of business accounts or phone numbers that this tenant's notifications may be about. */
  readonly accounts?: readonly string[];
  /** The business number an On-Premises notification came for; its body does not say. */
  readonly account?: Account;
}

/** The business side of an event. */
export interface Account {
  /** WhatsApp Business Account id, from `entry[].id`. `"0"` in the App Dashboard's test. */
  readonly wabaId?: string;
  /** Id of the business phone number, from `metadata`. Route on this one. */
  readonly phoneNumberId?: string;
  /** The business phone number as digits, for people. */
  readonly displayPhoneNumber?: string;
}

/** Dead letters: those whose last attempt failed, and those with something in them that could not be read. */
export interface DeadLetters {
  /** Oldest first, without bodies. `after` is the `position` of the last one of the page before. */
  list(page?: {
    readonly after?: number | undefined;
    readonly limit?: number | undefined;
  }): Promise<readonly DeadLetter[]>;
  /** One with its bytes. */
  show(id: string): Promise<InboxRecord | undefined>;
  /** Has them handled again, as if they had just come; events that were completed are not repeated, of one that failed all handlers run again. Returns how many there were. */
  replay(ids: readonly string[]): Promise<number>;
  /** Removes them for good. Returns how many there were. */
  discard(ids: readonly string[]): Promise<number>;
}

/** One dead letter, without its body. */
export interface DeadLetter {
  readonly id: string;
  /** Grows with the age of the youngest; for paging. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly deadLetteredAt: number;
  readonly attempts: number;
  /** For people. Holds no ids, numbers or payload. */
  readonly reason: string;
  readonly bytes: number;
}

/** What core gives an inbox beside what delivers: all of it, always. */
export interface ConsumeContext {
  /** Hears what people should know of, such as dead letters that will soon have to give way. */
  readonly logger: Logger;
  readonly cut: Cut;
  /** How many conversations this process handles at one time: what more is delivered waits for its turn. */
  readonly concurrency: number;
}

/** Cuts a record into parts of one conversation each, in the order in which they come. Never throws. */
export type Cut = (record: InboxRecord) => readonly RecordPart[];

/** What of a record belongs to one conversation. */
export interface RecordPart {
  /** As `event.conversation`: it contains ids. Undefined for what cannot be read, which waits for nothing. */
  readonly conversation: string | undefined;
  /** A body with nothing else in it; the record's own bytes, if it has one conversation only. */
  readonly body: Uint8Array;
  /** Absent: the part alone gives the same keys. */
  readonly keys?: PartKeys;
}

/** Handles one record and says what is to become of it. Rejects only when nothing can be said: then it is to come again. */
export type Deliver = (record: InboxRecord, delivery: Delivery) => Promise<Outcome>;

/** What is known of a record that is delivered, beside the record. */
export interface Delivery {
  /** 1 for the first. */
  readonly attempt: number;
  /** Keys of events that an earlier attempt completed. */
  readonly completed: readonly string[];
  /** Aborted when the consumer gives up waiting for this delivery. */
  readonly signal: AbortSignal;
  /** Which of these event keys were completed by any record, as far as the inbox remembers. */
  seen(keys: readonly string[]): ReadonlySet<string> | Promise<ReadonlySet<string>>;
}

/** What is to become of a record. `completed` holds the keys of all its events that need no further run. */
export type Outcome =
  | { readonly kind: "done"; readonly completed: readonly string[] }
  | {
      readonly kind: "retry";
      readonly completed: readonly string[];
      readonly delayMs: number;
      readonly reason: string;
      /** What comes later in the same conversation is to wait for it. For inboxes that order conversations. */
      readonly holds?: boolean;
    }
  /** Not begun, or not waited for to the end: put back as it was, the attempt does not count. */
  | { readonly kind: "release"; readonly completed: readonly string[] }
  | {
      readonly kind: "dead_letter";
      readonly completed: readonly string[];
      readonly reason: string;
    };

/** What `consume` resolves to. */
export interface Consumer {
  /** Takes no further records, and resolves when none is under way. See {@link Inbox.consume}. */
  close(): Promise<void>;
}
