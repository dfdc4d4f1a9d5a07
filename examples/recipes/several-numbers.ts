import type { EventOf, Webhooks } from "@whatsapp-webhooks/core";

/** What one business number does with what is written to it. */
export interface Desk {
  readonly phoneNumberId: string;
  readonly answer: (event: EventOf<"message.text">) => Promise<void>;
}

/** Each desk hears its own number alone. Texts to a number without a desk go to `others`. */
export function openDesks(webhooks: Webhooks, desks: readonly Desk[], others: Desk["answer"]) {
  for (const { phoneNumberId, answer } of desks)
    webhooks.scoped(phoneNumberId).on("message.text", answer);
  const known = new Set(desks.map(({ phoneNumberId }) => phoneNumberId));
  webhooks.on("message.text", async (event) => {
    if (!known.has(event.account.phoneNumberId ?? "")) await others(event);
  });
}
