import { adapterCases } from "@whatsapp-webhooks/testing";
import { describe, test } from "vitest";
import { koaSubject, majors } from "./koa-subject.ts";

for (const [major, Koa] of Object.entries(majors)) {
  describe(`the adapter suite on ${major}`, () => {
    for (const { name, run } of adapterCases(koaSubject(Koa))) test(name, { timeout: 30_000 }, run);
  });
}
