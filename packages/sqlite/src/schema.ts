/**
 * The file, table by table. It is an ordinary SQLite database, to be looked at with `sqlite3 <file>`; to change it while
 * a program has it open, use the inbox's functions, which keep `counters` right.
 *
 * Bodies go when their record is done: they are overwritten, and leave the log within about a minute. SQLite uses the
 * pages again that this frees, so the file is as large as the most that it ever had to hold; `VACUUM` makes it smaller
 * while nobody uses it.
 *
 * Two clocks. Columns that end in `_at` hold milliseconds since 1970 (the wall clock). Columns that end in `_tick` hold
 * milliseconds of a clock that nobody can set: the time since the machine was booted. Leases and retries go by ticks
 * alone, so setting the wall clock neither ends a lease nor moves a retry. Ticks begin anew with each boot, so a tick
 * that cannot be of this boot (a beat in the future, a retry set in the future) counts as over: a retry is never held
 * back for longer than its delay, at worst counted again from the boot.
 */
const version1 = `
-- What waits or is being handled.
CREATE TABLE records (
  -- The order of arrival.
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  id          TEXT    NOT NULL UNIQUE,
  received_at INTEGER NOT NULL,
  -- Failed attempts so far.
  attempts    INTEGER NOT NULL DEFAULT 0,
  -- The store that handles it now, see owners. NULL: nobody does.
  owner       TEXT,
  -- The request in which the owner got it.
  lease       INTEGER,
  -- Waits for its retry until then, and how long that is from when it failed. NULL: due at once.
  due_tick    INTEGER,
  delay_ms    INTEGER,
  -- JSON: how the request was authenticated.
  auth        TEXT    NOT NULL,
  -- JSON: keys of its events that need no further run.
  completed   TEXT    NOT NULL DEFAULT '[]',
  -- Why the last attempt failed.
  reason      TEXT,
  -- The trace that receiving it was part of, a W3C traceparent. NULL without telemetry.
  trace       TEXT,
  -- The notification as it came. Last, so that the other columns are read without it.
  body        BLOB    NOT NULL
);
CREATE INDEX records_free ON records (seq) WHERE owner IS NULL AND due_tick IS NULL;
CREATE INDEX records_due ON records (due_tick) WHERE due_tick IS NOT NULL;
CREATE INDEX records_held ON records (owner) WHERE owner IS NOT NULL;

-- Dead letters: the last attempt failed. Kept for people until they replay or discard them, or for deadLetterMaxAgeMs,
-- or until there is no room for them (deadLetterLimitBytes).
CREATE TABLE dead_letters (
  -- The order in which they were given up.
  position    INTEGER PRIMARY KEY AUTOINCREMENT,
  id          TEXT    NOT NULL UNIQUE,
  received_at INTEGER NOT NULL,
  dead_lettered_at INTEGER NOT NULL,
  attempts    INTEGER NOT NULL,
  reason      TEXT    NOT NULL,
  auth        TEXT    NOT NULL,
  completed   TEXT    NOT NULL,
  trace       TEXT,
  body        BLOB    NOT NULL
);
CREATE INDEX dead_letters_by_age ON dead_letters (dead_lettered_at);

-- What was handled, so that it is not handled again: the first 16 bytes of SHA-256 of 'record:' and a record's id, or of
-- 'event:' and an event's key. Forgotten after until_at.
CREATE TABLE seen (
  key      BLOB    PRIMARY KEY,
  until_at INTEGER NOT NULL
) WITHOUT ROWID;

-- The latest of these, a row of joined keys for each commit. They are spread all over the table seen, and each would
-- cost a commit a page of its own; so they gather here and move there some ten thousands at a time.
CREATE TABLE seen_recent (
  batch    INTEGER PRIMARY KEY AUTOINCREMENT,
  until_at INTEGER NOT NULL,
  keys     BLOB    NOT NULL
);

-- Stores that hold records. One that holds some writes its row every second. Without that for 2.5 seconds it is in doubt, a second later it is gone.
CREATE TABLE owners (
  owner      TEXT    PRIMARY KEY,
  alive_tick INTEGER NOT NULL
) WITHOUT ROWID;

-- One row: how many rows records and dead_letters have, and the bytes of their bodies. Of dead letters that found no room any
-- more, how many there were.
CREATE TABLE counters (
  waiting        INTEGER NOT NULL DEFAULT 0,
  waiting_bytes  INTEGER NOT NULL DEFAULT 0,
  dead_letters   INTEGER NOT NULL DEFAULT 0,
  dead_letter_bytes INTEGER NOT NULL DEFAULT 0,
  dead_letters_dropped INTEGER NOT NULL DEFAULT 0
);
INSERT INTO counters DEFAULT VALUES;
`;

/** The step at index n takes a file from version n (PRAGMA user_version) to n + 1. Published steps never change. */
export const migrations: readonly string[] = [version1];

/** PRAGMA application_id of our files: "waIN". It tells them from other programs' databases. */
export const APPLICATION_ID = 0x7761494e;
