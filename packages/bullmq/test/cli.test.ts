import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { describeWithRedis, newPrefix } from "./support/redis.ts";
import { receiving } from "./support/webhooks.ts";

const cli = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "--conditions=@whatsapp-webhooks/source", cli, ...args],
    { encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

describeWithRedis("whatsapp-webhooks-inbox", (redis) => {
  test("list, show, replay, discard and erase, as with SQLite", { timeout: 120_000 }, async () => {
    const prefix = newPrefix();
    let isBroken = true;
    const { post, inbox, heard } = await receiving(
      { connection: { url: redis.url }, prefix },
      () => {
        if (isBroken) throw new Error("broken");
      },
    );
    for (const [i, text] of ["first", "second", "third"].entries())
      expect(await post(text, `1212555010${i}`)).toBe(200);
    await vi.waitFor(async () => expect(await inbox.deadLetters.list()).toHaveLength(3), 20_000);
    isBroken = false;
    const on = (...args: string[]) => run(redis.url, ...args, "--prefix", prefix);
    const list = JSON.parse(on("list", "--json").stdout) as { id: string; attempts: number }[];
    expect(list.map(({ attempts }) => attempts)).toEqual([3, 3, 3]);
    const letters = await inbox.deadLetters.list();
    expect(list.map(({ id }) => id)).toEqual(letters.map(({ id }) => id));
    const [id = ""] = list.map((each) => each.id);
    const shown = on("show", id);
    expect(shown.stdout).toContain("message.text");
    expect(shown.stdout).not.toMatch(/first|second|third/);
    const body = JSON.parse(on("show", id, "--body").stdout) as object;
    expect(JSON.stringify(body)).toMatch(/first|second|third/);
    const before = heard.length;
    expect(on("replay", id)).toMatchObject({ status: 0, stdout: "1 replayed\n" });
    await vi.waitFor(() => expect(heard.length).toBe(before + 1), 20_000);
    expect(on("stats", "--json").stdout).toContain('"deadLetters":2');
    const left = await Promise.all(
      list.slice(1).map(async (each) => (await inbox.deadLetters.show(each.id))?.body),
    );
    const [, phone = ""] = /"from":"(\d+)"/.exec(String(left[0] && Buffer.from(left[0]))) ?? [];
    expect(on("erase", phone).stdout).toBe("1 erased\n");
    expect(on("discard", "--all").stdout).toBe("1 discarded\n");
    expect(on().stdout).toBe("no dead letters\n");
    await redis.remove(prefix);
  });

  test("a Redis that is not there is one line, without the password", { timeout: 60_000 }, () => {
    const result = run("redis://user:hunter2@127.0.0.1:1", "list");
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/redis:\/\/127\.0\.0\.1:1\/0 cannot be used/);
    expect(result.stderr).not.toContain("hunter2");
  });
});
