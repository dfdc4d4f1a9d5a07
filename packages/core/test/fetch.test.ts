import { describe, expect, test, vi } from "vitest";
import { whatsappWebhooks } from "../src/fetch.ts";
import { createWebhooks, type Webhooks } from "../src/index.ts";
import { type CapturedLog, capturedLog } from "./support/captured-log.ts";
import { SECRET, signature, TOKEN } from "./support/requests.ts";

/** Gives one event: the empty entry. */
const BODY = '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[]}]}';

function start(): { webhooks: Webhooks; log: CapturedLog } {
  const log = capturedLog();
  const webhooks = createWebhooks({ appSecret: SECRET, verifyToken: TOKEN, logger: log });
  webhooks.on("*", () => {});
  return { webhooks, log };
}

function post(path = "/webhooks/whatsapp", body = BODY): Request {
  const headers = { "x-hub-signature-256": signature(BODY) };
  return new Request(`https://example.com${path}`, { method: "POST", headers, body });
}

/** As a server gives it: with the length that the sender named. */
function postShort(body: string | ReadableStream = BODY, length = BODY.length): Request {
  return new Request("https://example.com/webhooks/whatsapp", {
    method: "POST",
    headers: { "x-hub-signature-256": signature(BODY), "content-length": String(length) },
    body,
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
  });
}

describe("which requests are for the webhook", () => {
  test("all of them, without a path: the router chose", async () => {
    const handle = whatsappWebhooks(start().webhooks);
    expect((await handle(post("/any/where"))).status).toBe(200);
  });

  test("those of the path, if there is one; others are 404", async () => {
    const handle = whatsappWebhooks(start().webhooks, { path: "/wa/:tenant" });
    expect((await handle(post("/wa/north?a=b"))).status).toBe(200);
    const other = await handle(post("/wa"));
    expect([other.status, await other.text()]).toEqual([404, "not_found"]);
  });

  test("a path that is not one is refused where it is written", () => {
    expect(() => whatsappWebhooks(start().webhooks, { path: "wa" })).toThrow("full path");
  });
});

describe("bodies", () => {
  test("that somebody has read, or is reading, are lost: 500 and the mend in the log", async () => {
    const { webhooks, log } = start();
    const handle = whatsappWebhooks(webhooks);
    const read = post();
    await read.text();
    const beingRead = post();
    beingRead.body?.getReader();
    for (const request of [read, beingRead]) {
      const response = await handle(request);
      expect([response.status, await response.text()]).toEqual([500, "body_lost"]);
    }
    expect(log.lines).toMatchObject([
      { level: "error", message: expect.stringContaining("request.clone()") },
    ]);
  });

  test("that say how short they are, and are read by somebody else: lost, too", async () => {
    const { webhooks } = start();
    const handle = whatsappWebhooks(webhooks);
    const read = postShort();
    await read.text();
    const beingRead = postShort();
    beingRead.body?.getReader();
    for (const request of [read, beingRead]) {
      const response = await handle(request);
      expect([response.status, await response.text()]).toEqual([500, "body_lost"]);
    }
  });

  test("that say how short they are, are read at once: as they come, whatever they said", async () => {
    const handle = whatsappWebhooks(start().webhooks);
    for (const said of [BODY.length, 1, 65_536])
      expect((await handle(postShort(BODY, said))).status).toBe(200);
  });

  test("that say how short they are, and are cut off: 400", async () => {
    const handle = whatsappWebhooks(start().webhooks);
    const broken = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("{"));
        controller.error(new Error("gone"));
      },
    });
    const response = await handle(postShort(broken));
    expect([response.status, await response.text()]).toEqual([400, "body_aborted"]);
  });

  test("that say how short they are, and do not come: 408 in time, and their room is given back", async () => {
    vi.useFakeTimers();
    const webhooks = createWebhooks({
      appSecret: SECRET,
      verifyToken: TOKEN,
      logger: capturedLog(),
      readTimeoutMs: 3_000,
      unverifiedLimitBytes: 65_536,
    });
    const handle = whatsappWebhooks(webhooks);
    const stalled = handle(postShort(new ReadableStream(), 65_536));
    await vi.advanceTimersByTimeAsync(0);
    const beside = await handle(postShort());
    expect([beside.status, await beside.text()]).toEqual([503, "unverified_limit"]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect((await stalled).status).toBe(408);
    vi.useRealTimers();
    expect((await handle(postShort())).status).toBe(200);
    await webhooks.close();
  });

  test("that are compressed, and that are longer than they may be, are refused unread", async () => {
    const webhooks = createWebhooks({
      appSecret: SECRET,
      verifyToken: TOKEN,
      logger: capturedLog(),
      bodyLimitBytes: 10,
    });
    const handle = whatsappWebhooks(webhooks);
    expect((await handle(postShort())).status).toBe(413);
    expect((await handle(postShort(BODY, 5))).status).toBe(413);
    const compressed = postShort(BODY, 5);
    compressed.headers.set("content-encoding", "gzip");
    expect((await handle(compressed)).status).toBe(415);
  });

  test("that were read from a clone are still there", async () => {
    const request = post();
    await request.clone().text();
    expect((await whatsappWebhooks(start().webhooks)(request)).status).toBe(200);
  });

  test("that are absent are empty, and so not what was signed", async () => {
    const headers = { "x-hub-signature-256": signature(BODY) };
    const request = new Request("https://example.com/", { method: "POST", headers });
    expect((await whatsappWebhooks(start().webhooks)(request)).status).toBe(401);
  });
});

