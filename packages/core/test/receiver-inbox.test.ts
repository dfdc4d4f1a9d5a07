import { afterEach, describe, expect, test, vi } from "vitest";
import { WebhookError } from "../src/errors.ts";
import type { InboxRecord } from "../src/inbox/inbox.ts";
import { memoryInbox } from "../src/inbox/memory-inbox.ts";
import { createWebhooks } from "../src/webhooks.ts";
import { inChunks } from "./support/body-streams.ts";
import { cloudBody, text } from "./support/notifications.ts";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { recordingInbox } from "./support/recording-inbox.ts";
import { BODY, post, SECRET, signedPost, signedStream } from "./support/requests.ts";

afterEach(() => {
  vi.useRealTimers();
});

const unavailable = (code: string) => ({
  status: 503,
  headers: { "content-type": "text/plain", "retry-after": "5" },
  body: code,
});

describe("an inbox that cannot take a notification is answered 503 with Retry-After", () => {
  test("full", async () => {
    const { log, receive } = receiverUnderTest({
      inbox: Object.assign(memoryInbox({ limitBytes: 600 }), { records: [] }),
    });
    expect((await receive(signedPost("{}"))).status).toBe(200);
    expect(await receive(signedPost("[]"))).toEqual(unavailable("inbox_full"));
    expect(log.lines).toMatchObject([{ level: "error", details: { code: "inbox_full" } }]);
  });

  test("closed", async () => {
    const inbox = Object.assign(memoryInbox(), { records: [] });
    const { receive } = receiverUnderTest({ inbox });
    await inbox.close();
    const { headers, ...closing } = unavailable("closing");
    expect(await receive(signedPost())).toEqual({
      ...closing,
      headers: { ...headers, connection: "close" },
    });
  });

  test.each<[string, () => Promise<void>, string]>([
    [
      "an error with a code",
      () => Promise.reject(Object.assign(new Error("disk of 12125550123"), { code: "ENOSPC" })),
      "Error ENOSPC",
    ],
    ["an error without", () => Promise.reject(new TypeError("12125550123")), "TypeError"],
    ["a text", () => Promise.reject("12125550123"), "string"],
    [
      "one of our errors that answers no request",
      () => Promise.reject(new WebhookError("record_dead_lettered", "12125550123")),
      "WebhookError record_dead_lettered",
    ],
    [
      "a throw before it promises anything",
      () => {
        throw new RangeError("12125550123");
      },
      "RangeError",
    ],
  ])("failing with %s: the log has its kind, not its text", async (_what, put, cause) => {
    const { receive, log } = receiverUnderTest({ inbox: { ...recordingInbox(), put } });
    expect(await receive(signedPost())).toEqual(unavailable("inbox_failed"));
    expect(log.lines).toEqual([
      {
        level: "error",
        details: { code: "inbox_failed", cause },
        message: expect.stringContaining("the platform will deliver it again"),
      },
    ]);
  });

  test("and once it works again, the same notification is taken", async () => {
    let works = false;
    const inbox = recordingInbox(async () => {
      if (!works) throw new Error("down");
    });
    const { receive } = receiverUnderTest({ inbox });
    expect((await receive(signedPost())).status).toBe(503);
    works = true;
    expect((await receive(signedPost())).status).toBe(200);
    expect(inbox.records).toHaveLength(1);
  });
});

describe("once the inbox works again", () => {
  test.each<[string, unknown, number]>([
    ["an error of its own", new Error("disk"), 1],
    ["inbox_failed", new WebhookError("inbox_failed", "down."), 1],
    ["inbox_full, which is no failure", new WebhookError("inbox_full", "full."), 0],
  ])("the log says so after %s", async (_what, cause, count) => {
    let works = false;
    const inbox = recordingInbox(async () => {
      if (!works) throw cause;
    });
    const { receive, log } = receiverUnderTest({ inbox });
    await receive(signedPost());
    works = true;
    await receive(signedPost());
    expect(log.lines.filter(({ message }) => message.includes("again; "))).toHaveLength(count);
  });
});

