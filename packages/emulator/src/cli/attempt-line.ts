import type { Attempt, Delivery } from "../delivery/journal.ts";
import { isJson, type Json, objectsOf, textOf } from "../json.ts";
import { answerHint, answerWord } from "./answer-hint.ts";
import type { Screen } from "./screen.ts";

/** A request as one line, and a second one with a hint where it failed. Without ids and numbers: a screen may be shared. */
export function attemptLines(
  { colours }: Screen,
  delivery: Delivery,
  attempt: Attempt,
): readonly string[] {
  const { weather, number, answerMs } = attempt;
  const isGood = attempt.status === 200 && weather === undefined;
  const hint = weather === undefined ? answerHint(attempt) : `the weather: ${weather}`;
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
    hint: weather === undefined ? answerHint(attempt) : undefined,
  };
}

/** `message text`, `status read × 3, account_update`. */
function whatIsIn({ body, api, duplicateOf }: Delivery): string {
  const names = new Map<string, number>();
  const parsed: unknown = JSON.parse(body);
  const add = (name: string): void => void names.set(name, (names.get(name) ?? 0) + 1);
  if (isJson(parsed))
    for (const value of api === "on-premises" ? [parsed] : changesOf(parsed)) namesIn(value, add);
  const list = Array.from(names, ([name, times]) => (times > 1 ? `${name} × ${times}` : name));
  const shown = list.length > 4 ? [...list.slice(0, 3), `${list.length - 3} more`] : list;
  return `${shown.join(", ")}${duplicateOf === undefined ? "" : " (a duplicate)"}`;
}

function changesOf(body: Json): Json[] {
  return objectsOf(body.entry).flatMap((entry) =>
    entry.changes === undefined ? [{ field: "changed_fields" }] : objectsOf(entry.changes),
  );
}

function namesIn(part: Json, add: (name: string) => void): void {
  const value = isJson(part.value) ? part.value : part;
  const messages = objectsOf(value.messages);
  const statuses = objectsOf(value.statuses);
  for (const { type } of messages) add(`message ${textOf(type) ?? ""}`.trim());
  for (const { status } of statuses) add(`status ${textOf(status) ?? ""}`.trim());
  if (messages.length + statuses.length === 0) add(textOf(part.field) ?? "errors");
}
