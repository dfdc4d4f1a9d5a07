// What each server does with one signed body, one with a wrong signature, and a batch.
import { setTimeout as sleep } from "node:timers/promises";
import { post } from "../open-loop.ts";
import { loads, RequestMaker } from "../requests.ts";
import type { CheckResult } from "../results.ts";
import type { Run } from "../run.ts";
import type { Subject } from "../subject.ts";
import { subjects } from "../subjects.ts";

/** All subjects, one after the other. */
export async function measureChecks(run: Run): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name } of subjects.filter((row) => run.wants(row.name))) {
    const subject = await run.start(name);
    results.push(await checkSubject(subject));
    await run.stop(subject);
  }
  await run.stopAll();
  return results;
}

/** One that has just been started. */
export async function checkSubject(subject: Subject): Promise<CheckResult> {
  const { name, sender, takesBatches } = subject.row;
  const one = new RequestMaker({ sender, ...loads["1 KB"] });
  const signed = await post(subject.port, one.parts(1));
  const forged = await post(subject.port, forge(one.parts(2)));
  await settledItems(subject, 1);
  const result = { subject: name, signed: signed.status, forged: forged.status };
  if (!takesBatches) return { ...result, batchItems: undefined };
  const batch = new RequestMaker({ sender, ...loads["1000 items"] });
  const { status } = await post(subject.port, batch.parts(3));
  if (status !== 200) throw new Error(`${name} answered a batch ${status}.`);
  const items = await settledItems(
    subject,
    subject.row.setup === "bare" ? 1 : subject.row.batchItems,
  );
  // A bare server looks into nothing.
  return { ...result, batchItems: subject.row.setup === "bare" ? undefined : items };
}

/** The same with another signature of the same form. */
function forge({
  body,
  headers,
}: ReturnType<RequestMaker["parts"]>): ReturnType<RequestMaker["parts"]> {
  const forged = Object.entries(headers).map(([name, value]) =>
    /signature/i.test(name)
      ? [name, value.replace(/[\w+/]{4}=?$/, (end) => (end.startsWith("0000") ? "1111" : "0000"))]
      : [name, value],
  );
  return { body, headers: Object.fromEntries(forged) as Record<string, string> };
}

const LOOK_MS = 50;
const QUIET_LOOKS = 5;
const PATIENCE_LOOKS = 200;

/** How many items its handlers see: at least those that are expected, unless they do not come, and whatever comes beyond. */
async function settledItems(subject: Subject, expected: number): Promise<number> {
  let items = 0;
  for (let look = 0, quiet = 0; look < PATIENCE_LOOKS && quiet < QUIET_LOOKS; look++) {
    await sleep(LOOK_MS);
    const { handled } = await subject.ask();
    items += handled;
    quiet = handled === 0 && items >= expected ? quiet + 1 : 0;
  }
  return items;
}
