import { PassThrough } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { failing, inChunks, nodeStream, untouchable } from "./support/body-streams.ts";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { BODY, post, signature, signedPost, signedStream } from "./support/requests.ts";

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const signed = { "x-hub-signature-256": signature(BODY) };

describe("where the body may be", () => {
  test.each([
    ["in a Node stream, in one piece", () => nodeStream(BODY, 1_000)],
    ["in a Node stream, byte by byte", () => nodeStream(BODY, 1)],
    ["in a Node stream that gives texts", () => nodeStream(BODY, 7).setEncoding("utf8")],
    [
      "in an async iterable that has a method or two of a Node stream's",
      () => Object.assign(inChunks(BODY, 7), { on() {}, pause() {} }),
    ],
    ["in one that has one alone", () => Object.assign(inChunks(BODY, 7), { pause() {} })],
    ["in an async iterable, in one piece", () => inChunks(BODY, 1_000)],
    ["in an async iterable, byte by byte", () => inChunks(BODY, 1)],
    ["in a web stream", () => new Response(BODY).body as unknown as AsyncIterable<Uint8Array>],
  ])("%s", async (_where, stream) => {
    const { receive, inbox } = receiverUnderTest();
    expect((await receive(signedStream(BODY, stream()))).status).toBe(200);
    expect(Buffer.from(inbox.records[0]?.body ?? []).toString()).toBe(BODY);
  });

  test("in a buffer that a parser kept", async () => {
    const { receive, inbox } = receiverUnderTest();
    expect((await receive(signedPost())).status).toBe(200);
    expect(Buffer.from(inbox.records[0]?.body ?? []).toString()).toBe(BODY);
  });

  test("in a string of a parser's: taken as its UTF-8 bytes", async () => {
    const { receive } = receiverUnderTest();
    const text = '{"name":"Zoë 👋"}';
    const body = { kind: "bytes", bytes: Buffer.from(text), decoded: true } as const;
    const request = post(body, { "x-hub-signature-256": signature(text) });
    expect((await receive(request)).status).toBe(200);
  });

  test("in one piece, which is not copied", async () => {
    const bytes = Buffer.from(BODY);
    const { receive, inbox } = receiverUnderTest();
    expect((await receive(signedStream(BODY, inOnePiece(bytes)))).status).toBe(200);
    expect(inbox.records[0]?.body).toBe(bytes);
  });

  test("in uneven pieces, empty ones among them, that cut through letters", async () => {
    const bytes = Buffer.from('{"text":"grüße 👋 مرحبا"}'.repeat(300));
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0, size = 0; at < bytes.length; at += size++)
        yield bytes.subarray(at, at + size);
    }
    const { receive, inbox } = receiverUnderTest();
    expect((await receive(signedStream(bytes, pieces()))).status).toBe(200);
    expect(Buffer.from(inbox.records[0]?.body ?? []).equals(bytes)).toBe(true);
  });

  test("in a thousand small pieces: they are copied together, as each kept on its own costs far more than it counts", async () => {
    const scratch = Buffer.alloc(4);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("head");
      for (const word of ["aaaa", "bbbb", "cccc"]) {
        scratch.write(word);
        yield scratch;
      }
    }
    const { receive, inbox } = receiverUnderTest();
    expect((await receive(signedStream("headaaaabbbbcccc", pieces()))).status).toBe(200);
    expect(Buffer.from(inbox.records[0]?.body ?? []).toString()).toBe("headaaaabbbbcccc");
  });

  test("in a hundred thousand pieces of one byte: that takes no time to speak of", async () => {
    const body = "x".repeat(100_000);
    const grown = vi.spyOn(Buffer, "allocUnsafeSlow");
    const { receive } = receiverUnderTest();
    expect((await receive(signedStream(body, inChunks(body, 1)))).status).toBe(200);
    expect(grown.mock.calls.length).toBeLessThan(20);
    grown.mockRestore();
  });

  test("lost: 500 at once, and the log says how to mend it", async () => {
    const { receive, log, inbox } = receiverUnderTest();
    const hint = "mount the webhook before express.json().";
    expect(await receive(post({ kind: "lost", hint }, signed))).toEqual({
      status: 500,
      headers: { "content-type": "text/plain" },
      body: "body_lost",
    });
    expect(inbox.records).toEqual([]);
    expect(log.lines).toEqual([
      { level: "error", details: { code: "body_lost" }, message: `body_lost: ${hint}` },
    ]);
  });

  test("lost and unsigned: 401 first, as for any stranger", async () => {
    const { receive } = receiverUnderTest();
    expect((await receive(post({ kind: "lost", hint: "" }))).status).toBe(401);
  });

  test("a stream that gives something else than bytes: 500, and later requests are counted right", async () => {
    const { receive } = receiverUnderTest({ unverifiedLimitBytes: 100 });
    async function* objects(): AsyncGenerator<Uint8Array> {
      yield { object: "whatsapp_business_account" } as unknown as Uint8Array;
    }
    expect(await receive(signedStream(BODY, objects()))).toMatchObject({
      status: 500,
      body: "body_lost",
    });
    expect((await receive(signedStream("x".repeat(101), inChunks("x".repeat(101), 50)))).body).toBe(
      "unverified_limit",
    );
  });
});

