import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { WebhookResponse } from "../src/http.ts";
import { failing, inChunks, nodeStream, stalled } from "./support/body-streams.ts";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { post, signedStream } from "./support/requests.ts";

describe("unverified bytes that are being read at once, over all requests", () => {
  const LIMIT = 1_000;
  const HALF = "x".repeat(LIMIT / 2);

  /** A request that holds half of the budget until it is told how to end. */
  function half(receive: ReturnType<typeof receiverUnderTest>["receive"]): {
    readonly answer: Promise<WebhookResponse>;
    end(error?: Error): void;
  } {
    const stream = new PassThrough();
    stream.write(HALF);
    return {
      answer: receive(signedStream(HALF, stream)),
      end: (error) => (error === undefined ? stream.end() : stream.destroy(error)),
    };
  }

  const arrived = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));
  const probe = async (
    receive: ReturnType<typeof receiverUnderTest>["receive"],
    size: number,
  ): Promise<string> => {
    const body = "p".repeat(size);
    const { status, body: code } = await receive(signedStream(body, inChunks(body, size)));
    return status === 200 ? "taken" : code;
  };

  test("up to the limit they are read, one byte more is 503 with the connection closed", async () => {
    const { receive, log } = receiverUnderTest({ unverifiedLimitBytes: LIMIT });
    const first = half(receive);
    await arrived();
    expect(await probe(receive, LIMIT / 2)).toBe("taken");
    const body = "p".repeat(LIMIT / 2 + 1);
    expect(await receive(signedStream(body, inChunks(body, body.length)))).toEqual({
      status: 503,
      headers: { "content-type": "text/plain", "retry-after": "5", connection: "close" },
      body: "unverified_limit",
    });
    expect(log.lines).toMatchObject([
      {
        level: "error",
        details: { code: "unverified_limit" },
        message:
          "unverified_limit: more than 1000 bytes of unverified bodies are being read at once.",
      },
    ]);
    first.end();
    expect((await first.answer).status).toBe(200);
  });

  test.each<[string, (request: ReturnType<typeof half>) => void, number]>([
    ["was taken", (request) => request.end(), 200],
    ["broke off", (request) => request.end(new Error("reset")), 400],
  ])("are given back when a request %s", async (_how, finish, status) => {
    const { receive } = receiverUnderTest({ unverifiedLimitBytes: LIMIT });
    for (let round = 0; round < 5; round++) {
      const requests = [half(receive), half(receive)];
      await arrived();
      expect(await probe(receive, 1)).toBe("unverified_limit");
      for (const request of requests) finish(request);
      for (const request of requests) expect((await request.answer).status).toBe(status);
      expect(await probe(receive, LIMIT)).toBe("taken");
    }
  });

  test.each<[string, () => Parameters<ReturnType<typeof receiverUnderTest>["receive"]>[0], number]>(
    [
      ["a wrong signature", () => signedStream("{}", inChunks(HALF, 10)), 401],
      ["a body too large", () => signedStream(HALF, inChunks(`${HALF}${HALF}`, 100)), 413],
      ["a Node stream too large", () => signedStream(HALF, nodeStream(`${HALF}${HALF}`, 100)), 413],
      ["a body too slow", () => signedStream(HALF, stalled(HALF)), 408],
      ["a source that fails", () => signedStream(HALF, failing(HALF, new Error("reset"))), 400],
    ],
  )("are given back after %s", async (_what, request, status) => {
    const { receive } = receiverUnderTest({
      unverifiedLimitBytes: LIMIT,
      bodyLimitBytes: LIMIT * 0.75,
      readTimeoutMs: 30,
    });
    for (let round = 0; round < 5; round++) expect((await receive(request())).status).toBe(status);
    expect(await probe(receive, LIMIT * 0.75)).toBe("taken");
    const filling = half(receive);
    await arrived();
    expect(await probe(receive, LIMIT / 2 + 1)).toBe("unverified_limit");
    filling.end();
    await filling.answer;
  });

  test("are not taken again by what arrives after the answer", async () => {
    const { receive } = receiverUnderTest({ unverifiedLimitBytes: LIMIT, readTimeoutMs: 20 });
    let deliver = (_chunk: IteratorResult<Uint8Array>): void => {};
    let asked = 0;
    const late = {
      [Symbol.asyncIterator]: () => ({
        next() {
          asked++;
          return new Promise<IteratorResult<Uint8Array>>((resolve) => {
            deliver = resolve;
          });
        },
      }),
    };
    expect((await receive(signedStream(HALF, late))).status).toBe(408);
    deliver({ done: false, value: Buffer.from(HALF) });
    await arrived();
    expect(asked).toBe(1);
    expect(await probe(receive, LIMIT)).toBe("taken");
  });

  describe("held for more than a second", () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });
    const moments = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
    const gaveWay = {
      status: 503,
      headers: { "content-type": "text/plain", "retry-after": "5", connection: "close" },
      body: "unverified_limit",
    };

    test("give way to a body for which there is no room, the oldest first and no more than needed", async () => {
      const { receive, log } = receiverUnderTest({ unverifiedLimitBytes: LIMIT });
      const first = half(receive);
      await moments(10);
      const second = half(receive);
      await moments(900);
      expect(await probe(receive, LIMIT / 2)).toBe("unverified_limit");
      await moments(100);
      expect(await probe(receive, LIMIT / 2)).toBe("taken");
      expect(await first.answer).toEqual(gaveWay);
      expect(log.lines).toHaveLength(1);
      second.end();
      expect((await second.answer).status).toBe(200);
      expect(await probe(receive, LIMIT)).toBe("taken");
    });

    test("whatever carries them, and what arrives for them later counts for nobody", async () => {
      const { receive } = receiverUnderTest({ unverifiedLimitBytes: LIMIT });
      const stream = stalled(HALF);
      const slow = receive(signedStream(HALF, stream));
      const other = half(receive);
      await moments(1_001);
      expect(await probe(receive, LIMIT)).toBe("taken");
      expect(await slow).toEqual(gaveWay);
      expect(stream.left()).toBe(true);
      other.end();
      expect(await other.answer).toEqual(gaveWay);
      expect(await probe(receive, LIMIT)).toBe("taken");
    });

    test("give way to nobody who is slower", async () => {
      const { receive } = receiverUnderTest({ unverifiedLimitBytes: LIMIT });
      const slowest = new PassThrough();
      slowest.write(HALF);
      const first = receive(signedStream(HALF, slowest));
      await moments(10);
      const second = half(receive);
      await moments(2_000);
      slowest.write("x");
      await moments(10);
      expect(await first).toEqual(gaveWay);
      second.end();
      expect((await second.answer).status).toBe(200);
      expect(await probe(receive, LIMIT)).toBe("taken");
    });
  });

  test("do not count what a parser has already buffered, nor what has been verified", async () => {
    const { receive } = receiverUnderTest({ unverifiedLimitBytes: 10 });
    const body = "x".repeat(500);
    expect((await receive(signedStream("x", inChunks("x", 1)))).status).toBe(200);
    const buffered = post(body, { "x-hub-signature-256": `sha256=${"0".repeat(64)}` });
    expect((await receive(buffered)).status).toBe(401);
  });
});
