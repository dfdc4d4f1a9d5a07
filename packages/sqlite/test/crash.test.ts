import { copyFileSync, readdirSync, statSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { DOUBT_MS, SILENCE_MS } from "../src/leases.ts";
import {
  append,
  appendAll,
  callUnanswered,
  claimIds,
  done,
  newPath,
  openStore,
  range,
  settleAll,
  wait,
} from "./support/files.ts";
import { startChild } from "./support/spawn.ts";

test("kill -9 at any moment loses nothing that was acknowledged", async () => {
  const path = newPath();
  const acknowledged: string[] = [];
  for (let round = 0; round < 4; round++) {
    const child = startChild("storm", path);
    await child.firstLine;
    await wait(50 + Math.random() * 300);
    child.process.kill("SIGKILL");
    await child.end;
    acknowledged.push(...child.lines().flatMap((line) => line.split(" ")));
  }
  const store = openStore(path);
  const stored = new Set(await claimIds(store, 1_000_000));
  expect(acknowledged.length).toBeGreaterThan(100);
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  expect(await store.stats()).toMatchObject({
    waiting: stored.size,
    waitingBytes: stored.size * 500,
  });
  expect(await store.thread.call("query", "PRAGMA integrity_check")).toMatchObject([
    { integrity_check: "ok" },
  ]);
});

test("a log torn at any place loses only what was written behind it", async () => {
  const path = newPath();
  const store = openStore(path);
  const sizes: number[] = [];
  for (const id of range(8)) {
    await appendAll(store, [id], 3_000);
    sizes.push(statSync(`${path}-wal`).size);
  }
  const [firstSize = 0, lastSize = 0] = [sizes[0], sizes[sizes.length - 1]];
  for (let attempt = 0; attempt < 6; attempt++) {
    const copy = newPath();
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    const cut = Math.floor(firstSize + Math.random() * (lastSize - firstSize));
    truncateSync(`${copy}-wal`, cut);
    const torn = openStore(copy);
    expect(await claimIds(torn)).toEqual(range(sizes.filter((size) => size <= cut).length));
    await appendAll(torn, ["after"]);
    await torn.close();
  }
});

describe("a thread that dies", () => {
  test("rejects what it owes, and the next call starts another", async () => {
    const path = newPath();
    const store = openStore(path);
    await appendAll(store, ["a"]);
    const death = store.thread.kill();
    const calls = [appendAll(store, ["b"]), store.stats()];
    for (const call of calls) {
      await expect(call).rejects.toMatchObject({
        code: "inbox_failed",
        status: 503,
        message: expect.stringMatching(/the thread .* ended/),
      });
    }
    await death;
    expect(await appendAll(store, ["b"])).toEqual([]);
    expect(await claimIds(store)).toEqual(["a", "b"]);
  });

  test("does not cost the store its leases", async () => {
    const path = newPath();
    const [store, other] = [openStore(path), openStore(path)];
    await appendAll(store, ["a"], 100, true);
    await store.thread.kill();
    expect(await claimIds(store)).toEqual([]);
    for (const pause of [SILENCE_MS + 1_500, DOUBT_MS + 500]) {
      await wait(pause);
      expect(await claimIds(other)).toEqual([]);
    }
    await settleAll(store, [done("a")]);
    expect(await other.stats()).toMatchObject({ waiting: 0 });
  });

  test("lets go of what it took when nobody knows that it did", async () => {
    const store = openStore(newPath());
    await appendAll(store, ["claimed"]);
    await callUnanswered(store, () => store.claim({ records: 1, bytes: 1 }));
    expect(await claimIds(store)).toEqual(["claimed"]);
    await callUnanswered(store, () => appendAll(store, ["appended"], 100, true));
    expect(await claimIds(store)).toEqual(["appended"]);
    expect(await claimIds(store)).toEqual([]);
  });
});

describe("the process", () => {
  test("ends by itself with an open store, once its calls are answered", async () => {
    const path = newPath();
    const child = startChild("leave", path);
    await child.end;
    expect(child.lines()).toEqual(["stored"]);
    expect(child.process.exitCode).toBe(0);
    expect(await claimIds(openStore(path))).toEqual(["once"]);
  });

  test("leaves one file after close", async () => {
    const path = newPath();
    const store = openStore(path);
    await store.commit({ appends: [append("a")], settles: [] });
    await store.close();
    expect(readdirSync(dirname(path))).toEqual(["inbox.db"]);
  });
});
