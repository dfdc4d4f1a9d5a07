import { batch, inject, notification, signed } from "@whatsapp-webhooks/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { describeWithRedis, newPrefix, type SharedRedis } from "./support/redis.ts";
import { type Receiving, receiving } from "./support/webhooks.ts";

const PATIENCE = { timeout: 20_000, interval: 20 };

function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

const totalsOf = ({ client }: SharedRedis, prefix: string) => client.hgetall(`${prefix}:totals`);

async function settled(redis: SharedRedis, prefix: string): Promise<void> {
  await vi.waitFor(
    async () => expect(await totalsOf(redis, prefix)).toEqual({ count: "0", bytes: "0" }),
    PATIENCE,
  );
}

/** Data of all parts that wait or are under way. */
async function partsIn({ client }: SharedRedis, prefix: string): Promise<[string, object][]> {
  const keys = await client.keys(`${prefix}:parts:*-*`);
  const jobs = keys.filter((key) => /:[\w-]+-\d+$/.test(key));
  return Promise.all(
    jobs.map(
      async (key): Promise<[string, object]> => [
        key,
        JSON.parse((await client.hget(key, "data")) ?? "{}"),
      ],
    ),
  );
}

describeWithRedis("what passes from one process to another", (redis) => {
  test("closed while handlers run: what is not finished is there for others at once", async () => {
    const prefix = newPrefix();
    onTestFinished(() => redis.remove(prefix));
    const options = { connection: { url: redis.url }, prefix };
    const { passed, open } = gate();
    onTestFinished(open);
    const first = await receiving(options, () => passed);
    for (const from of ["12125550101", "12125550102", "12125550102"])
      expect(await first.post(`to ${from}`, from)).toBe(200);
    await vi.waitFor(() => expect(first.heard).toHaveLength(2), PATIENCE);
    await first.webhooks.close({ timeoutMs: 50 });
    // No lock has to run out: nobody has one.
    expect(await redis.client.keys(`${prefix}:*:lock`)).toEqual([]);
    expect(await redis.client.llen(`${prefix}:parts:active`)).toBe(0);
    const second = await receiving(options);
    await vi.waitFor(() => expect(second.heard).toHaveLength(3), PATIENCE);
    await settled(redis, prefix);
  });

  test("a process of another version, which writes what this one does not know: it is kept until the end", async () => {
    const prefix = newPrefix();
    onTestFinished(() => redis.remove(prefix));
    const options = { connection: { url: redis.url }, prefix };
    const { passed, open } = gate();
    const first = await receiving(options, () => passed);
    expect(await first.post("first")).toBe(200);
    expect(await first.post("second")).toBe(200);
    // The second waits for the first.
    await vi.waitFor(async () => expect(await partsIn(redis, prefix)).toHaveLength(2), PATIENCE);
    const parts = await partsIn(redis, prefix);
    const [key, data] =
      parts.find(([, { t }]: [string, { t?: string }]) => t?.includes("second")) ?? [];
    await redis.client.hset(key ?? "", "data", JSON.stringify({ ...data, later: ["x"] }));
    open();
    await first.webhooks.close();
    const second = await receiving({ ...options, role: "work" }, () => {
      throw new Error("never");
    });
    const third = await receiving({ ...options, role: "receive" });
    await vi.waitFor(
      async () => expect(await third.inbox.deadLetters.list()).toHaveLength(1),
      PATIENCE,
    );
    expect(second.heard).toEqual(["second", "second", "second"]);
    const [letter = ""] = await redis.client.keys(`${prefix}:letter:*`);
    expect(JSON.parse((await redis.client.hget(letter, "data")) ?? "")).toMatchObject({
      later: ["x"],
    });
    await settled(redis, prefix);
  });

  test("roles change: what one process received and began, one of another role goes on with", async () => {
    const prefix = newPrefix();
    onTestFinished(() => redis.remove(prefix));
    const options = { connection: { url: redis.url }, prefix };
    const web = await receiving({ ...options, role: "receive" });
    expect(await web.post("a")).toBe(200);
    await web.webhooks.close();
    const both = await receiving(options);
    await vi.waitFor(() => expect(both.heard).toEqual(["a"]), PATIENCE);
    expect(await both.post("b")).toBe(200);
    const worker = await receiving({ ...options, role: "work" });
    await both.webhooks.close();
    const again = await receiving({ ...options, role: "receive" });
    expect(await again.post("c")).toBe(200);
    await vi.waitFor(
      () => expect([...both.heard, ...worker.heard]).toEqual(["a", "b", "c"]),
      PATIENCE,
    );
  });

  test("a part in the middle of a conversation is dead-lettered: the rest keeps its order, and others do not wait", async () => {
    const prefix = newPrefix();
    onTestFinished(() => redis.remove(prefix));
    let isBroken = true;
    const { passed, open } = gate();
    const { inbox, post, heard } = await receiving(
      { connection: { url: redis.url }, prefix },
      async ({ data }) => {
        if (data.text.body === "1") await passed;
        if (data.text.body === "2" && isBroken) throw new Error("broken");
      },
    );
    for (const text of ["1", "2", "3", "4"]) expect(await post(text)).toBe(200);
    expect(await post("else", "12125550102")).toBe(200);
    await vi.waitFor(() => expect([...heard].sort()).toEqual(["1", "else"]), PATIENCE);
    open();
    const mine = (): string[] => heard.filter((text) => text !== "else");
    await vi.waitFor(() => expect(mine()).toEqual(["1", "2", "2", "2", "3", "4"]), PATIENCE);
    isBroken = false;
    const letters = await inbox.deadLetters.list();
    expect(await inbox.deadLetters.replay(letters.map(({ id }) => id))).toBe(1);
    await vi.waitFor(() => expect(mine().at(-1)).toBe("2"), PATIENCE);
    await settled(redis, prefix);
  });

  test("a thousand conversations in one notification: each is handled once, by whoever is free", async () => {
    const prefix = newPrefix();
    onTestFinished(() => redis.remove(prefix));
    const options = { connection: { url: redis.url }, prefix };
    const workers: readonly Receiving[] = [await receiving(options), await receiving(options)];
    const texts = Array.from({ length: 1_000 }, (_, i) => `text ${i}`);
    const body = batch(
      ...texts.map((text, i) => notification({ text, from: String(12125550000 + i) })),
    );
    const [{ webhooks }] = workers as [Receiving];
    expect((await inject(webhooks, signed(body, "secret"))).status).toBe(200);
    const heard = (): string[] => workers.flatMap((worker) => worker.heard);
    await vi.waitFor(() => expect(heard()).toHaveLength(1_000), { timeout: 60_000, interval: 50 });
    expect(new Set(heard()).size).toBe(1_000);
    await settled(redis, prefix);
  }, 90_000);
});
