// Requests that come at fixed times, whatever became of those before: a slow answer delays nobody, and is counted from
// the time at which its request was due.
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { quantile, short } from "./figures.ts";
import type { RequestMaker } from "./requests.ts";
import type { Latency } from "./results.ts";
import { PATH } from "./target.ts";

export interface Arrivals {
  readonly perSecond: number;
  /** How many are due at one time. */
  readonly burst: number;
  readonly seconds: number;
}

/** What one answer took, from the time it was due. */
export interface Answer {
  readonly tookMs: number;
  readonly status: number;
}

const agent = new Agent({ keepAlive: true });

/** Sends the requests from number `first` on; resolves when all are answered. */
export async function sendOpenLoop(
  port: number,
  maker: RequestMaker,
  first: number,
  { perSecond, burst, seconds }: Arrivals,
): Promise<readonly Answer[]> {
  const count = Math.round(perSecond * seconds);
  const began = performance.now();
  const answers: Promise<Answer>[] = [];
  for (let sent = 0; sent < count; ) {
    const due = began + (sent / perSecond) * 1_000;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    for (const end = Math.min(count, sent + burst); sent < end; sent++)
      answers.push(post(port, maker.parts(first + sent), due));
  }
  return Promise.all(answers);
}

/**
 * Posts one request. `due` is when it should have been sent; now unless given. The status is 0 if there was no answer; a
 * connection that the server had just closed for being idle is none of its faults, so it is tried again on another.
 */
export function post(
  port: number,
  parts: ReturnType<RequestMaker["parts"]>,
  due = performance.now(),
): Promise<Answer> {
  const { headers } = parts;
  // The maker writes its next body over this one, and this one may have to be sent twice.
  const body = Buffer.from(parts.body);
  return new Promise((resolve) => {
    const outgoing = request(
      {
        ...{ agent, port, host: "127.0.0.1", path: PATH, method: "POST" },
        headers: { ...headers, "Content-Length": body.byteLength },
      },
      (response) => {
        const tookMs = performance.now() - due;
        response.resume().on("end", () => resolve({ tookMs, status: response.statusCode ?? 0 }));
      },
    );
    outgoing.on("error", () => {
      if (outgoing.reusedSocket) resolve(post(port, { body, headers }, due));
      else resolve({ tookMs: performance.now() - due, status: 0 });
    });
    outgoing.end(body);
  });
}

/** What many answers come to. */
export function latencyOf(answers: readonly Answer[]): Latency {
  const times = answers.map(({ tookMs }) => tookMs);
  return {
    p50Ms: short(quantile(times, 0.5)),
    p99Ms: short(quantile(times, 0.99)),
    longestMs: short(Math.max(...times)),
    notOk: answers.filter(({ status }) => status !== 200).length,
  };
}
