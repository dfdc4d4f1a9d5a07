import { expect, test } from "vitest";
import { signedId } from "../src/record-id.ts";

const signature = Buffer.alloc(32, 1);
const HOUR_MS = 60 * 60 * 1_000;
const at = 500_000 * HOUR_MS;

/** As a request brings them: bytes of Node, or of the platform alone. */
const kinds = {
  "a Buffer": (text: string): Uint8Array => Buffer.from(text),
  "plain bytes": (text: string): Uint8Array => new TextEncoder().encode(text),
  "part of a larger one": (text: string): Uint8Array =>
    new TextEncoder().encode(`"timestamp":1${text}`).subarray('"timestamp":1'.length),
};

test.each(Object.entries(kinds))(
  "%s that tells a time is the same whenever it comes, of one tenant",
  (_kind, bytesOf) => {
    for (const body of ['{"timestamp":"1790000000"}', '{"time":1790000000}']) {
      const idOf = (tenant: string | undefined, receivedAt: number) =>
        signedId(signature, bytesOf(body), tenant, receivedAt);
      expect(idOf(undefined, at)).toBe(idOf(undefined, at + 24 * HOUR_MS));
      expect(idOf("a", at)).toBe(idOf("a", at + 24 * HOUR_MS));
      expect(new Set([undefined, "a", "b"].map((tenant) => idOf(tenant, at))).size).toBe(3);
    }
  },
);

test.each(Object.entries(kinds))(
  "%s that tells no time is the same for an hour, of one tenant",
  (_kind, bytesOf) => {
    const idOf = (tenant: string | undefined, receivedAt: number) =>
      signedId(signature, bytesOf('{"errors":[]}'), tenant, receivedAt);
    expect(idOf(undefined, at)).toBe(idOf(undefined, at + HOUR_MS - 1));
    expect(idOf(undefined, at)).not.toBe(idOf(undefined, at + HOUR_MS));
    expect(idOf("a", at)).not.toBe(idOf("b", at));
  },
);