describe("waitUntil", () => {
  test("gets the work of a notification, which ends when the handlers have run", async () => {
    const { webhooks } = start();
    let isHandled = false;
    webhooks.on("*", async () => {
      await new Promise((resolve) => setImmediate(resolve));
      isHandled = true;
    });
    const waitUntil = vi.fn<(work: Promise<unknown>) => void>();
    await whatsappWebhooks(webhooks, { waitUntil })(post());
    expect(isHandled).toBe(false);
    await waitUntil.mock.calls[0]?.[0];
    expect(isHandled).toBe(true);
  });

  test("of another argument comes before the option, and keeps its this", async () => {
    const option = vi.fn();
    class Context {
      readonly work: Promise<unknown>[] = [];
      waitUntil(work: Promise<unknown>): void {
        this.work.push(work);
      }
    }
    const context = new Context();
    await whatsappWebhooks(start().webhooks, { waitUntil: option })(post(), context);
    expect(context.work).toHaveLength(1);
    expect(option).not.toHaveBeenCalled();
  });

  test("of the third argument is found, as workers give the environment before it", async () => {
    const context = { waitUntil: vi.fn() };
    const worker = { fetch: whatsappWebhooks(start().webhooks) };
    await worker.fetch(post(), { WHATSAPP_APP_SECRET: SECRET }, context);
    expect(context.waitUntil).toHaveBeenCalledOnce();
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["the params of a route", { params: {} }],
  ])("is not expected of %s as the second argument", async (_what, context) => {
    const option = vi.fn();
    const handle = whatsappWebhooks(start().webhooks, { waitUntil: option });
    expect((await handle(post(), context)).status).toBe(200);
    expect(option).toHaveBeenCalledOnce();
  });

  test("is not bothered with refusals and handshakes", async () => {
    const waitUntil = vi.fn();
    const handle = whatsappWebhooks(start().webhooks, { waitUntil });
    const query = new URLSearchParams({
      "hub.mode": "subscribe",
      "hub.verify_token": TOKEN,
      "hub.challenge": "1",
    });
    expect((await handle(new Request(`https://example.com/?${query}`))).status).toBe(200);
    expect((await handle(post("/", "another body"))).status).toBe(401);
    expect(waitUntil).not.toHaveBeenCalled();
  });
});

test("where there are no timers outside of a request, that is refused with the mend", () => {
  const disallowed = new Error("Disallowed operation called within global scope.");
  vi.stubGlobal("setTimeout", () => {
    throw disallowed;
  });
  try {
    const { webhooks } = start();
    expect(() => whatsappWebhooks(webhooks)).toThrow(
      expect.objectContaining({
        code: "option_invalid",
        message: expect.stringContaining("inside fetch(), for each request"),
        cause: disallowed,
      }),
    );
  } finally {
    vi.unstubAllGlobals();
  }
});
