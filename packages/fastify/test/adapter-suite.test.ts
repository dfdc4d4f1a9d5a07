import { adapterCases } from "@whatsapp-webhooks/testing";
import { describe, test } from "vitest";
import { fastifySubject, majors } from "./fastify-subject.ts";

for (const [major, fastify] of Object.entries(majors)) {
  describe(`the adapter suite on ${major}`, () => {
    for (const { name, run } of adapterCases(fastifySubject(fastify)))
      test(name, { timeout: 30_000 }, run);
  });
}
