import { spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BUSY_MS } from "../src/failure.ts";
import {
  append,
  appendAll,
  claimIds,
  done,
  lock,
  look,
  newPath,
  onEnd,
  openStore,
  range,
  settleAll,
} from "./support/files.ts";

const stored = async (path: string) =>
  (await look(path)).rows("SELECT id FROM records ORDER BY seq").map(({ id }) => id);

test("a full database refuses, keeps what it has, and goes on when there is room", async () => {
  const path = newPath();
  const store = openStore(path);
  await appendAll(store, ["a"], 1_000, true);
  await store.thread.call("query", "PRAGMA max_page_count = 40");
  const huge = { appends: [append("huge", 500_000)], settles: [done("a", ["x"])] };
  await expect(store.commit(huge)).rejects.toMatchObject({
    code: "inbox_failed",
    status: 503,
    message: expect.stringMatching(/the disk or the quota is full/),
    cause: expect.objectContaining({ message: expect.stringMatching(/full/) }),
  });
  expect(await stored(path)).toEqual(["a"]);
  expect(await store.seen(["x"])).toEqual(new Set());
  expect(await appendAll(store, ["small"], 100)).toEqual([]);
  await store.thread.call("query", "PRAGMA max_page_count = 100000");
  expect(await store.commit(huge)).toEqual({ leftOut: [], isBehind: false });
  expect(await stored(path)).toEqual(["small", "huge"]);
});

/** A disk of two megabytes, where this process may mount one. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "whatsapp-disk-"));
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]);
  if (mount.status === 0) return folder;
  rmSync(folder, { recursive: true });
  return undefined;
}

test("a full disk loses nothing, and is used again once it has room", async ({ skip }) => {
  const folder = mountSmallDisk();
  if (folder === undefined) return skip("this process may not mount a disk");
  onEnd(() => {
    spawnSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  const path = join(folder, "inbox.db");
  writeFileSync(join(folder, "other"), new Uint8Array(1_000_000));
  const store = openStore(path);
  const acknowledged: string[] = [];
  let failure: unknown;
  for (let index = 0; failure === undefined; index++) {
    await appendAll(store, [`r${index}`], 20_000).then(
      () => acknowledged.push(`r${index}`),
      (error) => {
        failure = error;
      },
    );
  }
  expect(failure).toMatchObject({ code: "inbox_failed" });
  await expect(appendAll(store, ["more"], 20_000)).rejects.toThrow(/is full|reported an error/);
  expect(await stored(path)).toEqual(acknowledged);
  rmSync(join(folder, "other"));
  expect(await appendAll(store, ["more"], 20_000)).toEqual([]);
  expect(await claimIds(store)).toEqual([...acknowledged, "more"]);
  expect(acknowledged.length).toBeGreaterThan(5);
});

describe("a file that is gone", () => {
  test("is not written any more, and used again when it is back", async () => {
    const path = newPath();
    const store = openStore(path);
    await appendAll(store, ["a"]);
    renameSync(path, `${path}.away`);
    await expect(appendAll(store, ["b"])).rejects.toThrow(/inbox\.db is gone.*Put it back/);
    await expect(claimIds(store)).rejects.toMatchObject({ code: "inbox_failed" });
    renameSync(`${path}.away`, path);
    expect(await appendAll(store, ["b"])).toEqual([]);
    expect(await claimIds(store)).toEqual(["a", "b"]);
  });

  test("does not come back empty by itself", async () => {
    const path = newPath();
    const store = openStore(path);
    await appendAll(store, ["a"]);
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`);
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(appendAll(store, ["b"])).rejects.toThrow(/is gone/);
    }
    await store.close();
    const next = openStore(path);
    expect(await appendAll(next, ["b"])).toEqual([]);
    expect(await claimIds(next)).toEqual(["b"]);
  });

  test("and replaced by another refuses once and goes on with the other", async () => {
    const path = newPath();
    const backup = newPath();
    const store = openStore(path);
    await appendAll(store, ["a"]);
    const earlier = openStore(backup);
    await appendAll(earlier, ["saved"]);
    await earlier.close();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`);
    copyFileSync(backup, path);
    await expect(appendAll(store, ["b"])).rejects.toThrow(/was replaced by another file/);
    rmSync(path);
    await expect(appendAll(store, ["b"])).rejects.toThrow(/is gone/);
    copyFileSync(backup, path);
    expect(await appendAll(store, ["b"])).toEqual([]);
    expect(await claimIds(store)).toEqual(["saved", "b"]);
  });
});

test("a lock that somebody keeps is waited for, then named, and forgiven", async () => {
  const path = newPath();
  const store = openStore(path);
  await appendAll(store, ["a"]);
  const other = await lock(path);
  const locked = "was locked by another program for more than";
  await expect(claimIds(store)).rejects.toThrow(`${locked} 1 s`);
  const start = performance.now();
  await expect(appendAll(store, ["b"])).rejects.toThrow(`${locked} 3.5 s`);
  expect(performance.now() - start).toBeGreaterThan(BUSY_MS - 500);
  other.exec("ROLLBACK");
  expect(await appendAll(store, ["b"])).toEqual([]);
  expect(await claimIds(store)).toEqual(["a", "b"]);
});

test("a damaged page is named, and what can be written still is", async () => {
  const path = newPath();
  const store = openStore(path);
  await appendAll(store, range(400), 1_000);
  await store.close();
  const [root] = (await look(path)).rows(
    "SELECT rootpage FROM sqlite_schema WHERE name = 'records'",
  );
  const file = openSync(path, "r+");
  writeSync(file, new Uint8Array(4096).fill(0xa5), 0, 4096, (Number(root?.rootpage) - 1) * 4096);
  closeSync(file);
  const damaged = openStore(path);
  await expect(claimIds(damaged)).rejects.toMatchObject({
    code: "inbox_failed",
    message: expect.stringMatching(/is damaged.*recover/),
  });
  await expect(appendAll(damaged, ["new"])).rejects.toThrow(/is damaged/);
  expect(await damaged.seen(["x"])).toEqual(new Set());
  await settleAll(damaged, []);
});
