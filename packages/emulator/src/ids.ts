import type { Random } from "./random.ts";

/** Who sent the message that an id belongs to; both APIs write it into the id. */
export type Direction = "customer" | "business";

/** Makes ids that look like the platform's. No two are the same within one storage and one seed. */
export interface Ids {
  /** For everything that needs a number of its own: `3-17` is the 17th of the third start. */
  next(): string;
  /** The Cloud API's message id: base64 with the customer's number in it. */
  wamid(direction: Direction, customer: string): string;
  /** The On-Premises client's message id: base64url with the customer's number in it. */
  onPremises(direction: Direction, customer: string): string;
  /** Digits, such as the id of a medium in the Cloud API. */
  digits(count: number): string;
  uuid(): string;
  hex(bytes: number): string;
  base64(bytes: number): string;
}

/** `start` tells one start of a storage from the next, so that ids go on where the last run stopped. */
export function createIds(random: Random, start: number): Ids {
  let count = 0;
  const next = (): string => `${start}-${++count}`;
  const bytes = (length: number): Buffer => random.bytes(length, "id", next());
  const hex = (length: number): string => bytes(length).toString("hex");
  return {
    next,
    hex,
    wamid(direction, customer) {
      const [kind, key] = direction === "customer" ? [0x12, `3A${hex(9)}`] : [0x11, hex(9)];
      return `wamid.${Buffer.concat([
        Buffer.from([0x1c, 0x18, customer.length]),
        Buffer.from(customer),
        Buffer.from([0x15, 0x02, 0x00, kind, 0x18, key.length]),
        Buffer.from(key.toUpperCase()),
        Buffer.from([0x00]),
      ]).toString("base64")}`;
    },
    onPremises(direction, customer) {
      const isOdd = customer.length % 2 === 1;
      const number = Buffer.from(isOdd ? `${customer}f` : customer, "hex");
      const key = bytes(direction === "customer" ? 16 : 9);
      return Buffer.concat([
        Buffer.from([
          direction === "customer" ? 0x00 : 0x80,
          0x11,
          number.length | (isOdd ? 0x80 : 0),
        ]),
        number,
        Buffer.from([0x02, key.length]),
        key,
      ]).toString("base64url");
    },
    digits: (length) =>
      Array.from(bytes(length), (byte, i) => (i === 0 ? 1 + (byte % 9) : byte % 10)).join(""),
    uuid: () => hex(16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
    base64: (length) => bytes(length).toString("base64"),
  };
}
