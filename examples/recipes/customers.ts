import type { Person, Webhooks } from "@whatsapp-webhooks/core";

export interface Customers {
  save(key: string, customer: Person): Promise<void>;
  /**
   * What is kept under the one key belongs under the other from now on. Not if something is kept there already, nor if it is old and
   * a number's: then it is its former owner's.
   */
  move(from: string, to: string): Promise<void>;
}

/**
 * Keeps customers by `key`: the business-scoped user id where there is one, else the phone number. A customer with a username
 * can have no phone number at all, so nothing may be kept by it.
 */
export function keepCustomers(webhooks: Webhooks, customers: Customers): void {
  webhooks.on("contact", async ({ sender, previous }) => {
    if (sender === undefined) return;
    // A new number, a new id: the same customer.
    if (previous !== undefined && previous.key !== sender.key)
      await customers.move(previous.key, sender.key);
    // Before April 2026 there were numbers only, and a business that knows both kept this customer by the number.
    if (sender.phone !== undefined && sender.phone !== sender.key)
      await customers.move(sender.phone, sender.key);
    await customers.save(sender.key, sender);
  });
}

/** What to call somebody. A name is the customer's own choice and may be anything. */
export function displayName({ name, username, phone }: Person): string {
  return name ?? (username && `@${username}`) ?? (phone && `+${phone}`) ?? "A customer";
}
