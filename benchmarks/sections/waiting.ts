// What a notification costs in memory while it waits for handlers that hold everything up.
import { setTimeout as sleep } from "node:timers/promises";
import { median, short } from "../figures.ts";
import { post } from "../open-loop.ts";
import { loads, RequestMaker } from "../requests.ts";
import type { WaitingResult } from "../results.ts";
import type { Run } from "../run.ts";
import type { Subject } from "../subject.ts";

const SUBJECT = "node:http, ours, memory";
const STEPS = [4_000, 30_000];
const AT_ONCE = 64;
const WARMUP = 2_000;

/** From nothing that waits to so many, in a fresh process each: the median of some. */
export async function measureWaiting(run: Run): Promise<readonly WaitingResult[]> {
  const maker = new RequestMaker({ sender: "whatsapp", ...loads["1 KB"] });
  const found = new Map<number, number[]>(STEPS.map((step) => [step, []]));
  for (let round = 0; round < Math.min(3, run.options.rounds); round++) {
    const subject = await run.start(SUBJECT, ["--expose-gc"]);
    await send(subject, maker, 0, WARMUP);
    await subject.handled(WARMUP);
    await subject.ask({ handlers: "hold" });
    const before = await memoryOf(subject);
    let sent = 0;
    for (const step of STEPS) {
      await send(subject, maker, WARMUP + sent, step - sent);
      sent = step;
      const bytes = ((await memoryOf(subject)) - before) / step - maker.bodyLength;
      found.get(step)?.push(bytes);
    }
    await run.stop(subject);
  }
  const results = STEPS.map((waiting) => ({
    waiting,
    bodyBytes: maker.bodyLength,
    bytes: short(median(found.get(waiting) ?? [])),
  }));
  for (const { waiting, bytes } of results)
    run.say(`${waiting} wait: body plus ${bytes} bytes each`);
  return results;
}

async function send(
  subject: Subject,
  maker: RequestMaker,
  first: number,
  count: number,
): Promise<void> {
  for (let sent = 0; sent < count; sent += AT_ONCE) {
    const lot = Array.from({ length: Math.min(AT_ONCE, count - sent) }, (_, i) =>
      post(subject.port, maker.parts(first + sent + i)),
    );
    for (const { status } of await Promise.all(lot))
      if (status !== 200) throw new Error(`${SUBJECT} answered ${status} while much waited.`);
  }
}

/** Once garbage is gone and nothing is under way: the least of some looks. */
async function memoryOf(subject: Subject): Promise<number> {
  const looks: number[] = [];
  for (let look = 0; look < 5; look++) {
    await sleep(50);
    const { heapUsed, external } = await subject.ask({ collect: true });
    looks.push(heapUsed + external);
  }
  return Math.min(...looks);
}
