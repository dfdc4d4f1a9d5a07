import { checkFlowAnswer, type Webhooks } from "@whatsapp-webhooks/core";
import * as z from "zod";

/** What the flow's screens ask for. All that a flow sends is text, and customers can run old versions of it. */
const feedback = z.object({
  flow_token: z.string(),
  rating: z.coerce.number().int().min(1).max(5),
  would_return: z.enum(["yes", "no"]).transform((word) => word === "yes"),
  remark: z.string().optional(),
});

export type Feedback = z.infer<typeof feedback>;

export function collectFeedback(
  webhooks: Webhooks,
  keep: (key: string, answer: Feedback) => Promise<void>,
  tell: (problem: string) => void,
): void {
  webhooks.on("message.interactive", async ({ flow, key }) => {
    // Buttons and lists are interactive messages too, and address forms answer as flows do.
    if (flow?.name !== "flow") return;
    const result = await checkFlowAnswer(flow, feedback);
    if (result.issues === undefined) {
      await keep(key, result.value);
      return;
    }
    // The paths alone: the values are what a customer typed.
    const paths = result.issues.map(({ path }) => path?.join(".") || "all of it");
    tell(`A flow's answer does not fit: ${paths.join(", ")}`);
  });
}
