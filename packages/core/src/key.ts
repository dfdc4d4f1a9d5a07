import { type Item, isJson, textOf } from "./envelope/item.ts";
import { fingerprint } from "./signature.ts";

/**
 * What makes two items the same event, so that duplicates are told from news:
 * a message by id and type (a placeholder and the real message can share an id), a status by type, id, status and
 * participant, a payment state by its transaction and time too, a profile by what it came with, anything else by
 * its content and the time of its entry.
 */
export function keyOf(item: Item, receivedAt: number): string {
  const { data } = item;
  if (isJson(data)) {
    const id = textOf(data.id);
    if (item.family === "message" && id !== undefined)
      return `message:${id}:${textOf(data.type) ?? ""}`;
    if (item.family === "status" && id !== undefined) return statusKey(id, data);
    if (item.family === "contact" && item.anchor !== undefined) {
      return `contact:${textOf(data.user_id) ?? textOf(data.wa_id) ?? ""}:${item.anchor}`;
    }
  }
  // Without an entry (On-Premises) nothing tells a repetition from the same thing happening again: deliver both.
  const moment =
    item.entry === undefined ? String(receivedAt) : toJson([item.entry.id, item.entry.time]);
  return `${item.family ?? "unknown"}:${fingerprint(moment, item.field ?? "", toJson(item.data))}`;
}

function statusKey(id: string, status: Readonly<Record<string, unknown>>): string {
  const participant = wordOf(
    status.recipient_participant_user_id ??
      status.recipient_participant_id ??
      status.participant_recipient_id,
  );
  const kind = status.type === "payment" ? "payment" : "status";
  const key = `${kind}:${id}:${wordOf(status.status)}:${participant}`;
  if (kind === "status" || !isJson(status.payment)) return key;
  return `${key}:${fingerprint(toJson(status.payment))}`;
}

/** A text as it is, and anything else in its place as JSON: unlike String(), that can neither fail nor run anything. */
function wordOf(value: unknown): string {
  return typeof value === "string" ? value : toJson(value ?? "");
}

/** JSON for hashing. What is nested too deep to be written counts by its type alone. */
function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return typeof value;
  }
}
