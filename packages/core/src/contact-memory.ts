import type { EventMap } from "./events.ts";
import { brief } from "./key.ts";
import { fingerprint } from "./signature.ts";

type ContactEvent = EventMap["contact"];
type Profile = Readonly<Record<string, unknown>>;

/** How many customers' last profiles are remembered. */
const LIMIT = 10_000;

/** Remembers what was last seen of each customer, to tell a changed profile from the same one again. */
export class ContactMemory {
  readonly #profiles = new Map<string, Profile>();

  /** Whether the event tells anything new; remembers it if so. What a body leaves out is no change. */
  isNews(event: ContactEvent): boolean {
    const { profile, previous, wa_id, user_id, parent_user_id, identity_key_hash, ...rest } =
      event.data;
    const seen: Profile = {
      wa_id: brief(wa_id),
      user_id: brief(user_id),
      parent_user_id: brief(parent_user_id),
      identity_key_hash: brief(identity_key_hash),
      name: brief(profile?.name),
      username: brief(profile?.username),
      // Whatever else it holds, it is not kept.
      rest: isEmpty(rest) ? undefined : fingerprint(JSON.stringify(rest)),
    };
    const names = keysOf(event);
    const last = names.map((name) => this.#profiles.get(name)).find((found) => found !== undefined);
    const differs =
      last === undefined ||
      Object.entries(seen).some(([key, value]) => value !== undefined && value !== last[key]);
    if (!differs && previous === undefined) return false;
    const merged = {
      ...last,
      ...Object.fromEntries(Object.entries(seen).filter(([, value]) => value !== undefined)),
    };
    for (const name of names) {
      this.#profiles.delete(name);
      this.#profiles.set(name, merged);
    }
    for (const oldest of this.#profiles.keys()) {
      if (this.#profiles.size <= LIMIT) break;
      this.#profiles.delete(oldest);
    }
    return true;
  }
}

/** A customer is found by any of their ids; user ids differ between businesses. */
function keysOf({ tenant, source, account, data }: ContactEvent): string[] {
  const scope = `${JSON.stringify([tenant, source, account.wabaId])}/`;
  return [data.user_id, data.wa_id].filter((id) => id !== undefined).map((id) => scope + brief(id));
}

function isEmpty(object: object): boolean {
  for (const _key in object) return false;
  return true;
}
