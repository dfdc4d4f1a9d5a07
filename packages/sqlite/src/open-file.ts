import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  linkSync,
  openSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Database, OpenDatabase, Value } from "./binding.ts";
import { BUSY_MS, hasCode, isBusy, StoreFailure } from "./failure.ts";
import { refuseForeignFile } from "./foreign-file.ts";
import { APPLICATION_ID, migrations } from "./schema.ts";

/** Opens the file, creates it if it is missing (and may be), and brings it to the present schema. */
export function openFile(openDatabase: OpenDatabase, path: string, mayCreate: boolean): Database {
  prepareFile(path, mayCreate);
  const database = openDatabase(path);
  try {
    configure(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepareFile(path: string, mayCreate: boolean): void {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    if (!mayCreate) throw gone(path);
    createFile(path);
  }
  // Whoever was faster than we were need not be one of us.
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    // SQLite would create that file, readable by all.
    throw new StoreFailure(
      `${path} is a symbolic link to a file that does not exist. Remove the link, or create the inbox where it points.`,
    );
  }
  if (!stats.isFile()) {
    throw new StoreFailure(`${path} is not a file. Give the inbox the path of a file.`);
  }
  refuseForeignFile(path, stats);
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw new StoreFailure(
      `${path} may not be read and written by this process's user. Change its owner or mode.`,
      { cause: error },
    );
  }
}

export function gone(path: string): StoreFailure {
  return new StoreFailure(
    `${path} is gone: it was deleted or moved while the inbox used it. Put it back, or restart the program to begin with an empty one.`,
  );
}

/**
 * SQLite gives the -wal and -shm the mode of the file, so this one decides who may read notifications: their owner.
 * The file appears under its name when nobody can have it open yet: closing any descriptor of a file drops all locks
 * that the process has on it, those of another store in this process included (https://sqlite.org/howtocorrupt.html).
 */
function createFile(path: string): void {
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new StoreFailure(`the folder ${folder} of the inbox does not exist. Create it.`);
  }
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    closeSync(openSync(draft, "wx", 0o600));
    try {
      linkSync(draft, path);
    } catch (error) {
      if (hasCode(error, "EEXIST")) return;
      // A file system without hard links: no such care there.
      closeSync(openSync(path, "wx", 0o600));
    } finally {
      unlinkSync(draft);
    }
  } catch (error) {
    if (hasCode(error, "EEXIST")) return;
    throw new StoreFailure(
      `${path} could not be created. Check that this process's user may write in its folder and that the disk has room.`,
      { cause: error },
    );
  }
}

function configure(database: Database, path: string): void {
  const read = (pragma: string): Value => {
    const row = database.prepare(`PRAGMA ${pragma}`).get([]);
    return row === undefined ? null : (Object.values(row)[0] ?? null);
  };
  database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
  // Before anything is written: the file may not be ours to write.
  const version = checkOwnership(database, path, read);
  const mode = insist(() => read("journal_mode = WAL"));
  if (mode !== "wal") {
    throw new StoreFailure(
      `${path} cannot use a write-ahead log (its journal mode stays "${mode}"). Put it on a local disk; network file systems do not work.`,
    );
  }
  // On every open: it is no property of the file, and a binding may come up with less, which loses what was answered 200.
  database.exec("PRAGMA synchronous = FULL");
  if (read("synchronous") !== 2) {
    throw new StoreFailure(`${path} cannot be written durably: SQLite refuses synchronous = FULL.`);
  }
  // What is removed is overwritten, not only left out: else whole bodies stay in the file until their pages are needed
  // again. FAST does not do, since it passes over pages that become free as a whole.
  if (Number(read("secure_delete = ON")) !== 1) {
    throw new StoreFailure(`${path} would keep what is removed: SQLite refuses secure_delete.`);
  }
  // On macOS a sync ends in the disk's own cache unless it is told otherwise; elsewhere this means nothing.
  database.exec("PRAGMA fullfsync = ON");
  database.exec("PRAGMA checkpoint_fullfsync = ON");
  // The same page is written often before a checkpoint copies it: a longer log copies it less often.
  database.exec("PRAGMA wal_autocheckpoint = 4000");
  database.exec("PRAGMA journal_size_limit = 67108864");
  database.exec("PRAGMA cache_size = -16000");
  if (version < migrations.length) migrate(database, () => Number(read("user_version")));
}

/** The schema version of the file; 0 for an empty one. */
function checkOwnership(database: Database, path: string, read: (pragma: string) => Value): number {
  // In one transaction: another process may be making the file ours right now, and half of that is a stranger's.
  database.exec("BEGIN");
  const version = Number(read("user_version"));
  const application = read("application_id");
  const isEmpty =
    version === 0 &&
    application === 0 &&
    database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get([]) === undefined;
  database.exec("COMMIT");
  if (!isEmpty && application !== APPLICATION_ID) {
    throw new StoreFailure(
      `${path} is the SQLite database of something else. Give the inbox a path of its own.`,
    );
  }
  if (version > migrations.length) {
    throw new StoreFailure(
      `${path} was written by a newer version of @whatsapp-webhooks/sqlite (its schema is ${version}, this version knows ${migrations.length}). Update the package.`,
    );
  }
  return version;
}

function migrate(database: Database, readVersion: () => number): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    // Again, because another process may have been first.
    for (const step of migrations.slice(readVersion())) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

/** SQLite does not wait for locks while it changes the journal mode; several processes may be opening a new file. */
function insist<T>(attempt: () => T): T {
  const deadline = performance.now() + BUSY_MS;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