describe("what is stored", () => {
  async function recordOf(
    request: ReturnType<typeof signedPost>,
    options: Parameters<typeof receiverUnderTest>[0] = {},
  ): Promise<InboxRecord> {
    const { receive, inbox } = receiverUnderTest(options);
    expect((await receive(request)).status).toBe(200);
    expect(inbox.records).toHaveLength(1);
    return inbox.records[0] as InboxRecord;
  }

  test("the bytes, the time, and how the request was authenticated", async () => {
    vi.useFakeTimers({ now: 1_795_000_000_123, toFake: ["Date"] });
    expect(await recordOf(signedPost())).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      receivedAt: 1_795_000_000_123,
      auth: { kind: "signature" },
      body: Buffer.from(BODY),
    });
  });

  const TIMED = '{"object":"whatsapp_business_account","entry":[{"id":"1","time":1795000000}]}';
  const acme = { appSecret: () => ({ secret: SECRET, tenant: "acme" }) };

  test("the same id for the same bytes and tenant in every version: inboxes last", async () => {
    expect((await recordOf(signedPost(TIMED))).id).toBe("75d0f74d7c1acd672beaf60a40a37675");
    expect((await recordOf(signedPost(TIMED), acme)).id).toBe("6cab41fbb0a5723afd5cab73bbcb200e");
    vi.useFakeTimers({ now: 1_795_000_000_123, toFake: ["Date"] });
    expect((await recordOf(signedPost())).id).toBe("b30f55b1e7d83bbe63801269de8d4b47");
    expect((await recordOf(signedPost(), acme)).id).toBe("7c12eb986c0a840fd4b94fca5e29208d");
  });

  test.each([
    ["with a time: a repetition, whenever it comes", TIMED, 7 * 24 * 60, true],
    ["with a time of its own", '{"entry":[{"changes":[{"timestamp":"1"}]}]}', 7 * 24 * 60, true],
    [
      "without a time: a repetition for as long as the platform repeats most of them",
      BODY,
      59,
      true,
    ],
    ["without a time: another happening, after an hour", BODY, 60, false],
  ])("the same bytes %s", async (_what, body, minutes, isSame) => {
    const hour = 1_795_000_000_000 - (1_795_000_000_000 % 3_600_000);
    vi.useFakeTimers({ now: hour, toFake: ["Date"] });
    const first = [await recordOf(signedPost(body)), await recordOf(signedPost(body), acme)];
    vi.setSystemTime(hour + minutes * 60_000);
    const second = [await recordOf(signedPost(body)), await recordOf(signedPost(body), acme)];
    expect(second.map(({ id }, index) => id === first[index]?.id)).toEqual([isSame, isSame]);
    expect(new Set([...first, ...second].map(({ id }) => id)).size).toBe(isSame ? 2 : 4);
  });

  test("an id of the same form for an On-Premises body", async () => {
    const onPremises = { authorization: "Basic d2E6c2VzYW1l" };
    const { id } = await recordOf(post(BODY, onPremises), { onPremises });
    expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  test("the tenant and its accounts, as the secret function named them", async () => {
    const appSecret = () => ({ secret: "s", tenant: "acme", accounts: ["1", "2"] });
    const { auth } = await recordOf(signedPost(BODY, "s"), { appSecret });
    expect(auth).toEqual({ kind: "signature", tenant: "acme", accounts: ["1", "2"] });
  });

  test("and nothing else of the object that the secret function returned", async () => {
    const row = { secret: "s", tenant: "acme", accessToken: "EAAG-secret", kind: "on-premises" };
    const { auth } = await recordOf(signedPost(BODY, "s"), { appSecret: () => row });
    expect(auth).toEqual({ kind: "signature", tenant: "acme" });
  });

  test("no keys for what the function left undefined", async () => {
    const row = { secret: "s", tenant: undefined, accounts: undefined } as unknown as string;
    const { auth } = await recordOf(signedPost(BODY, "s"), { appSecret: () => row });
    expect(Object.keys(auth)).toEqual(["kind"]);
  });

  test("the same bytes with the same signature have the same id, however they arrived", async () => {
    const ids = [
      await recordOf(signedPost()),
      await recordOf(signedPost()),
      await recordOf(signedStream(BODY, inChunks(BODY, 5))),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
  });

  test("signed by another app, or before a change of secrets, the same bytes are told by their events", async () => {
    const webhooks = createWebhooks({ appSecret: ["new", "old"], verifyToken: "token" });
    let heard = 0;
    webhooks.on("message", () => {
      heard++;
    });
    const body = JSON.stringify(cloudBody([text("a")]));
    for (const secret of ["old", "new", "old"])
      expect((await webhooks.receive(signedPost(body, secret))).status).toBe(200);
    await webhooks.idle();
    expect(heard).toBe(1);
  });

  test("other bytes, or another tenant, have another id", async () => {
    const tenant = (name: string) => ({ appSecret: () => ({ secret: "s", tenant: name }) });
    const ids = [
      await recordOf(signedPost(BODY)),
      await recordOf(signedPost(`${BODY}\n`)),
      await recordOf(signedPost(BODY.replace("entry", "Entry"))),
      await recordOf(signedPost(BODY, "s"), tenant("acme")),
      await recordOf(signedPost(BODY, "s"), tenant("acme2")),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("a tenant's name and the body cannot run into each other", async () => {
    const tenant = (name: string) => ({ appSecret: () => ({ secret: "s", tenant: name }) });
    const first = await recordOf(signedPost("bc", "s"), tenant("a"));
    const second = await recordOf(signedPost("c", "s"), tenant("ab"));
    expect(first.id).not.toBe(second.id);
  });

  test("On-Premises bodies that are alike have different ids: both may be news", async () => {
    const { receive, inbox } = receiverUnderTest({ onPremises: { authorization: "Basic x" } });
    const request = post('{"errors":[{"code":500}]}', { authorization: "Basic x" });
    await receive(request);
    await receive(request);
    expect(new Set(inbox.records.map(({ id }) => id)).size).toBe(2);
  });

  test("an id tells nothing of the body", async () => {
    const { id } = await recordOf(signedPost("12125550123"));
    expect(id).not.toContain("12125550123");
    expect(id).toHaveLength(32);
  });
});
