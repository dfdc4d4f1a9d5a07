import { setTimeout as wait } from "node:timers/promises";
import { fixtureBody } from "../../fixtures.ts";
import { type Json, toCloudJson } from "../../json.ts";
import { freshen } from "../trigger/freshen.ts";
import type { Examination } from "./examination.ts";
import type { Fault } from "./faults.ts";
import { cloudBody, messagesChange, textBody, textMessage, unitsOf } from "./made-bodies.ts";
import { faultOf, judgeSigned } from "./signature-checks.ts";

/** What a receiver may not expect: each has ended one. By what it shows, and the body. */
const odd: readonly (readonly [check: string, fixture: string])[] = [
  ["a status instead of a message", "messages/status-sent-now"],
  ["a message without a profile", "messages/text-no-profile"],
  ["an image", "messages/image"],
  ["an out-of-band error", "messages/errors-rate-limit-130429"],
  ["unknown type of message", "messages/future-unknown-type"],
  ["unknown status", "messages/status-future-unknown-status"],
  ["a field about the account", "account_update/verified-account"],
  ["unknown field", "envelope/unknown-field"],
];

/** How long a handler that failed may take to end the process. */
const DEATH_MS = 100;

/** Everything that is signed is answered 200, known or not, and the process lives on. */
export async function checkContent(examination: Examination): Promise<void> {
  for (const [check, fixture] of odd) {
    const moment = { nowMs: Date.now(), ids: examination.ids };
    await checkOdd(examination, check, freshen(fixtureBody(fixture), moment));
  }
}

async function checkOdd(examination: Examination, check: string, json: Json): Promise<void> {
  const body = Buffer.from(toCloudJson(json));
  const answer = await examination.notify(body);
  await wait(DEATH_MS);
  if (!(await examination.isAlive())) {
    examination.isBack();
    return examination.broken(check, "process_ended", answer, "it came back after a while");
  }
  const otherwise = check.startsWith("unknown ") ? "unknown_refused" : undefined;
  await judgeSigned(examination, check, body, answer, otherwise);
}

/** Several items in one body, in each of the ways there are, and one body twice. Both show in what is handled. */
export async function checkRepetition(examination: Examination): Promise<void> {
  const { ids } = examination;
  const text = (body: string): Json => textMessage(ids, body);
  const batch = cloudBody(
    [messagesChange([text("First"), text("Second")]), messagesChange([text("Third")])],
    [messagesChange([text("Fourth")])],
  );
  await checkTaken(examination, "batch of 4 messages", batch, 1);
  const twice = textBody(ids, "Twice");
  await checkTaken(examination, "the same notification twice", twice, 2);
}

async function checkTaken(
  examination: Examination,
  check: string,
  json: Json,
  times: number,
): Promise<void> {
  const body = Buffer.from(toCloudJson(json));
  const units = unitsOf(json);
  examination.ledger.sent(units);
  for (let time = 1; time <= times; time++) {
    const answer = await examination.notify(body);
    const fault: Fault | undefined = faultOf(answer);
    if (answer.status === 200) examination.ledger.accepted(units, "receiver");
    if (fault !== undefined && time > 1 && fault !== "not_200")
      return examination.broken(check, "duplicate_refused", answer);
    if (fault !== undefined || time === times) return judgeSigned(examination, check, body, answer);
  }
}

/** On-Premises callbacks, where the receiver takes them. */
export async function checkOnPremises(examination: Examination): Promise<void> {
  const { authorization } = examination.patient;
  if (authorization === undefined) return;
  const moment = { nowMs: Date.now(), ids: examination.ids };
  const body = Buffer.from(JSON.stringify(freshen(fixtureBody("on-premises/text"), moment)));
  const answer = await examination.post(body, { authorization });
  const check = "On-Premises callback";
  if (answer.status === 200) examination.ok(check, answer);
  else examination.broken(check, "on_premises_refused", answer);
  const open = await examination.post(body, { secret: undefined });
  const openCheck = "On-Premises callback without authorization";
  if (open.status === 200) examination.broken(openCheck, "on_premises_open", open);
  else examination.ok(openCheck, open);
}

const SLOW_MS = 1000;

/** The platform's demand on time, of all ordinary notifications so far. */
export function checkTime(examination: Examination): void {
  const { answerMs, demands, answers } = examination.court.verdict();
  const [median] = demands;
  const check = "time to answer";
  const seen = `${Math.round(answerMs.median)} ms at the median of ${answers}, ${Math.round(answerMs.max)} ms at most`;
  if (answers === 0) examination.find({ check, state: "unchecked", seen: "no answers" });
  else if (median?.met === false)
    examination.find({ check, state: "broken", fault: "slow_answers", seen });
  // One of so few may be chance.
  else examination.find({ check, state: answerMs.max > SLOW_MS ? "note" : "ok", seen });
}