describe("a body that something has encoded", () => {
  test.each(["gzip", "br", "deflate", "GZIP", "gzip, identity", "zstd"])(
    "content-encoding %s, undone by nobody: 415, body untouched",
    async (encoding) => {
      const stream = untouchable();
      const { receive, log } = receiverUnderTest();
      const headers = { "content-encoding": encoding };
      expect(await receive(signedStream(BODY, stream, headers))).toMatchObject({
        status: 415,
        body: "body_encoded",
      });
      expect(stream.touched()).toBe(false);
      expect(log.lines[0]?.message).toContain("the body is compressed");
    },
  );

  test.each(["identity", "Identity"])("content-encoding %s is none", async (encoding) => {
    const { receive } = receiverUnderTest();
    const headers = { "content-encoding": encoding };
    expect((await receive(signedStream(BODY, inChunks(BODY, 10), headers))).status).toBe(200);
  });

  test("a parser that kept bytes has undone it", async () => {
    const { receive } = receiverUnderTest();
    expect((await receive(post(BODY, { ...signed, "content-encoding": "gzip" }))).status).toBe(200);
  });
});

describe("a body that breaks off", () => {
  test("by an error: the log has its kind", async () => {
    const { receive, log } = receiverUnderTest();
    await receive(signedStream(BODY, failing("{", new TypeError("terminated"))));
    expect(log.lines[0]?.details).toEqual({ code: "body_aborted", cause: "TypeError" });
  });

  test.each([
    ["an async iterable that fails", () => failing("{", new Error("read ECONNRESET"))],
    [
      "an async iterable that fails at once",
      () => ({
        [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("closed")) }),
      }),
    ],
    [
      "a web stream that somebody else has locked",
      () => {
        const stream = new Response(BODY).body as ReadableStream<Uint8Array>;
        stream.getReader();
        return stream as unknown as AsyncIterable<Uint8Array>;
      },
    ],
    [
      "a Node stream that is destroyed on the way",
      () => {
        const stream = new PassThrough();
        stream.write(BODY.slice(0, 10));
        stream.once("data", () => stream.destroy());
        return stream;
      },
    ],
    [
      "a Node stream that fails on the way",
      () => {
        const stream = new PassThrough();
        stream.write(BODY.slice(0, 10));
        stream.once("data", () => stream.destroy(new Error("aborted")));
        return stream;
      },
    ],
    [
      "a Node stream that fails and never says that it closed",
      () => {
        const stream = new PassThrough({ emitClose: false });
        stream.write(BODY.slice(0, 10));
        // Not with its first data: that comes while it is written, before anybody reads.
        setImmediate(() => stream.destroy(new Error("aborted")));
        return stream;
      },
    ],
    [
      "a Node stream that was destroyed long before",
      () => {
        const stream = new PassThrough({ emitClose: false });
        stream.write(BODY);
        stream.destroy();
        return stream;
      },
    ],
    [
      "a Node stream that failed just before",
      () => {
        const stream = nodeStream(BODY, 1);
        stream.destroy(new Error("aborted"));
        return stream;
      },
    ],
  ])("%s: 400, nothing stored", async (_what, stream) => {
    const { receive, inbox, log } = receiverUnderTest({ readTimeoutMs: 50 });
    expect(await receive(signedStream(BODY, stream()))).toMatchObject({
      status: 400,
      body: "body_aborted",
    });
    expect(inbox.records).toEqual([]);
    expect(log.lines).toMatchObject([{ level: "warn", details: { code: "body_aborted" } }]);
    // Long enough for a forgotten timer to end the process with an unhandled rejection.
    await new Promise((resolve) => setTimeout(resolve, 80));
  });
});
