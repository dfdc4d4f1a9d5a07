import { expect, expectTypeOf, test } from "vitest";
import * as z from "zod";
import { checkFlowAnswer } from "../src/index.ts";

const schema = z.object({ size: z.coerce.number(), color: z.string().optional() });

test("a flow's answer is checked and typed by the user's own schema", async () => {
  const result = await checkFlowAnswer(
    { raw: "", response: { size: "42", flow_token: "t" } },
    schema,
  );
  if (result.issues !== undefined) throw new Error("unexpected issues");
  expectTypeOf(result.value).toEqualTypeOf<{ size: number; color?: string | undefined }>();
  expect(result.value).toEqual({ size: 42 });
});

test.each([
  ["an answer that does not fit", { raw: "", response: { size: "large" } }],
  ["an answer that is no JSON", { raw: "not json" }],
  ["no answer at all", undefined],
])("%s gives issues, not an error", async (_name, flow) => {
  const result = await checkFlowAnswer(flow, schema);
  expect(result.issues?.length).toBeGreaterThan(0);
});

test("a schema that answers later works too", async () => {
  const later = z.string().refine(async (text) => text === "yes");
  expect(await checkFlowAnswer({ raw: '"yes"', response: "yes" }, later)).toMatchObject({
    value: "yes",
  });
});
