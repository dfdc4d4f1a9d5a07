// Checking a signature, by the size of the body: `npm run bench:micro`. Beside it the hash alone, below which nobody gets.
import { hash } from "node:crypto";
import { bench, describe } from "vitest";
import { isSignedBy, parseSignature } from "../src/signature.ts";
import { SECRET, signature } from "./support/requests.ts";

for (const kilobytes of [1, 10, 200, 3 * 1024]) {
  const body = Buffer.alloc(kilobytes * 1024, "x");
  const header = signature(body);

  describe(`${kilobytes} KB`, () => {
    bench("SHA-256 alone", () => {
      hash("sha256", body, "hex");
    });
    bench("header and signature", () => {
      const given = parseSignature(header);
      if (given === undefined || !isSignedBy([SECRET], body, given)) throw new Error("it fits");
    });
  });
}
