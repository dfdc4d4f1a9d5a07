import type { PrintedEvent } from "../receiver/printed-event.ts";

/** The customer's side of an event. */
export function personOf(event: PrintedEvent): PrintedEvent["sender"] {
  return event.sender ?? event.recipient ?? null;
}

/** Who an event is from or about, without their number: a name, or a username where the number is hidden. */
export function who(event: PrintedEvent): string {
  const person = personOf(event);
  if (person?.username !== undefined && person.phone === undefined) return `@${person.username}`;
  return person?.name ?? "";
}

/** The interesting bit of an event's data. The name narrows its type, as in a handler. */
export function what(event: PrintedEvent): string {
  switch (event.name) {
    case "message.text":
      return event.data.text.body;
    case "message.image":
      return event.data.image.caption ?? "without caption";
    case "message.audio":
      return event.data.audio.voice ? "voice = true" : "a file";
    case "message.location":
      return event.data.location.name ?? "a place";
    case "message.reaction":
      return event.data.reaction.emoji ?? "took the reaction back";
    case "message.interactive": {
      const { button_reply, list_reply } = event.data.interactive ?? {};
      return event.flow === undefined
        ? join(button_reply?.title, list_reply?.title, list_reply?.description)
        : answers(event.flow.response);
    }
    case "message.order": {
      const items = event.data.order.product_items ?? [];
      const price = (item: (typeof items)[number]) =>
        Number(item.quantity) * Number(item.item_price);
      const sum = items.reduce((total, item) => total + price(item), 0);
      return `${items.length} products, ${sum} ${items[0]?.currency}`;
    }
    case "message.unknown":
      return `${event.data.type}`;
    case "status.payment": {
      const { amount, currency } = event.data.payment ?? {};
      const sum = (amount?.value ?? 0) / (amount?.offset ?? 1);
      return `${sum.toFixed(2)} ${currency} ${event.data.status}`;
    }
    case "status.failed": {
      const [error] = event.data.errors ?? [];
      return join(error?.code, error?.title);
    }
    case "status.sent":
    case "status.delivered":
      return event.data.pricing?.category ?? "";
    case "platform_error":
      return join(event.data.code, event.data.title);
    default:
      return "";
  }
}

function join(...parts: readonly unknown[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(", ");
}

/** A flow's own words; its token says nothing to people. */
function answers(response: unknown): string {
  return Object.entries(response ?? {})
    .filter(([key]) => key !== "flow_token")
    .map(([key, value]) => `${key} ${value}`)
    .join(", ");
}
