import { describe, expect, test } from "vitest";
import { createWebhooks, type Inbox, memoryInbox, storeInbox } from "../src/index.ts";
import { capturedLog } from "./support/captured-log.ts";
import { cloudBody, gate, SECRET, signedRequest, TOKEN, text } from "./support/notifications.ts";
import { tame } from "./support/tame-store.ts";

function webhooksWith(inbox: Inbox) {
  return createWebhooks({ appSecret: SECRET, verifyToken: TOKEN, logger: capturedLog(), inbox });
}

const stats = {
  waiting: 3,
  waitingBytes: 300,
  deadLetters: 1,
  deadLetterBytes: 612,
  deadLetterLimitBytes: 1_000,
  deadLettersDropped: 0,
};

describe("health", () => {
  test("is ready before the first notification with an inbox in memory, and started after", async () => {
    const webhooks = webhooksWith(memoryInbox());
    webhooks.on("*", () => {});
    expect(await webhooks.health()).toEqual({
      status: "ready",
      ready: true,
      started: false,
      draining: false,
      inbox: {
        reachable: true,
        waiting: 0,
        waitingBytes: 0,
        oldestAgeMs: 0,
        deadLetters: 0,
        deadLetterBytes: 0,
        deadLetterLimitBytes: 8 * 1024 * 1024,
      },
    });
    await webhooks.receive(signedRequest(cloudBody([text("a")])));
    await expect.poll(async () => (await webhooks.health()).started).toBe(true);
    await webhooks.close();
  });

  test("is not ready with a durable inbox until start(), and while closing", async () => {
    const { store } = tame({
      stats: async () => ({ ...stats, oldestReceivedAt: Date.now() - 5_000 }),
    });
    const webhooks = webhooksWith(storeInbox(store));
    webhooks.on("*", () => {});
    const before = await webhooks.health();
    expect([before.status, before.ready, before.started]).toEqual(["not_started", false, false]);
    await webhooks.start();
    const after = await webhooks.health();
    expect([after.status, after.ready, after.started]).toEqual(["ready", true, true]);
    expect(after.inbox).toMatchObject({ waiting: 3, waitingBytes: 300, deadLetters: 1 });
    expect(after.inbox.oldestAgeMs).toBeGreaterThanOrEqual(5_000);
    const closed = webhooks.close();
    const during = await webhooks.health();
    expect([during.status, during.ready, during.draining]).toEqual(["draining", false, true]);
    await closed;
  });

  test("of a process that only receives needs no start()", async () => {
    const webhooks = webhooksWith(storeInbox(tame().store, { role: "receive" }));
    expect((await webhooks.health()).status).toBe("ready");
    await webhooks.close();
  });

  test("takes an inbox that cannot be asked for reachable as far as anybody knows", async () => {
    const webhooks = webhooksWith({
      durable: false,
      put: async () => {},
      consume: async () => ({ close: async () => {} }),
      close: async () => {},
    });
    const { status, inbox } = await webhooks.health();
    expect([status, inbox]).toEqual(["ready", { reachable: undefined }]);
    await webhooks.close();
  });

  test("tells that the inbox is away, not where and why, and that it is back", async () => {
    let isAway = true;
    const secret = "password at 10.0.0.7";
    const { store } = tame({
      stats: async () => {
        if (isAway) throw new Error(secret);
        return stats;
      },
    });
    const webhooks = webhooksWith(storeInbox(store));
    webhooks.on("*", () => {});
    await webhooks.start();
    const away = await webhooks.health();
    expect([away.status, away.ready, away.inbox]).toEqual([
      "unreachable",
      false,
      { reachable: false },
    ]);
    expect(JSON.stringify(away)).not.toContain("10.0.0.7");
    isAway = false;
    await expect.poll(async () => (await webhooks.health()).status).toBe("ready");
    await webhooks.close();
  });

  test("answers in time though the inbox hangs, asks it one question at a time, and asks anew", async () => {
    const answer = gate<typeof stats>();
    let asked = 0;
    const { store } = tame({
      stats: async () => {
        asked++;
        return asked === 1 ? answer.promise : stats;
      },
    });
    const webhooks = webhooksWith(storeInbox(store));
    webhooks.on("*", () => {});
    await webhooks.start();
    const many = await Promise.all(
      Array.from({ length: 50 }, () => webhooks.health({ timeoutMs: 250 })),
    );
    expect(new Set(many.map(({ status }) => status))).toEqual(new Set(["unreachable"]));
    expect(asked).toBe(1);
    expect((await webhooks.health()).status).toBe("ready");
    expect(asked).toBe(2);
    answer.open(stats);
    await webhooks.close();
  });

  test("many calls at once are one question", async () => {
    let asked = 0;
    const { store } = tame({
      stats: async () => {
        asked++;
        return stats;
      },
    });
    const webhooks = webhooksWith(storeInbox(store));
    await Promise.all(Array.from({ length: 100 }, () => webhooks.health()));
    expect(asked).toBe(1);
    await webhooks.close();
  });
});
