import { breakages } from "../delivery/breakage.ts";
import type { Attempt, Delivery } from "../delivery/journal.ts";
import type { Json } from "../json.ts";
import { namesIn } from "../server/delivery-view.ts";
import { answerHint, answerWord, type Proof } from "./answer-hint.ts";
import type { Screen } from "./screen.ts";

/** A request as one line, and a second one with a hint where it failed. Without ids and numbers: a screen may be shared. */
export function attemptLines(
  { colours }: Screen,
  delivery: Delivery,
  attempt: Attempt,
): readonly string[] {
  const { weather, number, answerMs } = attempt;
  const isGood = attempt.status === 200 && weather === undefined;
  const hint =
    weather === undefined
      ? answerHint(attempt, proofIn(attempt))
      : `the weather: ${breakages[weather]}`;
  const colour = isGood ? colours.green : weather === undefined ? colours.red : colours.yellow;
  const time = new Date(attempt.at).toTimeString().slice(0, 8);
  const again = number > 1 ? colours.dim(`  attempt ${number}`) : "";
  const ms = `${Math.round(answerMs)} ms`.padStart(7);
  return [
    `${colours.dim(time)}  ${colour(answerWord(attempt).padEnd(12))} ${ms}  ${whatIsIn(delivery)}${again}`,
    ...(hint === undefined ? [] : [`${" ".repeat(10)}${colours.yellow(hint)}`]),
  ];
}

/** The same for scripts. */
export function attemptRecord(delivery: Delivery, attempt: Attempt): Json {
  const { at, number, status, failure, code, weather, answerMs } = attempt;
  return {
    event: "attempt",
    at: new Date(at).toISOString(),
    api: delivery.api,
    what: whatIsIn(delivery),
    number,
    status,
    failure,
    code,
    weather,
    answerMs: Math.round(answerMs),
    hint: weather === undefined ? answerHint(attempt, proofIn(attempt)) : undefined,
  };
}

/** `message.text`, `status.read × 3, account_update`. */
function whatIsIn({ body, duplicateOf }: Delivery): string {
  const list = Object.entries(namesIn(body)).map(([name, times]) =>
    times > 1 ? `${name} × ${times}` : name,
  );
  const shown = list.length > 4 ? [...list.slice(0, 3), `${list.length - 3} more`] : list;
  return `${shown.join(", ")}${duplicateOf === undefined ? "" : " (a duplicate)"}`;
}

function proofIn({ headers }: Attempt): Proof {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  if (names.includes("x-hub-signature-256")) return "signature";
  return names.includes("authorization") ? "authorization" : "nothing";
}
