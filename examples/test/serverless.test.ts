import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { isRedisMissing, RedisServer } from "../../packages/bullmq/test/support/redis-server.ts";
import { Wire } from "../../packages/bullmq/test/support/wire.ts";
import { OrdersService } from "./support/orders-service.ts";
import { settings, sign } from "./support/start.ts";

const isSkipped = isRedisMissing && process.env.CI === undefined;
if (isSkipped) console.warn("Skipped: there is no redis-server on this machine.");
const DAY_SECONDS = 24 * 60 * 60;

describe.skipIf(isSkipped)("the serverless example", () => {
  const server = new RedisServer();
  const orders = new OrdersService();
  const instances: Instance[] = [];
  let logged = "";

  beforeAll(async () => {
    await Promise.all([server.start(), orders.start()]);
    const env = { ...settings, ORDERS_URL: orders.url };
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const keep = (text: unknown) => {
      logged += `${text}\n`;
      return true;
    };
    vi.spyOn(console, "error").mockImplementation(keep);
    vi.spyOn(process.stderr, "write").mockImplementation(keep);
  });

  afterEach(() => {
    expect(logged).not.toMatch(/wamid|12125550/);
    logged = "";
    for (const { redis } of instances.splice(0)) redis.disconnect();
    orders.heard.length = 0;
    orders.refused.clear();
  });

  afterAll(async () => {
    orders.end();
    await server.end();
  });

  /** The function as the platform would start it once more: modules of its own, connections of its own. */
  async function instance(redisUrl = server.url): Promise<Instance> {
    vi.resetModules();
    vi.stubEnv("REDIS_URL", redisUrl);
    const { default: app } = await import("../serverless/function.ts");
    const { redis } = await import("../serverless/redis.ts");
    const deliver = (body: string) =>
      app.fetch(new Request("https://example.com/", { method: "POST", body, headers: sign(body) }));
    instances.push({ deliver, redis });
    return { deliver, redis };
  }

  /** Lets the orders service answer when the test says so. */
  function holdOrders(): () => void {
    let release = (): void => {};
    orders.gate = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  test("answers 200 when the handlers have succeeded, and not before", async () => {
    const { deliver, redis } = await instance();
    await redis.flushall();
    const release = holdOrders();
    let status: number | undefined;
    const answer = deliver(notification(text("two loaves"))).then((response) => {
      status = response.status;
    });
    await vi.waitFor(() => expect(orders.heard).toEqual(["two loaves"]));
    expect(await redis.dbsize()).toBe(0);
    expect(status).toBeUndefined();
    release();
    await answer;
    expect(status).toBe(200);
    expect(orders.idempotencyKeys.slice(-1)).toEqual([
      expect.stringMatching(/^message:wamid\.\d+:text$/),
    ]);
  });

  test("remembers hashes, for longer than the platform's seven days", async () => {
    const { deliver, redis } = await instance();
    await redis.flushall();
    await deliver(notification(text("a"), text("b")));
    const keys = await redis.keys("*");
    expect(keys).toEqual(Array(2).fill(expect.stringMatching(/^\{whatsapp-seen\}:[\w-]{43}$/)));
    for (const key of keys) expect(await redis.ttl(key)).toBeGreaterThan(7.5 * DAY_SECONDS);
  });

  test("of a batch the platform's retry runs what failed, in another instance too", async () => {
    const [first, second] = [await instance(), await instance()];
    const body = notification(text("good"), text("bad"), text("fine"));
    orders.refused.add("bad");
    const refusal = await first.deliver(body);
    expect([refusal.status, refusal.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(orders.heard.splice(0).sort()).toEqual(["bad", "fine", "good"]);

    expect((await second.deliver(body)).status).toBe(503);
    expect((await first.deliver(body)).status).toBe(503);
    expect(orders.heard.splice(0)).toEqual(["bad", "bad"]);

    orders.refused.clear();
    expect((await second.deliver(body)).status).toBe(200);
    expect((await first.deliver(body)).status).toBe(200);
    expect(orders.heard).toEqual(["bad"]);
  });

  test("the same event in another body is not handled again, by no instance", async () => {
    const [first, second] = [await instance(), await instance()];
    const same = text("same");
    expect((await first.deliver(notification(same))).status).toBe(200);
    expect((await second.deliver(notification(same, text("other")))).status).toBe(200);
    expect((await first.deliver(notification(text("last"), same))).status).toBe(200);
    expect(orders.heard).toEqual(["same", "other", "last"]);
  });

  test("the same body in two instances at one time is handled by both: keys are kept after success", async () => {
    const [first, second] = [await instance(), await instance()];
    const body = notification(text("twice"));
    const release = holdOrders();
    const answers = [first.deliver(body), second.deliver(body)];
    await vi.waitFor(() => expect(orders.heard).toEqual(["twice", "twice"]));
    release();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
    const [one, other] = orders.idempotencyKeys.slice(-2);
    expect(one).toBe(other);
  });

  test("a connection that died while the process was frozen is given up for a new one", async () => {
    const wire = new Wire(server.url);
    await wire.start();
    const { deliver, redis } = await instance(wire.url);
    await redis.ping();
    wire.cut();
    await untilAccepted(deliver, notification(text("thawed")));
    expect(orders.heard).toEqual(["thawed"]);
    wire.end();
  });

  describe("when Redis is away", () => {
    const MOST_MS = 10_000;

    test("and refuses connections: 503, and no handler has run", async () => {
      await server.kill();
      const { deliver } = await instance();
      const body = notification(text("patience"));
      const response = await within(MOST_MS, deliver(body));
      expect([response.status, await response.text()]).toEqual([503, "inbox_failed"]);
      expect(orders.heard).toEqual([]);
      expect(logged).toMatch(/Redis: .*inbox_failed: /s);
      await server.start();
      await untilAccepted(deliver, body);
      expect(orders.heard).toEqual(["patience"]);
    });

    test("and says nothing on its connections: 503, and the next retry gets new ones", async () => {
      const { deliver, redis } = await instance();
      await redis.ping();
      server.freeze();
      const body = notification(text("silence"));
      for (let retry = 0; retry < 2; retry++)
        expect((await within(MOST_MS, deliver(body))).status).toBe(503);
      expect(orders.heard).toEqual([]);
      server.resume();
      await untilAccepted(deliver, body);
      expect(orders.heard).toEqual(["silence"]);
    });

    test("when a handler has succeeded: 503, and its instance remembers for it until the retry", async () => {
      const [first, second] = [await instance(), await instance()];
      const release = holdOrders();
      const body = notification(text("once"));
      const answer = first.deliver(body);
      await vi.waitFor(() => expect(orders.heard).toEqual(["once"]));
      await server.kill();
      release();
      expect((await within(MOST_MS, answer)).status).toBe(503);
      await server.start();
      await untilAccepted(first.deliver, body);
      await untilAccepted(second.deliver, body);
      expect(orders.heard).toEqual(["once"]);
    });
  });
});

interface Instance {
  readonly deliver: Deliver;
  readonly redis: typeof import("../serverless/redis.ts").redis;
}

type Deliver = (body: string) => Promise<Response>;

let serial = 0;

/** A message as it stands in a body, each from another customer. */
function text(body: string): object {
  const id = ++serial;
  const from = String(12125550100 + id);
  return { from, id: `wamid.${id}`, timestamp: "1790000000", type: "text", text: { body } };
}

function notification(...messages: readonly object[]): string {
  const metadata = { display_phone_number: "12125550188", phone_number_id: "700000000000001" };
  const value = { messaging_product: "whatsapp", metadata, messages };
  const entry = [{ id: "800000000000001", changes: [{ field: "messages", value }] }];
  return JSON.stringify({ object: "whatsapp_business_account", entry });
}

/** As the platform does it: again, until the answer is 200. */
async function untilAccepted(deliver: Deliver, body: string): Promise<void> {
  await vi.waitFor(async () => expect((await deliver(body)).status).toBe(200), {
    timeout: 30_000,
    interval: 100,
  });
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It took more than ${ms} ms.`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
