import type { Person } from "../events.ts";
import { idOf, isJson, type Json, present, textOf } from "./item.ts";

/** Who an event is from, or whom it is about. */
export interface People {
  readonly sender?: Person | undefined;
  readonly recipient?: Person | undefined;
}

/** Finds the customer of an item by the ids in it, and completes them with the profile that came with it. */
export function peopleOf(data: unknown, contact: Json = {}): People {
  if (!isJson(data)) return {};
  if (isStatus(data)) return { recipient: recipientOfStatus(data, contact) };
  const sent = isJson(data.message) && data.to === undefined ? data.message : data;
  if (
    (sent.to !== undefined || sent.to_user_id !== undefined) &&
    data.direction !== "USER_INITIATED"
  ) {
    const { to, to_user_id, to_parent_user_id } = sent;
    return { recipient: person(idOf(to), idOf(to_user_id), idOf(to_parent_user_id), contact) };
  }
  return { sender: senderOf(data, contact) };
}

function isStatus({ recipient_id, recipient_user_id, recipient_type }: Json): boolean {
  return (
    recipient_id !== undefined || recipient_user_id !== undefined || recipient_type !== undefined
  );
}

// What is no id is passed over, so that an event is of the same person whether or not it was mended.

function recipientOfStatus(status: Json, contact: Json): Person | undefined {
  if (status.recipient_type === "group")
    return person(
      idOf(status.recipient_participant_id) ?? idOf(status.participant_recipient_id),
      idOf(status.recipient_participant_user_id),
      idOf(status.recipient_participant_parent_user_id),
      contact,
    );
  return person(
    idOf(status.recipient_id) ?? idOf(contact.wa_id),
    idOf(status.recipient_user_id) ?? idOf(contact.user_id),
    idOf(status.recipient_parent_user_id) ??
      idOf(status.parent_recipient_user_id) ??
      idOf(contact.parent_user_id),
    contact,
  );
}

function senderOf(data: Json, contact: Json): Person | undefined {
  const system = isJson(data.system) ? data.system : {};
  const handover = isJson(data.sender) ? data.sender : {};
  const profile = isJson(data.profile) ? data : contact;
  return person(
    idOf(data.from) ?? idOf(data.wa_id) ?? idOf(handover.phone_number) ?? idOf(contact.wa_id),
    idOf(data.from_user_id) ??
      idOf(data.user_id) ??
      idOf(contact.user_id) ??
      idOf(system.previous_user_id) ??
      idOf(system.user_id),
    idOf(data.from_parent_user_id) ?? idOf(data.parent_user_id) ?? idOf(contact.parent_user_id),
    profile,
  );
}

/** Somebody of whom only the ids are known. */
export function personOf({ wa_id, user_id, parent_user_id }: Json): Person | undefined {
  return person(idOf(wa_id), idOf(user_id), idOf(parent_user_id), {});
}

function person(
  phone: string | undefined,
  userId: string | undefined,
  parentUserId: string | undefined,
  contact: Json,
): Person | undefined {
  const key = userId ?? phone;
  if (key === undefined) return undefined;
  const profile = isJson(contact.profile) ? contact.profile : {};
  const known = present({
    phone,
    userId,
    parentUserId,
    username: textOf(profile.username)?.replace(/^@/, ""),
    name: textOf(profile.name),
  });
  return { key, ...known };
}
