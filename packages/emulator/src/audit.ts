import { itemKey, type Unit } from "./unit.ts";

/** What a receiver says it handled, compared with what was sent. */
export interface AuditReport {
  /** True when nothing is missing, doubled or unexpected. */
  readonly ok: boolean;
  /** Items the receiver answered with 200 and did not handle. */
  readonly missing: readonly string[];
  /** Items it handled more often than they happened. */
  readonly doubled: readonly string[];
  /** What it handled and nobody sent: made up, or changed on the way. */
  readonly unexpected: readonly string[];
  /** Items that were not answered with 200 so far, and not handled either. */
  readonly undelivered: readonly string[];
  /** How many items were handled as often as they should be. */
  readonly handled: number;
}

/** Lists and shared texts instead of sets, because there may be a million of them. */
interface Account {
  parts: readonly string[];
  isRepeatable: boolean;
  /** Where the item came: at another place it is another event. */
  readonly places: string[];
  /** Who answered 200 for it, and at which place. */
  readonly accepted: Acceptance[];
}

interface Acceptance {
  readonly by: string;
  readonly place: string;
}

const nothing: readonly string[] = [];

/** Remembers what was sent and what was accepted, by keys alone. */
export class Ledger {
  readonly #accounts = new Map<string, Account>();
  readonly #profiles = new Set<string>();
  readonly #acceptances = new Map<string, Acceptance>();

  sent(units: readonly Unit[]): void {
    for (const unit of units) this.#account(unit);
  }

  #account({ key, parts, place, isRepeatable = false }: Unit): Account {
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = { parts: nothing, isRepeatable, places: [], accepted: [] };
      this.#accounts.set(key, account);
    }
    // An account of the same content with a time, and of one without: nothing tells those apart either.
    account.isRepeatable ||= isRepeatable;
    if (account.places.includes(place)) return account;
    account.places.push(place);
    if (parts.length > 0) account.parts = [...new Set([...account.parts, ...parts])];
    return account;
  }

  /** Profiles that came along with items: a receiver may report them or not. */
  sentProfiles(keys: readonly string[]): void {
    for (const key of keys) this.#profiles.add(key);
  }

  accepted(units: readonly Unit[], by: string): void {
    for (const unit of units) {
      const { accepted } = this.#account(unit);
      const acceptance = this.#acceptance(by, unit.place);
      if (!accepted.includes(acceptance)) accepted.push(acceptance);
    }
  }

  #acceptance(by: string, place: string): Acceptance {
    const key = `${by} ${place}`;
    const acceptance = this.#acceptances.get(key) ?? { by, place };
    this.#acceptances.set(key, acceptance);
    return acceptance;
  }

  /**
   * Each thing handled is an item as it came (an object), or its key (a string). `by` names one receiver, when several
   * apps have different ones.
   */
  audit(handled: Iterable<unknown>, by?: string): AuditReport {
    const counts = new Map<string, number>();
    for (const each of handled) {
      const key = typeof each === "string" ? each : itemKey(each);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const known = new Set<string>();
    const missing: string[] = [];
    const doubled: string[] = [];
    const undelivered: string[] = [];
    for (const [key, { parts, places, accepted, isRepeatable }] of this.#accounts) {
      const keys = [key, ...parts];
      for (const each of keys) known.add(each);
      const count = Math.max(...keys.map((each) => counts.get(each) ?? 0));
      const owed = acceptedBy(accepted, by);
      if (count > places.length && !isRepeatable) doubled.push(key);
      else if (count < owed) missing.push(key);
      else if (count < places.length && by === undefined) undelivered.push(key);
    }
    const unexpected = [...counts.keys()].filter(
      (key) => !known.has(key) && !this.#profiles.has(key),
    );
    const faults = missing.length + doubled.length + unexpected.length;
    return {
      ok: faults === 0,
      missing,
      doubled,
      unexpected,
      undelivered,
      handled: this.#accounts.size - missing.length - doubled.length - undelivered.length,
    };
  }
}

/** At how many places the receiver, or any of them, took the item. */
function acceptedBy(accepted: readonly Acceptance[], by: string | undefined): number {
  const own = by === undefined ? accepted : accepted.filter((each) => each.by === by);
  return new Set(own.map(({ place }) => place)).size;
}
