import type { Person } from "../events.ts";
import { idOf, isJson, type Json, present, textOf } from "./item.ts";

/** Who an event is from, or whom it is about. */
export interface People {
  readonly sender?: Person;
  readonly recipient?: Person;
}

/** Finds the customer of an item by the ids in it, and completes them with the profile that came with it. */
export function peopleOf(data: unknown, contact: Json = {}): People {
  if (!isJson(data)) return {};
  if (isStatus(data)) return recipient(recipientOfStatus(data, contact));
  const sent = isJson(data.message) && data.to === undefined ? data.message : data;
  if (
    (sent.to !== undefined || sent.to_user_id !== undefined) &&
    data.direction !== "USER_INITIATED"
  ) {
    return recipient(person(sent.to, sent.to_user_id, sent.to_parent_user_id, contact));
  }
  const sender = senderOf(data, contact);
  return sender === undefined ? {} : { sender };
}

function recipient(found: Person | undefined): People {
  return found === undefined ? {} : { recipient: found };
}

function isStatus({ recipient_id, recipient_user_id, recipient_type }: Json): boolean {
  return (
    recipient_id !== undefined || recipient_user_id !== undefined || recipient_type !== undefined
  );
}

function recipientOfStatus(status: Json, contact: Json): Person | undefined {
  const phone = status.recipient_participant_id ?? status.participant_recipient_id;
  const userId = status.recipient_participant_user_id;
  if (status.recipient_type === "group")
    return person(phone, userId, status.recipient_participant_parent_user_id, contact);
  return person(
    status.recipient_id ?? contact.wa_id,
    status.recipient_user_id ?? contact.user_id,
    status.recipient_parent_user_id ?? status.parent_recipient_user_id ?? contact.parent_user_id,
    contact,
  );
}

function senderOf(data: Json, contact: Json): Person | undefined {
  const system = isJson(data.system) ? data.system : {};
  const handover = isJson(data.sender) ? data.sender : {};
  const profile = isJson(data.profile) ? data : contact;
  return person(
    data.from ?? data.wa_id ?? handover.phone_number ?? contact.wa_id,
    data.from_user_id ??
      data.user_id ??
      contact.user_id ??
      system.previous_user_id ??
      system.user_id,
    data.from_parent_user_id ?? data.parent_user_id ?? contact.parent_user_id,
    profile,
  );
}

/** Somebody of whom only the ids are known. */
export function personOf({ wa_id, user_id, parent_user_id }: Json): Person | undefined {
  return person(wa_id, user_id, parent_user_id, {});
}

function person(
  phone: unknown,
  userId: unknown,
  parentUserId: unknown,
  contact: Json,
): Person | undefined {
  const key = idOf(userId) ?? idOf(phone);
  if (key === undefined) return undefined;
  const profile = isJson(contact.profile) ? contact.profile : {};
  const known = present({
    phone: idOf(phone),
    userId: idOf(userId),
    parentUserId: idOf(parentUserId),
    username: textOf(profile.username)?.replace(/^@/, ""),
    name: textOf(profile.name),
  });
  return { key, ...known };
}
