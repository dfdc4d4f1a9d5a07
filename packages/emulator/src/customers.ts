import type { Random } from "./random.ts";

/** A person who writes to the business. */
export interface Person {
  readonly name: string;
  /** In digits. Absent when they use a username and hide the number. */
  readonly phone?: string;
  readonly username?: string;
  /** The business-scoped user id. */
  readonly userId: string;
}

/** How to describe a person: everything is optional, but there must be a phone number or a username. */
export interface PersonOptions {
  readonly name?: string | undefined;
  /** In digits. Default: a number of its own, unless there is a username. */
  readonly phone?: string | undefined;
  /** Without a `phone`, the person hides the number. */
  readonly username?: string | undefined;
  readonly userId?: string | undefined;
}

/** Everybody the emulator has heard of. The same number is always the same person. */
export class Customers {
  readonly #random: Random;
  readonly #businessNumbers: ReadonlySet<string>;
  readonly #people = new Map<string, Person>();
  #count = 0;

  /** No customer is given one of the business's numbers by itself. */
  constructor(random: Random, businessNumbers: readonly string[]) {
    this.#random = random;
    this.#businessNumbers = new Set(businessNumbers);
  }

  /** Throws for a number that is not in digits. */
  meet({ name, phone, username, userId }: PersonOptions): Person {
    const number = phone ?? (username === undefined ? this.#freeNumber() : undefined);
    if (number !== undefined && !/^\d{5,15}$/.test(number))
      throw new TypeError("a customer's phone number is in digits: 12125550123.");
    const known = this.#people.get(number ?? username ?? "");
    const person: Person = {
      name: name ?? known?.name ?? "Dana Whitfield",
      ...(number !== undefined && { phone: number }),
      ...(username !== undefined && { username }),
      userId: userId ?? known?.userId ?? this.#userId(number ?? username ?? ""),
    };
    for (const key of [number, username, person.userId])
      if (key !== undefined) this.#people.set(key, person);
    return person;
  }

  /** The person behind a number or a business-scoped user id that the business writes to. */
  find(to: string): Person {
    const digits = to.replace(/^\+/, "").replace(/[\s()-]/g, "");
    const known = this.#people.get(to) ?? this.#people.get(digits);
    if (known !== undefined) return known;
    if (/^\d{5,15}$/.test(digits)) return this.meet({ phone: digits });
    return { name: "Dana Whitfield", userId: to };
  }

  #freeNumber(): string {
    for (;;) {
      const number = inventedNumber(++this.#count);
      if (!this.#people.has(number) && !this.#businessNumbers.has(number)) return number;
    }
  }

  #userId(of: string): string {
    const digits = this.#random.bytes(20, "user id", of);
    return `US.${Array.from(digits, (byte, i) => (i === 0 ? 1 + (byte % 9) : byte % 10)).join("")}`;
  }
}

/** The n-th number of exchange 555, which is for invented ones: first those of New York, then those of other area codes. */
function inventedNumber(n: number): string {
  return `1${212 + Math.floor(n / 10_000)}555${String(n % 10_000).padStart(4, "0")}`;
}
