import type { EventMap } from "./events.ts";
import { brief } from "./key.ts";
import { fingerprint } from "./signature.ts";

type ContactEvent = EventMap["contact"];
type Profile = Readonly<Record<string, unknown>>;

/** How many customers' last profiles are remembered. */
const LIMIT = 10_000;
/** Properties of a profile that nobody has described: how many are looked at, and how many of all are remembered. */
const MOST_OTHERS = 16;
const MOST_REMEMBERED = 2 * MOST_OTHERS;

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
      ...othersOf(rest),
    };
    const names = keysOf(event);
    const last = names.map((name) => this.#profiles.get(name)).find((found) => found !== undefined);
    const differs =
      last === undefined ||
      Object.entries(seen).some(([key, value]) => value !== undefined && value !== last[key]);
    if (!differs && previous === undefined) return false;
    const told = Object.fromEntries(
      Object.entries(seen).filter(([, value]) => value !== undefined),
    );
    const both = { ...last, ...told };
    const merged = Object.keys(both).length > MOST_REMEMBERED ? told : both;
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

/** Whatever else a profile holds is not kept: hashes tell whether it is another. */
function othersOf(rest: Profile): Profile {
  const some = Object.entries(rest).slice(0, MOST_OTHERS);
  return Object.fromEntries(
    some.map(([name, value]) => [`other ${brief(name)}`, fingerprint(JSON.stringify(value))]),
  );
}
