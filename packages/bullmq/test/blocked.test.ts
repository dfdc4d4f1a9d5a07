import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { Member } from "./support/crew.ts";
import { describeWithRedis, newPrefix } from "./support/redis.ts";
import { receiving } from "./support/webhooks.ts";

/** A line of the worker's: the text, its process, when. */
const EFFECT = /^(.+) (\d+) \d+$/;

describeWithRedis("a worker whose event loop stands still", (redis) => {
  test("for longer than a lock lasts: its work is done elsewhere, nothing is lost, later ones wait, and its log says so", async () => {
    const prefix = newPrefix();
    const folder = mkdtempSync(join(tmpdir(), "blocked-"));
    const effects = join(folder, "effects");
    const args = [redis.url, prefix, effects, "1", "0"];
    const members = [1, 2].map(() => new Member("worker.ts", ...args));
    onTestFinished(async () => {
      await Promise.all(members.map((member) => member.stop("SIGKILL")));
      rmSync(folder, { recursive: true, force: true });
      await redis.remove(prefix);
    });
    await Promise.all(members.map((member) => member.start()));
    const web = await receiving({ connection: { url: redis.url }, prefix, role: "receive" });
    expect(await web.post("blocks")).toBe(200);
    expect(await web.post("later")).toBe(200);
    const others = Array.from({ length: 20 }, (_, i) => `other ${i}`);
    for (const [i, text] of others.entries())
      expect(await web.post(text, `121255502${10 + i}`)).toBe(200);
    const lines = (): string[] =>
      existsSync(effects) ? readFileSync(effects, "utf8").split("\n").filter(Boolean) : [];
    const pidsOf = (text: string): string[] =>
      lines().flatMap((line) => {
        const [, said, pid = ""] = EFFECT.exec(line) ?? [];
        return said === text ? [pid] : [];
      });
    const all = ["blocks", "later", ...others];
    await vi.waitFor(() => {
      for (const text of all) expect(pidsOf(text).length).toBeGreaterThan(0);
      // It has gone on, and said its own.
      expect(pidsOf("blocks")).toHaveLength(2);
    }, 60_000);
    expect(new Set(pidsOf("blocks")).size).toBe(2);
    const texts = lines().map((line) => EFFECT.exec(line)?.[1]);
    expect(texts.indexOf("later")).toBeGreaterThan(texts.indexOf("blocks"));
    expect(pidsOf("later")).toHaveLength(1);
    const log = members.map((member) => member.log).join("");
    expect(log).toMatch(/stood still for \d+\.\d s/);
    await vi.waitFor(async () => {
      const totals = await redis.client.hgetall(`${prefix}:totals`);
      expect(totals).toEqual({ count: "0", bytes: "0" });
    }, 20_000);
  }, 120_000);
});
