import { type BigIntStats, statSync } from "node:fs";
import type { Database, OpenDatabase, Row, Statement, Value } from "./binding.ts";
import { BUSY_MS, isBusy, locked, StoreFailure } from "./failure.ts";
import { gone, openFile } from "./open-file.ts";

/** SQLite looks ever less often whether a lock is gone, so a short wait is one of these after the other. */
const SLICE_MS = 100;
/** What takes longer has kept others waiting, or others us. */
const LONG_MS = 200;

/** An open file: statements are prepared once, and what is written goes through `transaction`. */
export class Connection {
  readonly #path: string;
  readonly #database: Database;
  readonly #identity: BigIntStats | undefined;
  readonly #statements = new Map<string, Statement>();
  /** There is another file at the path, or what is open cannot be trusted any more: it must be opened again. */
  isStale = false;
  #longAt = Number.NEGATIVE_INFINITY;
  /** A transaction could not be ended, so its locks stay until the thread ends. */
  isStuck = false;

  constructor(openDatabase: OpenDatabase, path: string, mayCreate: boolean) {
    this.#path = path;
    this.#database = openFile(openDatabase, path, mayCreate);
    this.#identity = statSync(path, { bigint: true, throwIfNoEntry: false });
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  run(sql: string, values: readonly Value[] = []): number {
    return this.prepare(sql).run(values).changes;
  }

  get(sql: string, values: readonly Value[] = []): Row | undefined {
    return this.prepare(sql).get(values);
  }

  all(sql: string, values: readonly Value[] = []): readonly Row[] {
    return this.prepare(sql).all(values);
  }

  /** How long ago a transaction was waited for or took for long. */
  get calmMs(): number {
    return performance.now() - this.#longAt;
  }

  /** All or nothing, and on disk when it returns. Waits so long for other processes' transactions. */
  transaction<T>(work: () => T, waitMs: number = BUSY_MS): T {
    this.#checkFile();
    const start = performance.now();
    try {
      this.#insist(waitMs);
      return this.#carryOut(work);
    } finally {
      const now = performance.now();
      if (now - start > LONG_MS) this.#longAt = now;
    }
  }

  /**
   * Copies the log into the file and empties it, because bodies stand in it long after they were removed. While others
   * write or read an old state it cannot be emptied; that is not waited for, as commits would wait too.
   */
  emptyLog(): void {
    this.#waitingFor(0, () => this.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #insist(waitMs: number): void {
    try {
      this.#begin(waitMs);
    } catch (error) {
      throw isBusy(error) ? locked(this.#path, waitMs, error) : error;
    }
  }

  #begin(waitMs: number): void {
    if (waitMs === BUSY_MS) this.run("BEGIN IMMEDIATE");
    else this.#waitingFor(Math.min(waitMs, SLICE_MS), () => this.#beginUntil(waitMs));
  }

  #beginUntil(waitMs: number): void {
    const end = performance.now() + waitMs;
    for (;;) {
      try {
        this.run("BEGIN IMMEDIATE");
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() >= end) throw error;
      }
    }
  }

  #carryOut<T>(work: () => T): T {
    try {
      const result = work();
      this.run("COMMIT");
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #waitingFor(milliseconds: number, work: () => void): void {
    this.exec(`PRAGMA busy_timeout = ${milliseconds}`);
    try {
      work();
    } finally {
      this.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    }
  }

  /** A deleted file goes on taking writes, and they are gone with the process. */
  #checkFile(): void {
    const stats = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) throw gone(this.#path);
    if (stats.ino === this.#identity?.ino && stats.dev === this.#identity.dev) return;
    this.isStale = true;
    throw new StoreFailure(
      `${this.#path} was replaced by another file while the inbox used it. The next attempt opens that one.`,
    );
  }

  #rollBack(): void {
    try {
      this.run("ROLLBACK");
    } catch (error) {
      // After some failures SQLite has done it by itself.
      this.isStuck = !String(error).includes("no transaction is active");
    }
  }
}
