import { expect, test } from "vitest";
import { manyMachines } from "./support/many-machines.ts";
import { describeWithServers } from "./support/redis.ts";

describeWithServers("two receivers and three workers", () => {
  test("each killed under load, and Redis too: nothing acknowledged is lost, nothing has its effect twice, conversations keep their order", async () => {
    const report = await manyMachines({ items: 3_000, kills: 4 });
    expect(report.acknowledged).toBeGreaterThanOrEqual(3_000);
    expect(report).toMatchObject({ lost: [], disordered: [], unexplained: [], redisKills: 1 });
    expect(report.counted).toEqual({ count: "0", bytes: "0" });
  }, 300_000);
});
