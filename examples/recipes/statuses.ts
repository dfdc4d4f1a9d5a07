import { isNewerStatus, type Webhooks } from "@whatsapp-webhooks/core";

export interface Outbox {
  /**
   * Changes the state of a message that you sent, in one step: `next` gets what it is now and returns what it becomes.
   * The row may not be there yet, as a status can come before the answer of the call that sent the message.
   */
  update(messageId: string, next: (status: string | undefined) => string): Promise<void>;
}

/** Statuses come in any order, and twice. A message that was read stays read. */
export function followStatuses(webhooks: Webhooks, outbox: Outbox): void {
  webhooks.on("status", async ({ name, data }) => {
    // A payment's state is no step of a message.
    if (name === "status.payment" || name === "status.invalid") return;
    const { id, status } = data;
    await outbox.update(id, (now) =>
      now === undefined || isNewerStatus(status, now) ? status : now,
    );
  });
}
