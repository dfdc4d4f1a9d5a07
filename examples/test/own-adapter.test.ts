import { adapterCases } from "@whatsapp-webhooks/testing";
import { describe, test } from "vitest";
import { subject } from "../hapi/subject.ts";

describe("an adapter of one's own: hapi", () => {
  for (const { name, run } of adapterCases(subject)) test(name, { timeout: 30_000 }, run);
});
