import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteStore } from "@whatsapp-webhooks/sqlite";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite, StorageFailure } from "../src/storage/sqlite-storage.ts";

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "storage-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test.skipIf(process.platform === "win32")(
  "what is kept in a file is for its owner alone",
  async () => {
    const folder = ownFolder();
    const path = join(folder, "emulator.db");
    const storage = await openSqlite(path);
    storage.collection("things").put("a", { token: "of somebody" });
    const modes = readdirSync(folder).map((file) => statSync(join(folder, file)).mode & 0o777);
    expect(modes.length).toBeGreaterThan(1);
    expect(new Set(modes)).toEqual(new Set([0o600]));
    storage.close();

    // A file of one's own keeps the rights that it was given.
    chmodSync(path, 0o640);
    const again = await openSqlite(path);
    expect(again.collection("things").get("a")).toEqual({ token: "of somebody" });
    expect(statSync(path).mode & 0o777).toBe(0o640);
    again.close();
  },
);

test("the database of something else is refused, and left as it was", async () => {
  const path = join(ownFolder(), "inbox.db");
  const inbox = sqliteStore({ path });
  await inbox.listDeadLetters({ after: 0, limit: 1 });
  await inbox.close();
  const before = readFileSync(path);
  const opened = openSqlite(path);
  await expect(opened).rejects.toThrow(StorageFailure);
  await expect(opened).rejects.toThrow(`${path} is the SQLite database of something else.`);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("two emulators do not share a file: the second says so, and has it when the first has ended", async () => {
  const path = join(ownFolder(), "emulator.db");
  const first = await openSqlite(path);
  await expect(openSqlite(path)).rejects.toThrow(`${path} is in use by another emulator.`);
  first.collection("things").put("a", 1);
  await expect(openSqlite(path)).rejects.toThrow(StorageFailure);
  first.close();
  const second = await openSqlite(path);
  expect(second.collection("things").get("a")).toBe(1);
  second.close();
});

test("waiting for one that is ending holds up nothing else in the process, least of all its end", async () => {
  const path = join(ownFolder(), "emulator.db");
  const first = await openSqlite(path);
  const second = openSqlite(path);
  setImmediate(() => first.close());
  (await second).close();
});

test.skipIf(process.platform === "win32")("a file by another name is the same file", async () => {
  const folder = ownFolder();
  const path = join(folder, "emulator.db");
  const link = join(folder, "link.db");
  const first = await openSqlite(path);
  onTestFinished(() => first.close());
  symlinkSync(path, link);
  await expect(openSqlite(link)).rejects.toThrow(`${link} is in use by another emulator.`);
});
