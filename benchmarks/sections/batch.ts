// Batches of 3 MB and 1000 items posted while small requests go on: how long is the event loop held, are they answered?
import { setTimeout as sleep } from "node:timers/promises";
import { median, short } from "../figures.ts";
import { type Answer, latencyOf, post, sendOpenLoop } from "../open-loop.ts";
import { RequestMaker } from "../requests.ts";
import type { BatchResult } from "../results.ts";
import type { Run } from "../run.ts";

const SUBJECTS = ["node:http, ours, memory", "node:http, ours, sqlite"];
const ITEMS = 1_000;
const BODY_BYTES = 3 * 1024 * 1024;
/** The first are for warming up. */
const WARMUP = 3;
const SMALL = { perSecond: 200, burst: 1 };
const BEFORE_MS = 200;
const SECONDS = 2;

/** Some batches, one after the other, each with its own two seconds of small requests. */
export async function measureBatch(
  run: Run,
  onResult: (result: BatchResult) => void,
): Promise<void> {
  const large = new RequestMaker({
    sender: "whatsapp",
    bytes: Math.floor(BODY_BYTES / ITEMS),
    items: ITEMS,
  });
  const small = new RequestMaker({ sender: "whatsapp", bytes: 1_024, items: 1 });
  for (const name of SUBJECTS.filter((subject) => run.wants(subject))) {
    const subject = await run.start(name);
    const held: number[] = [];
    const answered: number[] = [];
    const beside: Answer[] = [];
    const alone: Answer[] = [];
    let next = 0;
    const smalls = (): Promise<readonly Answer[]> => {
      const first = next;
      next += SMALL.perSecond * SECONDS;
      return sendOpenLoop(subject.port, small, first, { ...SMALL, seconds: SECONDS });
    };
    for (let batch = 0; batch < WARMUP + run.options.rounds; batch++) {
      const without = await smalls();
      await subject.ask({ watch: true });
      // Signing it takes time that the small requests must not feel.
      const signedBatch = large.parts(1_000_000 + batch);
      const going = smalls();
      await sleep(BEFORE_MS);
      const answer = await post(subject.port, signedBatch);
      if (answer.status !== 200) throw new Error(`${name} answered the batch ${answer.status}.`);
      const meanwhile = await going;
      const report = await subject.handled(ITEMS + meanwhile.length);
      await subject.ask({ watch: false });
      if (batch < WARMUP) continue;
      alone.push(...without);
      beside.push(...meanwhile);
      held.push(Math.max(0, ...report.stalls));
      answered.push(answer.tookMs);
    }
    await run.stopAll();
    const result: BatchResult = {
      subject: name,
      batches: held.length,
      bodyMb: short(large.bodyLength / 1024 ** 2),
      heldMs: short(median(held)),
      heldLongestMs: short(Math.max(...held)),
      answerMs: short(median(answered)),
      small: latencyOf(beside),
      smallAlone: latencyOf(alone),
    };
    run.say(
      `${name}, batches of ${result.bodyMb} MB: event loop held ${result.heldMs} ms (at most ${result.heldLongestMs}), ` +
        `small requests p99 ${result.small.p99Ms} ms (${result.smallAlone.p99Ms} without)`,
    );
    onResult(result);
  }
}
