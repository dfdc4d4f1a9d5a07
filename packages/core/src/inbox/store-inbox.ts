import { WebhookError } from "../errors.ts";
import { IncidentLog, type Logger, stderrLogger } from "../logger.ts";
import { Outage } from "../outage.ts";
import { describe } from "../refusal.ts";
import { Turns } from "../turns.ts";
import { DeadLetterWatch } from "./dead-letter-watch.ts";
import { eraseFrom } from "./erasure.ts";
import { GroupCommit } from "./group-commit.ts";
import type {
  ConsumeContext,
  Consumer,
  DeadLetters,
  Deliver,
  Delivery,
  Inbox,
  InboxRecord,
  InboxStats,
} from "./inbox.ts";
import { PutBacks } from "./put-backs.ts";
import type { ClaimedRecord, Store } from "./store.ts";
import { deadLettersOf } from "./store-dead-letters.ts";
import { limitsOf, type StoreInboxLimits, type StoreInboxOptions } from "./store-inbox-options.ts";
import { Window } from "./window.ts";

const TIDY_MS = 60_000;
/** After a claim of so many, what came meanwhile is worth waiting for; and how often to look for it. */
const NEARLY_ALL = 256;
const MOST_LOOKS = 3;

/**
 * Lifts a store into an inbox, in groups (see `GroupCommit`). What is delivered is delivered from memory while there is room;
 * the rest stays in the store until there is.
 */
export function storeInbox(store: Store, options: StoreInboxOptions = {}): Inbox {
  return new StoreInbox(store, limitsOf(options));
}

class StoreInbox implements Inbox {
  readonly durable: boolean;
  readonly receivesOnly: boolean;
  readonly deadLetters: DeadLetters;
  readonly #store: Store;
  readonly #limits: StoreInboxLimits;
  readonly #commits: GroupCommit;
  readonly #window: Window;
  /** Held, and about to be delivered: the answers that wait for the same commit go out first. */
  readonly #starting: ClaimedRecord[] = [];
  readonly #turns = new Turns(() => this.#deliverSome());
  /** Records of ours may wait in the store, so that newer ones must not overtake them. */
  #isBehind = false;
  #claiming: Promise<void> | undefined;
  #deliver: Deliver | undefined;
  readonly #abort = new AbortController();
  #poll: NodeJS.Timeout | undefined;
  #tidiedAt = 0;
  #logger: Logger = stderrLogger;
  #incidents = new IncidentLog(stderrLogger);
  readonly #claimOutage = new Outage();
  readonly #commitOutage = new Outage();
  readonly #deadLetterWatch = new DeadLetterWatch();
  readonly #putBacks = new PutBacks();
  /** Releases under way that end no delivery: by the time they are written, the record may be delivered again. */
  readonly #givenBack = new Set<string>();
  readonly #idle: (() => void)[] = [];
  #closed: Promise<void> | undefined;

