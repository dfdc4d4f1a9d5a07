import type { Attempt, Delivery } from "../delivery/journal.ts";
import { isJson, type Json, objectsOf, textOf } from "../json.ts";
import type { DeliveryView } from "./looks.ts";
import { showHeaders } from "./show.ts";

const LONGEST_BODY = 8000;
const MOST_ATTEMPTS = 30;
const LONGEST_PREVIEW = 120;

export function keyOf({ notificationId, to }: Delivery): string {
  return `${notificationId} ${to}`;
}

export function viewOf(delivery: Delivery): DeliveryView {
  const { body, items: _items, attempts, ...rest } = delivery;
  const content = parsed(body);
  const preview = firstTextOf(content);
  return {
    ...rest,
    key: keyOf(delivery),
    names: counted(content),
    ...(preview !== undefined && { preview: preview.slice(0, LONGEST_PREVIEW) }),
    bodyBytes: Buffer.byteLength(body),
    ...(body.length <= LONGEST_BODY && { body }),
    attemptCount: attempts.at(-1)?.number ?? 0,
    attempts: attempts.slice(-MOST_ATTEMPTS).map(shown),
  };
}

/** The whole of it, but for what may be a secret in its headers. */
export function shownDelivery(delivery: Delivery): Delivery {
  return { ...delivery, attempts: delivery.attempts.map(shown) };
}

function shown(attempt: Attempt): Attempt {
  return { ...attempt, headers: showHeaders(attempt.headers) };
}

/** What is in a body, such as `message.text`, and how many of each. */
export function namesIn(body: string): Readonly<Record<string, number>> {
  return counted(parsed(body));
}

function counted(content: Json): Readonly<Record<string, number>> {
  const counts: Record<string, number> = Object.create(null);
  for (const name of namesOf(content)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function parsed(body: string): Json {
  const value: unknown = JSON.parse(body);
  return isJson(value) ? value : {};
}

/** Both APIs: one has its lists in changes of entries, the other at the root. */
function namesOf(body: Json): string[] {
  if (!("entry" in body)) {
    const names = namesOfItems(body);
    return names.length > 0 ? names : ["contacts"];
  }
  return objectsOf(body.entry).flatMap((entry) => [
    ...objectsOf(entry.changes).flatMap(({ field, value }) =>
      namesOfChange(textOf(field) ?? "?", isJson(value) ? value : {}),
    ),
    ...(Array.isArray(entry.changed_fields) ? entry.changed_fields.map(wordOf) : []),
  ]);
}

/** What is sent may be anything, and what has odd methods of its own does not become text. */
function wordOf(field: unknown): string {
  return typeof field === "string" || typeof field === "number" ? String(field) : "?";
}

function namesOfChange(field: string, value: Json): string[] {
  const names = field === "messages" ? namesOfItems(value) : [];
  if (names.length > 0) return names;
  const kind = textOf(value.event);
  return [kind === undefined ? field : `${field}.${kind.toLowerCase()}`];
}

function namesOfItems({ messages, statuses, errors }: Json): string[] {
  return [
    ...objectsOf(messages).map(({ type }) => `message.${textOf(type) ?? "?"}`),
    ...objectsOf(statuses).map(({ status }) => `status.${textOf(status) ?? "?"}`),
    ...objectsOf(errors).map(() => "errors"),
  ];
}

function firstTextOf(body: Json): string | undefined {
  const values = objectsOf(body.entry).flatMap(({ changes }) =>
    objectsOf(changes).flatMap(({ value }) => (isJson(value) ? [value] : [])),
  );
  for (const { messages } of [body, ...values])
    for (const { text } of objectsOf(messages))
      if (isJson(text) && textOf(text.body) !== undefined) return textOf(text.body);
  return undefined;
}
