import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadBinding, type OpenDatabase, type Statement } from "../src/binding.ts";
import { sqliteInbox, sqliteStore } from "../src/index.ts";
import { openFile } from "../src/open-file.ts";
import { APPLICATION_ID, migrations } from "../src/schema.ts";
import { appendAll, claimIds, look, newPath, onEnd, openStore, range } from "./support/files.ts";
import { startChild } from "./support/spawn.ts";

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** What another process does to a new file, unless this one keeps it from it. */
function beginFile(open: OpenDatabase, path: string): void {
  const other = open(path);
  try {
    other.exec("PRAGMA busy_timeout = 20; BEGIN IMMEDIATE");
    for (const step of migrations) other.exec(step);
    other.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    other.exec(`PRAGMA user_version = ${migrations.length}`);
    other.exec("COMMIT");
  } catch {
    // It was too late; it would find a file that is ours.
  } finally {
    other.close();
  }
}

describe("a new file", () => {
  test("is readable by its owner alone, and so are its log and index", async () => {
    const path = newPath();
    await appendAll(openStore(path), ["a"]);
    expect([path, `${path}-wal`, `${path}-shm`].map(mode)).toEqual(["600", "600", "600"]);
    expect(readdirSync(dirname(path)).sort()).toEqual(["inbox.db", "inbox.db-shm", "inbox.db-wal"]);
  });

  test("may be opened by several stores at once", async () => {
    const path = newPath();
    const stores = range(4).map(() => openStore(path));
    await Promise.all(stores.map((store, index) => appendAll(store, [`of ${index}`])));
    expect(await stores[0]?.stats()).toMatchObject({ waiting: 4 });
  });

  test("is no stranger's when another process has begun it at this very moment", async () => {
    const open = await loadBinding();
    let statements = 0;
    for (let moment = 0; moment <= statements; moment++) {
      const path = newPath();
      statements = 0;
      const meanwhile: OpenDatabase = (file) => {
        const database = open(file);
        onEnd(() => database.close());
        const prepare = (sql: string): Statement => {
          if (statements++ === moment) beginFile(open, file);
          return database.prepare(sql);
        };
        return { ...database, prepare };
      };
      expect(() => openFile(meanwhile, path, true)).not.toThrow();
    }
    expect(statements).toBeGreaterThan(3);
  });

  test("tells what it holds to the sqlite3 shell", async () => {
    const path = newPath();
    await appendAll(openStore(path), ["a"]);
    const [row] = (await look(path)).rows("SELECT * FROM records");
    expect(row).toMatchObject({ id: "a", auth: '{"kind":"signature","tenant":"shop"}' });
    expect((await look(path)).rows("PRAGMA user_version")).toMatchObject([{ user_version: 1 }]);
  });
});

test("every open writes through to the disk, the second of a file too", async () => {
  const path = newPath();
  for (const id of ["a", "b", "c"]) {
    const store = openStore(path);
    await appendAll(store, [id]);
    expect(await store.thread.call("query", "PRAGMA synchronous")).toMatchObject([
      { synchronous: 2 },
    ]);
    expect(await store.thread.call("query", "PRAGMA journal_mode")).toMatchObject([
      { journal_mode: "wal" },
    ]);
    await store.close();
  }
});

test("what was stored is there after a reopen, in order", async () => {
  const path = newPath();
  const store = openStore(path);
  await appendAll(store, range(100));
  await store.close();
  expect(await claimIds(openStore(path))).toEqual(range(100));
});

describe("refuses, and says what to do, about", () => {
  const refusal = (path: string): Promise<unknown> => openStore(path).stats();

  test("a missing folder", async () => {
    const path = join(dirname(newPath()), "missing", "inbox.db");
    await expect(refusal(path)).rejects.toMatchObject({
      code: "inbox_failed",
      status: 503,
      message: expect.stringMatching(/the folder .*missing of the inbox does not exist/),
    });
  });

  test("a folder in place of the file", async () => {
    await expect(refusal(dirname(newPath()))).rejects.toThrow(/is not a file/);
  });

  test("garbage", async () => {
    const path = newPath();
    writeFileSync(path, "a notification, perhaps\n".repeat(500));
    await expect(refusal(path)).rejects.toThrow(/is not a SQLite database/);
    expect(readFileSync(path, "utf8")).toMatch(/^a notification/);
  });

  test("another program's database", async () => {
    const path = newPath();
    (await look(path)).exec("CREATE TABLE customers (name TEXT)");
    await expect(refusal(path)).rejects.toThrow(/is the SQLite database of something else/);
    expect((await look(path)).rows("SELECT name FROM sqlite_schema")).toMatchObject([
      { name: "customers" },
    ]);
  });

  test("a file of a newer version, and leaves it as it is", async () => {
    const path = newPath();
    const store = openStore(path);
    await appendAll(store, ["a"]);
    await store.close();
    const other = await look(path);
    other.exec("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE);");
    const before = readFileSync(path);
    await expect(refusal(path)).rejects.toThrow(/newer version .*schema is 99.*Update/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test.each([
    ["", "path"],
    [":memory:", "memoryInbox"],
  ])("the path %j", (path, word) => {
    expect(() => sqliteStore({ path })).toThrow(word);
  });

  test("an option that is no number, or no word that there is", () => {
    expect(() => sqliteStore({ path: "x", rememberMs: Number.NaN })).toThrow(/rememberMs/);
    expect(() => sqliteInbox({ path: "x", windowRecords: -1 })).toThrow(
      "sqliteInbox: windowRecords must be a positive number, got -1",
    );
    expect(() => sqliteInbox({ path: "x", role: "work" as "both" })).toThrow(
      'sqliteInbox: role must be "receive" or "both", got work.',
    );
    const mistyped: object = { path: "x", limitByts: 1 };
    for (const open of [sqliteInbox, sqliteStore])
      expect(() => open(mistyped as { path: string })).toThrow(
        `${open.name}: there is no option limitByts, did you mean limitBytes?`,
      );
  });
});

describe("without the right to write", () => {
  // The administrator may write everything, so these run as nobody.
  const uid = process.getuid?.() === 0 ? "65534" : undefined;
  const isPosix = process.getuid !== undefined;

  test.runIf(isPosix)("a file is refused", async () => {
    const path = newPath();
    chmodSync(dirname(path), 0o777);
    await appendAll(openStore(path), ["a"]);
    if (uid === undefined) chmodSync(path, 0o400);
    const child = startChild("fail", path, uid);
    await child.end;
    expect(child.lines()).toEqual([expect.stringMatching(/may not be read and written/)]);
  });

  test.runIf(isPosix)(
    "a folder is refused, for a new file and for the log of an old one",
    async () => {
      const parent = dirname(newPath());
      const folder = join(parent, "closed");
      mkdirSync(folder);
      chmodSync(parent, 0o755);
      chmodSync(folder, 0o555);
      const fresh = startChild("fail", join(folder, "inbox.db"), uid);
      await fresh.end;
      expect(fresh.lines()).toEqual([expect.stringMatching(/could not be created/)]);

      chmodSync(folder, 0o755);
      const oldPath = join(folder, "old.db");
      const store = openStore(oldPath);
      await appendAll(store, ["a"]);
      await store.close();
      expect(readdirSync(folder)).toEqual(["old.db"]);
      chmodSync(oldPath, 0o666);
      chmodSync(folder, 0o555);
      const old = startChild("fail", oldPath, uid);
      await old.end;
      expect(old.lines()).toEqual([expect.stringMatching(/could not be opened|cannot be written/)]);
    },
  );
});