  constructor(store: Store, limits: StoreInboxLimits) {
    this.#store = store;
    this.durable = store.durable;
    this.receivesOnly = limits.role === "receive";
    this.deadLetters = deadLettersOf(store, () => {
      this.#isBehind = true;
      this.#claim();
    });
    this.#limits = limits;
    this.#window = new Window(limits.windowRecords, limits.windowBytes);
    this.#commits = new GroupCommit(store, limits.pendingLimitBytes, {
      admit: (record) => this.#admit(record),
      stored: (record, held) => {
        if (held) this.#start({ record, attempts: 0, completed: [] });
        else this.#isBehind = true;
      },
      notHeld: ({ id }) => this.#window.giveUp(id),
      settled: (id) => {
        if (this.#givenBack.delete(id) || !this.#window.letGo(id)) return;
        // Was it settled before it came again, or after? If before, it would be ours and never be delivered.
        this.#givenBack.add(id);
        this.#commits.settle({ id, kind: "release", completed: [] });
      },
      ended: ({ isWritten, isTold }) => {
        if (isWritten) this.#commitOutage.end(this.#logger, "the inbox can be written again");
        // Whoever puts is told; what became of records is known here alone.
        else if (!isTold)
          this.#commitOutage.begin(
            this.#logger,
            "what became of notifications could not be written; it is tried again",
          );
        this.#claim();
        this.#tellIdle();
      },
    });
  }

  put(record: InboxRecord): Promise<void> {
    if (this.#closed !== undefined)
      return Promise.reject(new WebhookError("closing", "the inbox is closed."));
    return this.#commits.append(record);
  }

  async consume(deliver: Deliver, { logger }: ConsumeContext): Promise<Consumer> {
    if (this.receivesOnly) return { close: async () => {} };
    this.#deliver = deliver;
    this.#isBehind = true;
    this.#logger = logger;
    this.#incidents = new IncidentLog(logger);
    this.#poll = setInterval(() => this.#look(), this.#limits.pollMs);
    this.#claim();
    return {
      close: async () => {
        this.#deliver = undefined;
        clearInterval(this.#poll);
        this.#putBacks.flush();
        await this.#claiming;
        this.#tellIdle();
        await this.idle();
      },
    };
  }

  /** Resolves when nothing is being written or handled by this process, and what waits in the store is not for it. */
  idle(): Promise<void> {
    if (this.#isIdle) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  erase(texts: readonly string[]): Promise<number> {
    return eraseFrom(this.#store, texts);
  }

  stats(): Promise<InboxStats> {
    return this.#store.stats();
  }

  pending(): number {
    return this.#window.size;
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #shutDown(): Promise<void> {
    this.#deliver = undefined;
    clearInterval(this.#poll);
    this.#putBacks.flush();
    this.#abort.abort();
    await this.#claiming;
    this.#commits.flush();
    await this.#commits.rest();
    await this.#store.close();
  }

  get #isIdle(): boolean {
    return this.#window.size === 0 && this.#commits.isIdle && !this.#isLooking;
  }

  /** Whether a claim may still bring something. */
  get #isLooking(): boolean {
    return this.#deliver !== undefined && (this.#isBehind || this.#claiming !== undefined);
  }

  /** Held from the start if we are to deliver it, there is room, and nothing older waits in the store. */
  #admit(record: InboxRecord): boolean {
    if (this.#deliver === undefined || this.#isBehind || !this.#window.hasRoom) return false;
    this.#window.hold(record);
    return true;
  }

  /** What is due again, left by a dead process or stored by one that only receives; and settles that failed before. */
  #look(): void {
    this.#commits.flush();
    this.#claim(true);
    if (Date.now() < this.#tidiedAt + TIDY_MS) return;
    this.#tidiedAt = Date.now();
    // It can wait: what fails here shows at the next commit, too.
    this.#tidy().catch(() => {});
  }

  async #tidy(): Promise<void> {
    await this.#store.prune();
    this.#deadLetterWatch.check(await this.#store.stats(), this.#logger);
  }

  /** Takes records out of the store while there is room. */
  #claim(isLook = false): void {
    const isWanted = isLook || this.#isBehind;
    if (
      this.#claiming !== undefined ||
      this.#deliver === undefined ||
      !isWanted ||
      !this.#window.hasRoom
    )
      return;
    this.#claiming = this.#claimSome()
      .then((isMore) => {
        this.#claimOutage.end(this.#logger, "what waits in the inbox can be read again");
        return isMore;
      })
      .catch(() => {
        if (this.#closed === undefined)
          this.#claimOutage.begin(
            this.#logger,
            "what waits in the inbox could not be read; it is tried again",
          );
        return false;
      })
      .then((isMore) => {
        this.#claiming = undefined;
        if (isMore) setImmediate(() => this.#claim());
        this.#tellIdle();
      });
  }

  /** Resolves to whether there may be more. */
  async #claimSome(): Promise<boolean> {
    const count = await this.#claimOnce();
    if (count > NEARLY_ALL) this.#isBehind = true;
    else if (this.#isBehind) await this.#catchUp();
    return this.#isBehind;
  }

  /** Under load something new waits in the store after every look. So the last one is a look that no commit gets past. */
  async #catchUp(): Promise<void> {
    try {
      await this.#commits.hold();
      for (let looks = 0; looks < MOST_LOOKS && this.#isBehind && this.#window.hasRoom; looks++)
        this.#isBehind = (await this.#claimOnce()) > 0;
    } finally {
      this.#commits.resume();
    }
  }

  async #claimOnce(): Promise<number> {
    const claimed = await this.#store.claim(this.#window.room);
    for (const each of claimed) this.#start(each);
    return claimed.length;
  }

  /** Unless it is being delivered: once at a time. */
  #start(claimed: ClaimedRecord): void {
    if (!this.#window.begin(claimed.record)) return;
    this.#starting.push(claimed);
    this.#turns.wake();
  }

  #deliverSome(): void {
    let count = 0;
    while (count < this.#starting.length && this.#turns.hasTime(this.#starting.length)) {
      this.#run(this.#starting[count++] as ClaimedRecord);
    }
    this.#starting.splice(0, count);
  }

  #run({ record, attempts, completed }: ClaimedRecord): void {
    const { id } = record;
    if (this.#deliver === undefined) {
      this.#commits.settle({ id, kind: "release", completed });
      return;
    }
    const delivery: Delivery = {
      attempt: attempts + 1,
      completed,
      signal: this.#abort.signal,
      seen: (keys) => this.#store.seen(keys),
    };
    this.#deliver(record, delivery).then(
      (outcome) => this.#commits.settle({ id, ...outcome }),
      (error) => {
        const message = "a notification could not be handed over; it comes again";
        this.#incidents.log("error", "inbox_failed", message, { cause: describe(error) });
        this.#putBacks.later(() => this.#commits.settle({ id, kind: "release", completed }));
        if (this.#deliver === undefined) this.#putBacks.flush();
      },
    );
  }

  #tellIdle(): void {
    if (this.#isIdle) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
