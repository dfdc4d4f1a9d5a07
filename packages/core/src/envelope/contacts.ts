import { type Item, isJson, type Json, textOf } from "./item.ts";

/**
 * The profile that belongs to an item: matched by id, never by position. The only profile of a body is taken for
 * the only customer in it even where the ids differ (a WhatsApp id need not be the phone number), unless they contradict.
 */
export function contactOf(
  item: Json,
  contacts: readonly unknown[],
  soleCustomer: boolean,
): Json | undefined {
  const { userId, phone } = idsOf(item);
  const known = contacts.filter(isJson);
  const match =
    known.find((contact) => userId !== undefined && contact.user_id === userId) ??
    known.find((contact) => phone !== undefined && contact.wa_id === phone);
  if (match !== undefined || known.length !== 1 || !soleCustomer) return match;
  const [only] = known;
  const contradicts =
    userId !== undefined && only?.user_id !== undefined && only.user_id !== userId;
  return contradicts ? undefined : only;
}

/** Whether all items of a body come from, or go to, one customer. */
export function isSoleCustomer(items: readonly unknown[]): boolean {
  const [first, ...others] = items.filter(isJson).map(customerOf);
  return others.every((customer) => customer === first);
}

function customerOf(item: Json): unknown {
  const { userId, phone } = idsOf(item);
  return userId ?? phone;
}

/** Whom an item is from or about. In groups that is the participant: `recipient_id` is the group, which has no profile. */
function idsOf(item: Json): { readonly userId: unknown; readonly phone: unknown } {
  return {
    userId: item.from_user_id ?? item.recipient_participant_user_id ?? item.recipient_user_id,
    phone:
      item.from ??
      item.recipient_participant_id ??
      item.participant_recipient_id ??
      item.recipient_id,
  };
}

/** What profiles of a body came with: the first item that has an id, and its state. */
export function anchorOf(items: readonly unknown[]): string | undefined {
  for (const item of items) {
    if (!isJson(item)) continue;
    const id = textOf(item.id);
    if (id !== undefined) return `${id}:${textOf(item.status) ?? ""}`;
  }
  return undefined;
}

/** The profile that a `system` message tells of: a new number, a new user id or a new identity. */
export function contactFromSystem(message: Item): Item | undefined {
  const { data } = message;
  if (!isJson(data) || data.type !== "system" || !isJson(data.system)) return undefined;
  const { system, identity } = data as { system: Json; identity?: unknown };
  const hash = system.identity ?? (isJson(identity) ? identity.hash : undefined);
  const wa_id = system.wa_id ?? system.new_wa_id;
  const isChange = wa_id !== undefined || system.user_id !== undefined;
  if (!isChange && hash === undefined) return undefined;
  const contact = isChange
    ? present({
        wa_id,
        user_id: system.user_id,
        parent_user_id: system.parent_user_id,
        identity_key_hash: hash,
        previous: present({
          wa_id: data.from,
          user_id: system.previous_user_id,
          parent_user_id: system.previous_parent_user_id,
        }),
      })
    : present({
        wa_id: system.user ?? system.customer ?? data.from,
        user_id: data.from_user_id,
        identity_key_hash: hash,
      });
  return { ...message, family: "contact", data: contact, anchor: `${textOf(data.id) ?? ""}:` };
}

function present(values: Json): Json {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
