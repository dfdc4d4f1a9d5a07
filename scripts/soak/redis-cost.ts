// What a notification costs in Redis, and how far more workers help when handlers are slow: `redis-cost.ts [notifications]`.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { inject, notification, signed } from "@whatsapp-webhooks/testing";
import { Redis } from "ioredis";
import { bullmqInbox } from "../../packages/bullmq/src/index.ts";
import { Member } from "../../packages/bullmq/test/support/crew.ts";
import { DURABLE, RedisServer } from "../../packages/bullmq/test/support/redis-server.ts";

const COUNT = Number(process.argv[2] ?? 2_000);
const PREFIX = "{cost}";
/** Slow handlers: each worker can do 16 in 200 ms, 80 in a second. */
const [HANDLER_MS, SLOTS] = [200, 16];

interface Sample {
  readonly commands: number;
  readonly scripts: number;
  readonly sent: number;
  readonly log: number;
  readonly memory: number;
}

async function sampleOf(client: Redis): Promise<Sample> {
  const info = (await client.info("all")).split("\r\n");
  const number = (name: string): number =>
    Number(info.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1));
  const calls = info.flatMap((line) => {
    const [, name = "", count = "0"] = /^cmdstat_([^:]+):calls=(\d+)/.exec(line) ?? [];
    return name === "" ? [] : [[name, Number(count)] as const];
  });
  const sum = (some: readonly (readonly [string, number])[]): number =>
    some.reduce((total, [, count]) => total + count, 0);
  return {
    commands: sum(calls),
    scripts: sum(calls.filter(([name]) => name.startsWith("eval"))),
    sent: number("total_net_input_bytes") + number("total_net_output_bytes"),
    log: number("aof_current_size"),
    memory: number("used_memory"),
  };
}

async function measure(workers: number, takesMs: number, slots: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "redis-cost-"));
  const effects = join(folder, "effects");
  const redis = new RedisServer([...DURABLE, "--auto-aof-rewrite-percentage", "0"]);
  await redis.start();
  const client = new Redis(redis.url);
  const inbox = bullmqInbox({ connection: { url: redis.url }, prefix: PREFIX, role: "receive" });
  const webhooks = createWebhooks({ appSecret: "secret", verifyToken: "token", inbox });
  const put = async (i: number): Promise<void> => {
    const from = String(12125550000 + (i % 500));
    const { status } = await inject(
      webhooks,
      signed(notification({ text: `${i}`, from }), "secret"),
    );
    if (status !== 200) throw new Error(`answered ${status}`);
  };
  // Scripts are sent once.
  await put(-1);
  const before = await sampleOf(client);
  let next = 0;
  const putting = async (): Promise<void> => {
    while (next < COUNT) await put(next++);
  };
  await Promise.all(Array.from({ length: 32 }, putting));
  const stored = await sampleOf(client);
  const args = [redis.url, PREFIX, effects, `${takesMs}`, "0", `${slots}`];
  const crew = Array.from({ length: workers }, () => new Member("worker.ts", ...args));
  await Promise.all(crew.map((member) => member.start()));
  const lines = (): number =>
    existsSync(effects) ? readFileSync(effects, "utf8").split("\n").length - 1 : 0;
  while (lines() === 0) await sleep(5);
  const began = performance.now();
  while (lines() < COUNT) await sleep(20);
  const perSecond = Math.round(COUNT / ((performance.now() - began) / 1_000));
  await sleep(500);
  const after = await sampleOf(client);
  await Promise.all(crew.map((member) => member.stop()));
  await webhooks.close();
  client.disconnect();
  await redis.end();
  rmSync(folder, { recursive: true });
  const each = (of: (sample: Sample) => number, from: Sample, to: Sample): string =>
    ((of(to) - of(from)) / COUNT).toFixed(1);
  console.log(
    `${workers} worker(s), handlers of ${takesMs} ms, ${slots} at a time: ${perSecond}/s; for each notification ` +
      `${each((s) => s.scripts, before, stored)} + ${each((s) => s.scripts, stored, after)} scripts, ` +
      `${each((s) => s.commands, before, stored)} + ${each((s) => s.commands, stored, after)} commands with those in scripts, ` +
      `${each((s) => s.sent, before, after)} bytes to and fro, ${each((s) => s.log, before, after)} of log; ` +
      `${each((s) => s.memory, before, stored)} bytes of memory while it waits, ${each((s) => s.memory, before, after)} after`,
  );
}

for (const workers of [1, 2, 4]) await measure(workers, HANDLER_MS, SLOTS);
await measure(1, 0, 64);
