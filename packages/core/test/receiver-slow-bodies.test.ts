import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { WebhookResponse } from "../src/http.ts";
import { failing, inChunks, nodeStream, stalled } from "./support/body-streams.ts";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { signedStream } from "./support/requests.ts";

describe("a body that arrives too slowly", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const slow = {
    status: 408,
    headers: { "content-type": "text/plain", connection: "close" },
    body: "body_timeout",
  };

  test("as an async iterable: 408 after readTimeoutMs, the connection closed, the source let go", async () => {
    const { receive, inbox, log } = receiverUnderTest({ readTimeoutMs: 3_000 });
    const stream = stalled("{");
    let answered: WebhookResponse | undefined;
    void receive(signedStream("{}", stream)).then((response) => {
      answered = response;
    });
    await vi.advanceTimersByTimeAsync(2_999);
    expect(answered).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(answered).toEqual(slow);
    expect(stream.left()).toBe(true);
    expect(inbox.records).toEqual([]);
    expect(log.lines).toMatchObject([
      {
        level: "warn",
        details: { code: "body_timeout" },
        message: "body_timeout: the body did not arrive within readTimeoutMs (3000).",
      },
    ]);
  });

  test("as a Node stream: the same, and the stream is left alive for the answer", async () => {
    const { receive } = receiverUnderTest({ readTimeoutMs: 3_000 });
    const stream = new PassThrough();
    stream.write("{");
    const answer = receive(signedStream("{}", stream));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await answer).toEqual(slow);
    expect(stream.destroyed).toBe(false);
    expect(stream.listenerCount("data")).toBe(0);
  });

  test("a Node stream is left with no listener but the one that catches later errors", async () => {
    const { receive } = receiverUnderTest({ readTimeoutMs: 3_000 });
    const counts = (stream: PassThrough): number[] =>
      ["data", "end", "close", "error"].map((event) => stream.listenerCount(event));
    const fresh = counts(new PassThrough());
    const stream = new PassThrough();
    const answer = receive(signedStream("{}", stream));
    await vi.advanceTimersByTimeAsync(3_000);
    await answer;
    expect(counts(stream).map((count, i) => count - (fresh[i] as number))).toEqual([0, 0, 0, 1]);
  });

  test("a trickle does not buy time: the limit is on the whole body", async () => {
    const { receive } = receiverUnderTest({ readTimeoutMs: 3_000 });
    async function* trickle(): AsyncGenerator<Uint8Array> {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        yield Buffer.from("x");
      }
    }
    const answer = receive(signedStream("{}", trickle()));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await answer).toEqual(slow);
  });

  test("a source that hangs, and hangs when let go too", async () => {
    const { receive } = receiverUnderTest({ readTimeoutMs: 3_000 });
    const never = new Promise<never>(() => {});
    const hanging = {
      [Symbol.asyncIterator]: () => ({ next: () => never, return: () => never }),
    };
    const answer = receive(signedStream("{}", hanging));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await answer).toEqual(slow);
  });

  test("a source that cannot be let go decently: still 408", async () => {
    const { receive } = receiverUnderTest({ readTimeoutMs: 3_000 });
    const rude = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: () => {
          throw new Error("not now");
        },
      }),
    };
    const answer = receive(signedStream("{}", rude));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await answer).toEqual(slow);
  });

  test("what arrives in time leaves one timer at most for all, which sets no other", async () => {
    const { receive } = receiverUnderTest({ readTimeoutMs: 3_000 });
    expect((await receive(signedStream("{}", inChunks("{}", 1)))).status).toBe(200);
    expect((await receive(signedStream("{}", nodeStream("{}", 1)))).status).toBe(200);
    expect((await receive(signedStream("{}", failing("{", new Error())))).status).toBe(400);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("what begins when the timer of others has just looked has its own time", async () => {
    const { receive } = receiverUnderTest({ readTimeoutMs: 3_000 });
    expect((await receive(signedStream("{}", inChunks("{}", 1)))).status).toBe(200);
    for (const laterMs of [2_999, 1, 1]) {
      await vi.advanceTimersByTimeAsync(laterMs);
      const answer = receive(signedStream("{}", stalled("{")));
      await vi.advanceTimersByTimeAsync(3_000);
      expect(await answer).toEqual(slow);
    }
  });
});
