import { describe, test } from "vitest";
import { adapterCases } from "../src/index.ts";
import { fetchSubject } from "./subjects/fetch-subject.ts";

describe("the adapter suite on Fetch", () => {
  for (const { name, run } of adapterCases(fetchSubject)) test(name, { timeout: 30_000 }, run);
});
