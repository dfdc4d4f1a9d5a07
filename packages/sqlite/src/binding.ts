import { StoreFailure } from "./failure.ts";

export type Value = string | number | Uint8Array | null;
export type Row = Readonly<Record<string, Value>>;

export interface Statement {
  /** Returns how many rows changed, and the row id of the last one inserted. */
  run(values: readonly Value[]): { readonly changes: number; readonly lastRow: number };
  get(values: readonly Value[]): Row | undefined;
  all(values: readonly Value[]): readonly Row[];
}

/** All that the store needs of SQLite. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

export type OpenDatabase = (path: string) => Database;

/** libsql gives blobs as Buffer from `get`, but as ArrayBuffer from `all`. */
type RawRow = Record<string, Value | ArrayBuffer>;

/** What `node:sqlite` and `libsql` have in common; they differ in how values are passed. */
interface Native<Values extends readonly unknown[]> {
  exec(sql: string): void;
  prepare(sql: string): {
    run(...values: Values): { changes: number | bigint; lastInsertRowid: number | bigint };
    get(...values: Values): RawRow | undefined;
    all(...values: Values): RawRow[];
  };
  close(): void;
}

/** SQLite as this runtime has it: `node:sqlite` from Node.js 22.13 on, else the `libsql` package. */
export async function loadBinding(): Promise<OpenDatabase> {
  return nodeSqlite() ?? (await libsql());
}

interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => Native<Value[]>;
}

function nodeSqlite(): OpenDatabase | undefined {
  // A variable, because the types of the oldest supported Node.js do not know this module.
  const specifier: string = "node:sqlite";
  const { emitWarning } = process;
  // Node.js 22 and 24 say on stderr that it is an experiment, to all who use a command of ours. Nothing else is loaded here.
  process.emitWarning = () => {};
  try {
    const loaded = process.getBuiltinModule(specifier) as NodeSqlite | undefined;
    if (loaded === undefined) return undefined;
    return (path) => adapt(new loaded.DatabaseSync(path), (values) => [...values]);
  } finally {
    process.emitWarning = emitWarning;
  }
}

async function libsql(): Promise<OpenDatabase> {
  const specifier: string = "libsql";
  try {
    const loaded: { default: new (path: string) => Native<[readonly Value[]]> } = await import(
      specifier
    );
    // One array: given separate values, libsql takes a single blob for an object of named ones.
    return (path) => adapt(new loaded.default(path), (values) => [values]);
  } catch (error) {
    throw new StoreFailure(
      `this Node.js (${process.version}) has no SQLite of its own and the package libsql does not load. ` +
        "Run `npm install libsql`, or use Node.js 22.13 or newer.",
      { cause: error },
    );
  }
}

function adapt<Values extends readonly unknown[]>(
  native: Native<Values>,
  pass: (values: readonly Value[]) => Values,
): Database {
  return {
    exec: (sql) => native.exec(sql),
    prepare: (sql) => {
      const statement = native.prepare(sql);
      return {
        run: (values) => {
          const { changes, lastInsertRowid } = statement.run(...pass(values));
          return { changes: Number(changes), lastRow: Number(lastInsertRowid) };
        },
        get: (values) => {
          const row = statement.get(...pass(values));
          return row === undefined ? undefined : toRow(row);
        },
        all: (values) => statement.all(...pass(values)).map(toRow),
      };
    },
    close: () => native.close(),
  };
}

/** In place: rows are new with each call. */
function toRow(row: RawRow): Row {
  for (const [column, value] of Object.entries(row)) {
    if (value instanceof ArrayBuffer) row[column] = new Uint8Array(value);
  }
  return row as Row;
}
