import { closeSync, openSync } from "node:fs";
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

/** One file, for one emulator at a time. */
export async function openSqlite(path: string): Promise<Storage> {
  keepToOneself(path);
  const database = new (await loadDatabase())(path);
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000",
  );
  database.exec(
    `CREATE TABLE IF NOT EXISTS documents (
       place INTEGER PRIMARY KEY, collection TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL,
       UNIQUE (collection, id)
     )`,
  );
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
    close: () => database.close(),
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
