import { brief } from "../key.ts";
import { contact as contactFamily } from "../schema/families.ts";
import { type Item, isJson, type Json, present, textOf } from "./item.ts";

/**
 * The profiles of a body. Matched by id, never by position. The only profile of a body is taken for the only customer
 * in it even where the ids differ (a WhatsApp id need not be the phone number), unless they contradict.
 */
export class Contacts {
  readonly #known: readonly Json[];
  readonly #only: Json | undefined;
  /** Made when there is more than one to choose from. */
  #index: Index | undefined;

  constructor(contacts: readonly unknown[], items: readonly unknown[]) {
    this.#known = contacts.every(isJson) ? contacts : contacts.filter(isJson);
    this.#only = this.#known.length === 1 && isSoleCustomer(items) ? this.#known[0] : undefined;
  }

  of(item: Json): Json | undefined {
    if (this.#known.length === 0) return undefined;
    const { userId, phone } = customerOf(item);
    if (this.#only === undefined) {
      this.#index ??= indexOf(this.#known);
      return this.#index.byUserId.get(userId) ?? this.#index.byPhone.get(phone);
    }
    const only = this.#only;
    if (phone !== undefined && only.wa_id === phone) return only;
    const contradicts =
      userId !== undefined && only.user_id !== undefined && only.user_id !== userId;
    return contradicts ? undefined : only;
  }
}

interface Index {
  readonly byUserId: ReadonlyMap<unknown, Json>;
  readonly byPhone: ReadonlyMap<unknown, Json>;
}

/** The first of several with one id is found. */
function indexOf(known: readonly Json[]): Index {
  const byUserId = new Map<unknown, Json>();
  const byPhone = new Map<unknown, Json>();
  for (const contact of known.toReversed()) {
    if (contact.user_id !== undefined) byUserId.set(contact.user_id, contact);
    if (contact.wa_id !== undefined) byPhone.set(contact.wa_id, contact);
  }
  return { byUserId, byPhone };
}

interface Customer {
  readonly userId: unknown;
  readonly phone: unknown;
}

function isSoleCustomer(items: readonly unknown[]): boolean {
  let first: Customer | undefined;
  for (const item of items) {
    if (!isJson(item)) continue;
    const customer = customerOf(item);
    first ??= customer;
    if (customer.userId !== first.userId || customer.phone !== first.phone) return false;
  }
  return true;
}

/**
 * Whom an item is from or for: the customer's side, as far as its place tells. In groups that is the participant:
 * `recipient_id` is the group there, which has no profile.
 */
function customerOf(item: Json): Customer {
  return {
    userId:
      item.to_user_id ??
      item.from_user_id ??
      item.recipient_participant_user_id ??
      item.recipient_user_id ??
      item.user_id,
    phone:
      item.to ??
      item.from ??
      item.recipient_participant_id ??
      item.participant_recipient_id ??
      item.recipient_id ??
      item.wa_id,
  };
}

/** What profiles of a body came with: the first item that has an id, and its state. */
export function anchorOf(items: readonly unknown[]): string | undefined {
  for (const item of items) {
    if (!isJson(item)) continue;
    const id = textOf(item.id);
    const word = textOf(item.status) ?? textOf(item.event) ?? "";
    if (id !== undefined) return `${brief(id)}:${brief(word)}`;
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
  return { ...message, family: contactFamily, data: contact, anchor: `${textOf(data.id) ?? ""}:` };
}
