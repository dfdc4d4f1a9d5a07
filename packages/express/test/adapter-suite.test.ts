import { adapterCases } from "@whatsapp-webhooks/testing";
import { describe, test } from "vitest";
import { expressSubject, majors } from "./express-subject.ts";

for (const [major, express] of Object.entries(majors)) {
  describe(`the adapter suite on ${major}`, () => {
    for (const { name, run } of adapterCases(expressSubject(express)))
      test(name, { timeout: 30_000 }, run);
  });
}
