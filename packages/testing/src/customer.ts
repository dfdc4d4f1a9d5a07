import { isObject, listOf } from "./body-parts.ts";
import type { NotificationBody } from "./fixtures.ts";

/**
 * Makes one person of the customers in a value: of this number, and where there are user ids, of `US.` and the number.
 * Groups stay groups: there it is the participant. The past of other people stays, too.
 */
export function setCustomer(value: NotificationBody, number: string): void {
  for (const place of [value, ...listOf([value.standby])]) {
    for (const item of [...listOf(place.messages), ...listOf(place.calls)])
      setIds(item, isSent(item) ? "to" : "from", number);
    for (const status of listOf(place.statuses)) setIds(status, recipientIn(status), number);
    for (const echo of listOf(place.message_echoes))
      setIds(isRequest(echo) ? echo.message : echo, "to", number);
    for (const person of [
      ...listOf(place.contacts),
      ...listOf(place.user_preferences),
      ...listOf(place.user_id_update),
    ])
      setIds(person, "wa_id", number);
  }
}

/** The ids of one item. A number that is hidden is not any more. */
function setIds(item: NotificationBody, property: string | undefined, number: string): void {
  // Clients send empty ones, which are nothing.
  if (Object.keys(item).length === 0) return;
  if (property !== undefined) item[property] = number;
  setUserIds(item, number);
  if (!isObject(item.system)) return;
  // Who they were before a change and who they are after it.
  setUserIds(item.system, number);
  for (const word of ["user", "customer"])
    if (typeof item.system[word] === "string") item.system[word] = number;
}

function setUserIds(item: NotificationBody, number: string): void {
  for (const [property, id] of Object.entries(item)) {
    if (!/(^|_)user_id$/.test(property)) continue;
    const kind = property.includes("parent") ? "ENT." : "";
    if (typeof id === "string")
      item[property] = `US.${kind}${property.startsWith("previous_") ? "OLD" : ""}${number}`;
    else if (isObject(id))
      item[property] = {
        ...id,
        previous: `US.${kind}OLD${number}`,
        current: `US.${kind}${number}`,
      };
  }
}

/** By the business. Meta's pages disagree on the numbers of its own calls. */
function isSent({ to, to_user_id, direction }: NotificationBody): boolean {
  return (to !== undefined || to_user_id !== undefined) && direction !== "USER_INITIATED";
}

function recipientIn(status: NotificationBody): string | undefined {
  if (status.recipient_type !== "group") return "recipient_id";
  if ("participant_recipient_id" in status) return "participant_recipient_id";
  // What was sent to a group has no participant yet.
  const hasParticipant = Object.keys(status).some((id) => id.startsWith("recipient_participant_"));
  return hasParticipant ? "recipient_participant_id" : undefined;
}

/** An echo in the form of the request that sent it. */
function isRequest(
  echo: NotificationBody,
): echo is NotificationBody & { message: NotificationBody } {
  return isObject(echo.message) && echo.to === undefined;
}
