import { describe, expect, test, vi } from "vitest";
import { inChunks, nodeStream, untouchable } from "./support/body-streams.ts";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { BODY, post, signature, signedPost, signedStream } from "./support/requests.ts";

async function* _inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const signed = { "x-hub-signature-256": signature(BODY) };

describe("how large a body may be", () => {
  const LIMIT = 5_000;
  const exact = "x".repeat(LIMIT);
  const over = `${exact}y`;

  test.each([
    ["as bytes", signedPost(exact), signedPost(over)],
    [
      "as one chunk without a length",
      signedStream(exact, inChunks(exact, LIMIT)),
      signedStream(over, inChunks(over, LIMIT + 1)),
    ],
    [
      "as many chunks without a length",
      signedStream(exact, inChunks(exact, 7)),
      signedStream(over, inChunks(over, 7)),
    ],
    [
      "as a Node stream",
      signedStream(exact, nodeStream(exact, 100)),
      signedStream(over, nodeStream(over, 100)),
    ],
    [
      "with its length in a header",
      signedStream(exact, inChunks(exact, 100), { "content-length": "5000" }),
      signedStream(over, inChunks(over, 100), { "content-length": "5001" }),
    ],
    [
      "with a length that lies",
      signedStream(exact, inChunks(exact, 100), { "content-length": "17" }),
      signedStream(over, inChunks(over, 100), { "content-length": "17" }),
    ],
  ])("%s: the limit itself is taken, one byte more is 413", async (_how, fits, exceeds) => {
    const { receive, inbox, log } = receiverUnderTest({ bodyLimitBytes: LIMIT });
    expect((await receive(fits)).status).toBe(200);
    expect(inbox.records).toHaveLength(1);
    expect(await receive(exceeds)).toEqual({
      status: 413,
      headers: {
        "content-type": "text/plain",
        ...(exceeds.body.kind === "stream" ? { connection: "close" } : {}),
      },
      body: "body_too_large",
    });
    expect(inbox.records).toHaveLength(1);
    expect(log.lines).toEqual([
      {
        level: "warn",
        details: { code: "body_too_large" },
        message: "body_too_large: the body is larger than bodyLimitBytes (5000).",
      },
    ]);
  });

  test("a length over the limit is refused before a byte is read", async () => {
    const stream = untouchable();
    const { receive } = receiverUnderTest({ bodyLimitBytes: LIMIT });
    const request = signedStream(over, stream, { "content-length": "5001" });
    expect(await receive(request)).toMatchObject({ status: 413, headers: { connection: "close" } });
    expect(stream.touched()).toBe(false);
  });

  test("the rest of a body without a length stays unread", async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        given += 1_000;
        yield Buffer.alloc(1_000);
      }
    }
    const { receive } = receiverUnderTest({ bodyLimitBytes: LIMIT });
    expect((await receive(signedStream(exact, endless()))).status).toBe(413);
    expect(given).toBe(6_000);
  });

  test("a Node stream over the limit is left paused and alive, for the answer to be sent", async () => {
    const stream = nodeStream("x".repeat(100_000), 1_000);
    const { receive } = receiverUnderTest({ bodyLimitBytes: LIMIT });
    expect((await receive(signedStream(exact, stream))).status).toBe(413);
    expect(stream.destroyed).toBe(false);
    expect(stream.isPaused()).toBe(true);
    stream.destroy(new Error("the connection broke afterwards"));
    await new Promise((resolve) => setImmediate(resolve));
  });

  test.each(["-1", "many", "1e99", "5000, 5000", "0x2000", " "])(
    "a length of %j is no crash",
    async (length) => {
      const { receive } = receiverUnderTest({ bodyLimitBytes: LIMIT });
      const response = await receive(
        signedStream(BODY, inChunks(BODY, 10), { "content-length": length }),
      );
      expect([200, 413]).toContain(response.status);
    },
  );
});

describe("a body that says that it is short", () => {
  const short = (body: string, headers = {}) => {
    const read = vi.fn(async () => new Uint8Array(Buffer.from(body)).buffer);
    const request = post({ kind: "short", bytes: body.length, read }, { ...signed, ...headers });
    return { read, request };
  };

  test("is read at once", async () => {
    const { receive, inbox } = receiverUnderTest();
    expect((await receive(short(BODY).request)).status).toBe(200);
    expect(Buffer.from(inbox.records[0]?.body ?? []).toString()).toBe(BODY);
  });

  test("and is just as long as it may be", async () => {
    const { receive } = receiverUnderTest({ bodyLimitBytes: BODY.length });
    expect((await receive(short(BODY).request)).status).toBe(200);
  });

  test("and is longer than it may be: 413, and what is left of it closes the connection", async () => {
    const { receive } = receiverUnderTest({ bodyLimitBytes: 10 });
    expect(await receive(short(BODY).request)).toMatchObject({
      status: 413,
      headers: { connection: "close" },
    });
  });

  test("and is compressed: 415, unread", async () => {
    const { receive } = receiverUnderTest();
    const { read, request } = short(BODY, { "content-encoding": "gzip" });
    expect(await receive(request)).toMatchObject({ status: 415, body: "body_encoded" });
    expect(read).not.toHaveBeenCalled();
  });
});
