import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { Engine } from "../src/engine.ts";
import { JobLoop } from "../src/job-loop.ts";
import { Layout } from "../src/layout.ts";
import { describeWithRedis, newPrefix } from "./support/redis.ts";

describeWithRedis("the lock of a job that is being cut", (redis) => {
  test("is renewed by who cuts it alone: a renewal in the midst of a step would spoil it", async () => {
    const prefix = newPrefix();
    const client = redis.client.duplicate({ maxRetriesPerRequest: null });
    const engine = await new Engine(client, new Layout(prefix)).ready();
    await engine.records.add("records", [], { jobId: "job" });
    const lock = `${engine.records.toKey("job")}:lock`;
    let left: Promise<number> | undefined;
    const loop = new JobLoop({
      engine,
      queue: "records",
      slots: 1,
      renewsItself: true,
      async handle() {
        // Others are renewed every second.
        await sleep(1_600);
        left = client.pttl(lock);
        await left;
      },
      async release() {},
    });
    onTestFinished(async () => {
      await loop.stop();
      loop.sever();
      client.disconnect();
      await redis.remove(prefix);
    });
    await vi.waitFor(() => expect(left).toBeDefined(), 20_000);
    expect(await left).toBeLessThan(1_500);
  });
});
