import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { appendAll, newPath, openStore } from "./support/files.ts";
import { startChild } from "./support/spawn.ts";

// What another user of the machine may have put in the inbox's place. Only the administrator can play both users.
const canChown = process.getuid?.() === 0;
const US = 65_534;
const OTHER = 65_533;

/** A folder as the other user would like it, and the path in it at which our user opens an inbox. */
function sharedPath(mode: number, owner = 0): string {
  const parent = dirname(newPath());
  const folder = join(parent, "shared");
  mkdirSync(folder);
  chmodSync(parent, 0o755);
  chmodSync(folder, mode);
  // The group is ours, so that the folder of another user can be one in which we may write.
  chownSync(folder, owner, 0);
  return join(folder, "inbox.db");
}

/** An empty file that everybody may write, ready to be read along. */
function plant(path: string, owner = OTHER): void {
  writeFileSync(path, "");
  chmodSync(path, 0o666);
  chownSync(path, owner, owner);
}

async function openAsUs(path: string): Promise<readonly string[]> {
  const child = startChild("fail", path, String(US));
  await child.end;
  return child.lines();
}

describe.runIf(canChown)("another user's file in the place of the inbox is refused", () => {
  const refused = [expect.stringMatching(/belongs to another user.*Remove it/)];

  test.each<[string, number, number]>([
    ["where everybody may write", 0o777, 0],
    ["where everybody may write, but remove only what is theirs", 0o1777, 0],
    ["in a folder of theirs", 0o775, OTHER],
  ])("%s", async (_where, mode, owner) => {
    const path = sharedPath(mode, owner);
    plant(path);
    expect(await openAsUs(path)).toEqual(refused);
    expect(statSync(path).size).toBe(0);
  });

  test("behind a symbolic link, too", async () => {
    const path = sharedPath(0o777);
    const target = sharedPath(0o775, OTHER);
    plant(target);
    symlinkSync(target, path);
    expect(await openAsUs(path)).toEqual(refused);
    expect(statSync(target).size).toBe(0);
  });

  test("but not where nobody else could have put it: there, somebody shares it on purpose", async () => {
    const path = sharedPath(0o700, US);
    plant(path);
    expect(await openAsUs(path)).toEqual(["stored"]);
  });

  test("and ours is none, wherever it stands", async () => {
    const path = sharedPath(0o1777);
    expect(await openAsUs(path)).toEqual(["stored"]);
    expect((statSync(path).mode & 0o777).toString(8)).toBe("600");
    expect(await openAsUs(path)).toEqual(["stored"]);
  });
});

describe("a symbolic link in the place of the inbox", () => {
  test("to nothing is refused, and nothing is created behind it", async () => {
    const [path, target] = [newPath(), newPath()];
    symlinkSync(target, path);
    await expect(openStore(path).stats()).rejects.toThrow(/symbolic link to a file that does not/);
    expect(existsSync(target)).toBe(false);
  });

  test("to something else of ours leaves that as it is", async () => {
    const [path, target] = [newPath(), newPath()];
    writeFileSync(target, "a diary, perhaps\n".repeat(300));
    symlinkSync(target, path);
    await expect(openStore(path).stats()).rejects.toThrow(/is not a SQLite database/);
    expect(readFileSync(target, "utf8")).toMatch(/^a diary/);
  });

  test("to an inbox of ours is an inbox", async () => {
    const [path, target] = [newPath(), newPath()];
    const store = openStore(target);
    await appendAll(store, ["a"]);
    await store.close();
    symlinkSync(target, path);
    expect(await openStore(path).stats()).toMatchObject({ waiting: 1 });
  });
});
