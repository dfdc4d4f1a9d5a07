import { expect, test } from "vitest";
import { judge, manyMachines } from "./support/many-machines.ts";
import { describeWithServers } from "./support/redis.ts";

describeWithServers("two receivers and three workers", () => {
  test("each killed under load, and Redis too: nothing acknowledged is lost, nothing has its effect twice, conversations keep their order", async () => {
    const report = await manyMachines({ items: 3_000, kills: 4 });
    expect(report.acknowledged).toBeGreaterThanOrEqual(3_000);
    expect(report).toMatchObject({ lost: [], disordered: [], unexplained: [], redisKills: 1 });
    expect(report.counted).toEqual({ count: "0", bytes: "0" });
  }, 300_000);
});

test.each([
  ["in the process that was killed, just before it was", "killed 7 2000", []],
  ["when Redis was killed", "killed redis 2000", []],
  ["long before its process was killed", "killed 7 9000", ["1/0"]],
  ["long before Redis was killed", "killed redis 9000", ["1/0"]],
  ["in another process than the killed one", "killed 9 2000", ["1/0"]],
])("a handler that had run %s, and runs again", (_when, killed, unexplained) => {
  const effects = `1/0 7 1000\n${killed}\n1/0 8 9500\n`;
  const acknowledged = new Set(["1/0"]);
  expect(judge(effects, acknowledged)).toMatchObject({ repeated: 1, unexplained, lost: [] });
});
