import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { killNine } from "./support/kill-nine.ts";

test("kill -9 at random moments under load: nothing acknowledged is lost, nothing has its effect twice", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kill-nine-"));
  try {
    const report = await killNine(folder, 3);
    expect(report.acknowledged).toBeGreaterThan(10);
    expect(report).toMatchObject({ lost: [], doubled: [] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);
