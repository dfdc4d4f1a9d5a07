import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../src/storage/sqlite-storage.ts";

test.skipIf(process.platform === "win32")(
  "what is kept in a file is for its owner alone",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "storage-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
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
