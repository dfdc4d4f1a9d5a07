/** How long a commit waits for another process's transaction. When the platform hangs up is not documented; others name 5 to 10 s. */
export const BUSY_MS = 3_500;
/** How long what comes again by itself waits. A commit may wait behind it. */
export const SHORT_BUSY_MS = 1_000;

/** A failure as it crosses from the worker thread; the other side makes a WebhookError of it. */
export interface FailureMessage {
  readonly code: "inbox_failed" | "inbox_full";
  readonly message: string;
  readonly cause?: unknown;
}

/** What went wrong, told for the people who run the program: where, and what to do. Never a payload. */
export class StoreFailure extends Error {
  readonly code: FailureMessage["code"];

  constructor(
    message: string,
    options: { readonly code?: FailureMessage["code"]; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code ?? "inbox_failed";
  }

  toMessage(): FailureMessage {
    return { code: this.code, message: this.message, cause: cloneable(this.cause) };
  }
}

/** Errors keep only their message on the way to another thread, and libsql's are not even cloned as errors. */
function cloneable(cause: unknown): Error | undefined {
  if (!(cause instanceof Error)) return undefined;
  return new Error("code" in cause ? `${String(cause.code)}: ${cause.message}` : cause.message);
}

// Primary result codes, https://sqlite.org/rescode.html
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** SQLite's primary result code, where both bindings put it. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "errcode" in error ? error.errcode : "rawCode" in error ? error.rawCode : undefined;
  return typeof code === "number" ? code & 0xff : undefined;
}

/** Whether the connection is as good as before, once its transaction is rolled back. */
export function leavesConnectionSound(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED || code === FULL;
}

export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED;
}

/** After waiting so long in vain. */
export function locked(path: string, waitMs: number, cause: unknown): StoreFailure {
  return new StoreFailure(
    `${path} was locked by another program for more than ${waitMs / 1000} s. End the transaction that somebody left open on it (a sqlite3 shell, a backup).`,
    { cause },
  );
}

export function explain(error: unknown, path: string): StoreFailure {
  if (error instanceof StoreFailure) return error;
  if (isBusy(error)) return locked(path, BUSY_MS, error);
  return new StoreFailure(`${path} ${explanation(resultCode(error))}`, { cause: error });
}

function explanation(code: number | undefined): string {
  switch (code) {
    case READONLY:
      return "cannot be written. Give this process's user the right to write the file, its -wal and -shm, and their folder.";
    case IOERR:
      return "could not be read or written: the disk or file system reported an error. See the system's log.";
    case CORRUPT:
      return "is damaged. Stop the program, keep a copy of the file with its -wal, and save what is readable with `sqlite3 <file> .recover`, or put a backup in its place.";
    case FULL:
      return "could not grow: the disk or the quota is full. Free some space.";
    case CANTOPEN:
      return "could not be opened. Check that its folder exists and that this process's user may write in it.";
    case NOTADB:
      return "is not a SQLite database. Give the inbox another path, or put a backup in its place.";
    default:
      return "failed in a way the inbox does not expect; see the cause.";
  }
}

/** Whether Node.js has this word for what went wrong. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
