import { describe, expect, test } from "vitest";
import { untouchable } from "./support/body-streams.ts";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { recordingInbox } from "./support/recording-inbox.ts";
import { BODY, get, handshake, post, signature, signedPost } from "./support/requests.ts";

describe("what is answered to which request", () => {
  test("a handshake with the right token: 200 and the challenge", async () => {
    const { receive } = receiverUnderTest();
    expect(await receive(handshake())).toEqual({
      status: 200,
      headers: { "content-type": "text/plain", "x-content-type-options": "nosniff" },
      body: "1158201444",
    });
  });

  test("a signed notification: exactly 200 with an empty body, and it is stored", async () => {
    const { receive, inbox, stored } = receiverUnderTest();
    expect(await receive(signedPost())).toEqual({
      status: 200,
      headers: {},
      body: "",
    });
    expect(inbox.records).toHaveLength(1);
    expect(stored()).toBe(1);
  });

  test.each([
    ["JSON of another shape", '{"hello":1}'],
    ["JSON that is no object", "null"],
    ["not JSON", "<xml/>"],
    ["nothing at all", ""],
    ["bytes that are no text", new Uint8Array([0xff, 0x00, 0xfe])],
  ])("signed, but %s: 200, and the bytes are kept as they are", async (_what, body) => {
    const { receive, inbox } = receiverUnderTest();
    expect((await receive(signedPost(body))).status).toBe(200);
    expect(Buffer.from(inbox.records[0]?.body ?? [])).toEqual(Buffer.from(body as Uint8Array));
  });

  test("the 200 is not given before the inbox has the record", async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { receive } = receiverUnderTest({ inbox: recordingInbox(() => gate) });
    let answered = false;
    const answer = receive(signedPost()).then((response) => {
      answered = true;
      return response;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answered).toBe(false);
    release();
    expect((await answer).status).toBe(200);
  });

  test("no signature: 401, nothing stored", async () => {
    const { receive, inbox, log } = receiverUnderTest();
    expect(await receive(post(BODY))).toEqual({
      status: 401,
      headers: { "content-type": "text/plain" },
      body: "signature_missing",
    });
    expect(inbox.records).toEqual([]);
    expect(log.lines).toEqual([
      {
        level: "warn",
        details: { code: "signature_missing" },
        message: expect.stringContaining("no X-Hub-Signature-256 header"),
      },
    ]);
  });

  test("a wrong signature: 401, nothing stored", async () => {
    const { receive, inbox, stored } = receiverUnderTest();
    const response = await receive(signedPost(BODY, "another secret"));
    expect(response).toEqual({
      status: 401,
      headers: { "content-type": "text/plain" },
      body: "signature_mismatch",
    });
    expect(inbox.records).toEqual([]);
    expect(stored()).toBe(0);
  });

  test.each(["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "post", ""])(
    "the method %j: 405 with Allow, body untouched",
    async (method) => {
      const body = untouchable();
      const { receive, inbox, log } = receiverUnderTest();
      const request = post({ kind: "stream", stream: body });
      const headers = { "x-hub-signature-256": signature(BODY) };
      expect(await receive({ ...post({ kind: "stream", stream: body }, headers), method })).toEqual(
        {
          status: 405,
          headers: { "content-type": "text/plain", allow: "GET, POST" },
          body: "method_not_allowed",
        },
      );
      expect((await receive({ ...request, method })).status).toBe(405);
      expect(body.touched()).toBe(false);
      expect(inbox.records).toEqual([]);
      expect(log.lines).toMatchObject([{ level: "warn", details: { code: "method_not_allowed" } }]);
    },
  );

  test("closing: a notification is answered 503 with Retry-After before its body is read", async () => {
    const { receive, close, inbox, log } = receiverUnderTest();
    close();
    close();
    const body = untouchable();
    const headers = { "x-hub-signature-256": signature(BODY) };
    expect(await receive(post({ kind: "stream", stream: body }, headers))).toEqual({
      status: 503,
      headers: { "content-type": "text/plain", "retry-after": "5", connection: "close" },
      body: "closing",
    });
    expect(body.touched()).toBe(false);
    expect(inbox.records).toEqual([]);
    expect(log.lines).toMatchObject([{ level: "info", details: { code: "closing" } }]);
  });

  test("closing: handshakes are still answered, so that a deployment can be verified", async () => {
    const { receive, close } = receiverUnderTest();
    close();
    expect((await receive(handshake())).status).toBe(200);
  });

  test("a request that breaks while it is looked at: 503, not a rejection", async () => {
    const { receive, log } = receiverUnderTest();
    const broken = {
      ...signedPost(),
      header: () => {
        throw new TypeError("no headers today");
      },
    };
    expect(await receive(broken)).toEqual({
      status: 503,
      headers: { "content-type": "text/plain", "retry-after": "5" },
      body: "receiver_failed",
    });
    expect(log.lines).toMatchObject([
      { level: "error", details: { code: "receiver_failed", cause: "TypeError" } },
    ]);
  });
});

describe("the path is the adapter's business", () => {
  test("the receiver answers whatever URL it is handed", async () => {
    const { receive } = receiverUnderTest();
    const request = { ...signedPost(), url: "/elsewhere?a=b" };
    expect((await receive(request)).status).toBe(200);
    expect((await receive(get("*"))).status).toBe(400);
  });
});
