import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { freePort } from "../../packages/bullmq/test/support/free-port.ts";
import { isRedisMissing, RedisServer } from "../../packages/bullmq/test/support/redis-server.ts";
import {
  fixture,
  printed,
  type Started,
  settings,
  sign,
  startScript,
  urlOf,
} from "./support/start.ts";

const isSkipped = isRedisMissing && process.env.CI === undefined;
if (isSkipped) console.warn("Skipped: there is no redis-server on this machine.");

describe.skipIf(isSkipped)("the bullmq example", () => {
  const server = new RedisServer();
  beforeAll(() => server.start());
  afterAll(() => server.end());

  test("two web processes and three workers: what either took is handled, by one of them, and by another if that is killed", async () => {
    const env = { ...settings, REDIS_URL: server.url };
    const webs = [1, 2].map(() => startScript("example:bullmq:web", env));
    const healthPort = await freePort();
    const workers = [1, 2, 3].map((i) =>
      startScript("example:bullmq:worker", {
        ...env,
        ...(i === 3 ? { HEALTH_PORT: String(healthPort) } : {}),
      }),
    );
    const urls = await Promise.all(webs.map(urlOf));
    await Promise.all(workers.map(({ stderr }) => printed("works", stderr)));
    const worker = `http://localhost:${healthPort}`;
    for (const base of [...urls.map((url) => new URL(url).origin), worker]) {
      for (const name of ["live", "ready"]) {
        const response = await fetch(`${base}/health/${name}`);
        expect(response.status).toBe(200);
        expect(await response.json()).toMatchObject({ status: name });
      }
      expect((await fetch(`${base}/health/else`)).status).toBe(404);
      expect((await fetch(`${base}/health/ready/else`)).status).toBe(404);
    }
    const post = async (url: string, name: string) => {
      const body = fixture(name);
      return (await fetch(url, { method: "POST", body, headers: sign(body) })).status;
    };
    const handled = (): string[] =>
      workers.flatMap(({ stderr }) => stderr().match(/A text of \d+ characters/g) ?? []);
    expect(await post(urls[0] ?? "", "messages/text")).toBe(200);
    expect(await post(urls[1] ?? "", "messages/text")).toBe(200);
    await vi.waitFor(() => expect(handled()).toHaveLength(1), 20_000);
    const [first, ...others] = workers as [Started, ...Started[]];
    first.child.kill("SIGKILL");
    await first.exited;
    expect(await post(urls[1] ?? "", "messages/text-now")).toBe(200);
    await vi.waitFor(() => expect(handled()).toHaveLength(2), 20_000);
    for (const { child } of [...webs, ...others]) child.kill("SIGTERM");
    const codes = await Promise.all([...webs, ...others].map(({ exited }) => exited));
    expect(codes).toEqual([0, 0, 0, 0]);
    for (const { stderr } of webs) expect(stderr()).not.toContain("start()");
  });
});
