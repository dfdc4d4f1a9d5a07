import { describe, test } from "vitest";
import { adapterCases } from "../src/index.ts";
import { nodeSubject } from "./subjects/node-subject.ts";

describe("the adapter suite on node:http", () => {
  for (const { name, run } of adapterCases(nodeSubject())) test(name, { timeout: 30_000 }, run);
});
