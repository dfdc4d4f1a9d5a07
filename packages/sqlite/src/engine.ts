import type { OpenDatabase } from "./binding.ts";
import { find, get, replace } from "./bodies.ts";
import { claim } from "./claim.ts";
import { createClock } from "./clock.ts";
import { commit } from "./commit.ts";
import { Connection } from "./connection.ts";
import { discard, listDeadLetters, prune, revive } from "./dead-letters.ts";
import { explain, leavesConnectionSound, StoreFailure } from "./failure.ts";
import type { Operations, ThreadData } from "./protocol.ts";
import { eventKey } from "./seen-keys.ts";
import { Session } from "./session.ts";
import { stats } from "./stats.ts";

/** The operations that are one step; `prune` is many, and the others are the thread's own. */
export type Step = Exclude<keyof Operations, "prune" | "close" | "die">;

const steps: {
  readonly [Name in Step]: (
    session: Session,
    input: Operations[Name]["input"],
    request: number,
  ) => Operations[Name]["output"];
} = {
  commit,
  claim,
  stats,
  listDeadLetters,
  get,
  revive,
  discard,
  find,
  replace,
  seen: ({ seen }, keys) => {
    const hashes = keys.map(eventKey);
    const found = seen.find(hashes);
    return keys.filter((_, index) => found.has(hashes[index] ?? ""));
  },
  query: ({ connection }, sql) => connection.all(sql),
};

/** Opens the file when it is first needed, and again after a failure that may have spoiled the connection. */
export class Engine {
  readonly #openDatabase: OpenDatabase;
  readonly #data: ThreadData;
  #session: Session | undefined;
  /** A file that was there and is gone must not come back empty by itself. */
  #wasOpen = false;
  /** The thread has to end for SQLite to let go of a transaction. */
  isStuck = false;

  constructor(openDatabase: OpenDatabase, data: ThreadData) {
    this.#openDatabase = openDatabase;
    this.#data = data;
  }

  run<Name extends Step>(
    name: Name,
    input: Operations[Name]["input"],
    request: number,
  ): Operations[Name]["output"] {
    return this.#attempt((session) => steps[name](session, input, request));
  }

  /** One small transaction after the other; other requests may come between them. */
  *prune(): Generator<void> {
    const parts = this.#attempt((session) => prune(session));
    while (this.#attempt(() => parts.next().done) !== true) yield;
  }

  /** Called some times a second. */
  beat(): void {
    this.#tryAside((session) => {
      session.leases.beat();
      session.seen.moveSome();
    });
  }

  /** Called after a reply: work that nobody should wait for. */
  tidy(): void {
    this.#tryAside((session) => session.seen.moveSome());
  }

  close(): void {
    this.#tryAside((session) => {
      session.connection.transaction(() => session.leases.freeOwn());
      // libsql keeps a file open until its statements are collected, so closing alone may leave all of it in the log.
      session.connection.emptyLog();
    });
    this.#drop();
  }

  /** What failed here is tried again by itself, or by others when our lease has run out, and the next commit reports it. */
  #tryAside(work: (session: Session) => void): void {
    if (this.#session === undefined) return;
    try {
      this.#attempt(work);
    } catch {}
  }

  #attempt<T>(work: (session: Session) => T): T {
    try {
      return work(this.#open());
    } catch (error) {
      this.#recover(error);
      throw explain(error, this.#data.path);
    }
  }

  #open(): Session {
    if (this.#session !== undefined) return this.#session;
    const connection = new Connection(this.#openDatabase, this.#data.path, !this.#wasOpen);
    const session = new Session(connection, createClock(this.#data.skew), this.#data);
    try {
      session.begin();
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#session = session;
    this.#wasOpen = true;
    return session;
  }

  #recover(error: unknown): void {
    const session = this.#session;
    if (session === undefined) return;
    session.leases.forget();
    const isOurs = error instanceof StoreFailure;
    this.isStuck ||= session.connection.isStuck;
    if (session.connection.isStale || !(isOurs || leavesConnectionSound(error))) this.#drop();
  }

  #drop(): void {
    try {
      this.#session?.connection.close();
    } catch {
      // Nothing more can be done for a connection that does not even close; it is not used again.
    }
    this.#session = undefined;
  }
}
