import { closeSync, openSync, realpathSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { errorCode } from "../error-code.ts";
import type { Collection, Storage } from "./storage.ts";

type Row = Readonly<Record<string, unknown>>;

/** What `node:sqlite` and `libsql` have in common. */
interface Database {
  exec(sql: string): void;
  prepare(sql: string): {
    run(...values: readonly string[]): unknown;
    get(...values: readonly string[]): Row | undefined;
    all(...values: readonly string[]): Row[];
  };
  close(): void;
}

type DatabaseClass = new (path: string) => Database;

/** The file cannot be the emulator's: the message says why, and what to do. */
export class StorageFailure extends Error {}

/**
 * One file, for one emulator at a time. Throws a {@link StorageFailure} for a file of something else or in use, SQLite's
 * own errors for what cannot be opened.
 */
export async function openSqlite(path: string): Promise<Storage> {
  const Database = await loadDatabase();
  keepToOneself(path);
  const database = new Database(path);
  let lock: Database | undefined;
  try {
    database.exec("PRAGMA busy_timeout = 2000");
    // Before anything is written: it may not be ours to write.
    refuseForeign(database, path);
    lock = path === ":memory:" ? undefined : await takeLock(Database, path);
    prepare(database);
  } catch (error) {
    lock?.exec("ROLLBACK");
    lock?.close();
    database.close();
    throw error;
  }
  return storageIn(database, lock);
}

/** PRAGMA application_id of our files: "waEM". It tells them from other programs' databases. */
const APPLICATION_ID = 0x7761454d;

function prepare(database: Database): void {
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  database.exec(
    `BEGIN IMMEDIATE;
     CREATE TABLE IF NOT EXISTS documents (
       place INTEGER PRIMARY KEY, collection TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL,
       UNIQUE (collection, id)
     );
     PRAGMA application_id = ${APPLICATION_ID};
     COMMIT`,
  );
}

/**
 * Keeps other emulators out until it is rolled back. It is a transaction on an empty file beside the other, so the system
 * ends it with the process, however that ends. The file may stay, and means nothing by itself.
 */
async function takeLock(Database: DatabaseClass, path: string): Promise<Database> {
  // By whatever name the file is opened, it has one lock.
  const lockPath = `${realpathSync(path)}-lock`;
  keepToOneself(lockPath);
  const lock = new Database(lockPath);
  try {
    await beginExclusive(lock);
    return lock;
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new StorageFailure(
      `${path} is in use by another emulator. End that one, or choose another file.`,
      { cause: error },
    );
  }
}

/** One that is just ending gets two seconds for it. */
const LOCK_TRIES = 40;
const LOCK_PAUSE_MS = 50;

/** SQLite's own way to wait would hold up this process, and with it an emulator that is ending in it. */
async function beginExclusive(database: Database): Promise<void> {
  database.exec("PRAGMA busy_timeout = 0");
  for (let tries = 1; ; tries++)
    try {
      database.exec("BEGIN EXCLUSIVE");
      return;
    } catch (error) {
      if (!isBusy(error) || tries > LOCK_TRIES) throw error;
      await wait(LOCK_PAUSE_MS);
    }
}

function refuseForeign(database: Database, path: string): void {
  const number = (pragma: string): number =>
    Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
  // In one transaction: another emulator may be making the file its own right now, and half of that is a stranger's.
  database.exec("BEGIN");
  const application = number("application_id");
  const isEmpty =
    application === 0 &&
    number("user_version") === 0 &&
    database.prepare("SELECT 1 FROM sqlite_master LIMIT 1").get() === undefined;
  database.exec("COMMIT");
  if (!isEmpty && application !== APPLICATION_ID)
    throw new StorageFailure(
      `${path} is the SQLite database of something else. Give the emulator a file of its own.`,
    );
}

/** SQLITE_BUSY, or SQLITE_LOCKED, with what belongs to them: `node:sqlite` has them as numbers, `libsql` as words. */
function isBusy(error: unknown): boolean {
  if (error instanceof Error && "errcode" in error)
    return [5, 6].includes(Number(error.errcode) & 0xff);
  return /^SQLITE_(BUSY|LOCKED)/.test(errorCode(error) ?? "");
}

function storageIn(database: Database, lock: Database | undefined): Storage {
  const get = database.prepare("SELECT value FROM documents WHERE collection = ? AND id = ?");
  const all = database.prepare(
    "SELECT id, value FROM documents WHERE collection = ? ORDER BY place",
  );
  const put = database.prepare(
    `INSERT INTO documents (collection, id, value) VALUES (?, ?, ?)
     ON CONFLICT (collection, id) DO UPDATE SET value = excluded.value`,
  );
  const remove = database.prepare("DELETE FROM documents WHERE collection = ? AND id = ?");
  return {
    collection: <T>(name: string): Collection<T> => ({
      get(id) {
        const row = get.get(name, id);
        return row === undefined ? undefined : JSON.parse(String(row.value));
      },
      all: () =>
        all.all(name).map((row) => [String(row.id), JSON.parse(String(row.value))] as const),
      put: (id, value) => void put.run(name, id, JSON.stringify(value)),
      delete: (id) => void remove.run(name, id),
    }),
    close() {
      database.close();
      lock?.exec("ROLLBACK");
      lock?.close();
    },
  };
}

/**
 * Verify tokens, callback URLs with passwords, and what was written are for nobody else on this machine. SQLite gives its
 * other files the rights of this one.
 */
function keepToOneself(path: string): void {
  if (path === ":memory:") return;
  try {
    closeSync(openSync(path, "ax", 0o600));
  } catch {
    // It is there already, or cannot be: SQLite says what is wrong.
  }
}

/** SQLite as this runtime has it: `node:sqlite` from Node.js 22.13 on, else the `libsql` package. */
async function loadDatabase(): Promise<DatabaseClass> {
  const builtIn = builtInDatabase();
  if (builtIn !== undefined) return builtIn;
  // A variable, because nobody must have it.
  const installed: string = "libsql";
  try {
    const loaded: { default: DatabaseClass } = await import(installed);
    return loaded.default;
  } catch (cause) {
    throw new Error(
      `this Node.js (${process.version}) has no SQLite of its own and the package libsql does not load. ` +
        "Run `npm install libsql`, or use Node.js 22.13 or newer, or storage in memory.",
      { cause },
    );
  }
}

function builtInDatabase(): DatabaseClass | undefined {
  // A variable, because the types of the oldest supported Node.js do not know this module.
  const specifier: string = "node:sqlite";
  const { emitWarning } = process;
  // Node.js 22 and 24 say on stderr that it is an experiment, between what the emulator says. Nothing else is loaded here.
  process.emitWarning = () => {};
  try {
    const loaded = process.getBuiltinModule(specifier) as
      | { readonly DatabaseSync: DatabaseClass }
      | undefined;
    return loaded?.DatabaseSync;
  } finally {
    process.emitWarning = emitWarning;
  }
}
