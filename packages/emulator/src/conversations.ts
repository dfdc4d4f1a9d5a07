import type { CustomerMessage } from "./customer-message.ts";
import type { Person } from "./customers.ts";
import type { Delivery, JournalEvents } from "./delivery/journal.ts";
import { isJson, type Json, textOf } from "./json.ts";
import type { Fate, SentMessage } from "./statuses.ts";
import type { Subscribers } from "./subscribers.ts";

/** A message as a chat window shows it. */
export interface ChatMessage {
  readonly id: string;
  /** The id of the business number, or `on-premises`. */
  readonly line: string;
  /** Whom the business talks to, whoever wrote this message. */
  readonly customer: Person;
  readonly from: "customer" | "business";
  /** When it was written, by the emulator's clock. */
  readonly at: number;
  readonly type: string;
  /** What stands below the type's name. Of a customer's file: `{ caption?, filename?, mimeType? }`. */
  readonly content: unknown;
  /** The message that it answers. */
  readonly replyTo?: string;
  /**
   * A message of the business gets the status that its receiver is told of. A customer's is `delivered` when a receiver has
   * answered 200, `read` when the business has marked it as read, and `failed` when it was given up or nobody is subscribed,
   * as long as no other receiver takes it.
   */
  readonly status: "waiting" | Fate;
  /** Why it failed, in the platform's words. */
  readonly error?: Readonly<Json>;
}

type Order = Readonly<Record<ChatMessage["status"], number>>;

/** A message gets further in this order and never back. */
const orders: Readonly<Record<ChatMessage["from"], Order>> = {
  business: { waiting: 0, sent: 1, delivered: 2, read: 3, failed: 4 },
  // One receiver that takes it is enough, whatever becomes of it at the others.
  customer: { waiting: 0, failed: 1, sent: 2, delivered: 3, read: 4 },
};

/** Older messages are forgotten beyond this; nothing else depends on them. */
const KEPT_MESSAGES = 1000;

/** Both sides of the conversations, for whoever looks on. Fed by what happens; nothing that is delivered depends on it. */
export class Conversations {
  readonly #subscribers: Subscribers<JournalEvents>;
  readonly #messages = new Map<string, ChatMessage>();

  constructor(subscribers: Subscribers<JournalEvents>) {
    this.#subscribers = subscribers;
    subscribers.add("settled", ({ delivery }) => this.#settled(delivery));
  }

  /** The newest messages, oldest first. */
  get messages(): readonly ChatMessage[] {
    return [...this.#messages.values()];
  }

  /** A customer has written. */
  received(
    line: string,
    customer: Person,
    id: string,
    { type, content, media, replyTo }: CustomerMessage,
    at: number,
  ): void {
    const { kind: _kind, ...file } = media ?? { kind: undefined };
    this.#put({
      id,
      line,
      customer,
      from: "customer",
      at,
      type,
      content: media === undefined ? content : file,
      ...(replyTo !== undefined && { replyTo }),
      status: "waiting",
    });
  }

  /** The business has written. */
  sent(line: string, customer: Person, { id, type, body }: SentMessage, at: number): void {
    const replyTo = isJson(body.context) ? textOf(body.context.message_id) : undefined;
    this.#put({
      id,
      line,
      customer,
      from: "business",
      at,
      type,
      content: body[type],
      ...(replyTo !== undefined && { replyTo }),
      status: "waiting",
    });
  }

  /** A message has got further. One that came further before stays there. */
  reached(id: string, status: Fate, error?: Readonly<Json>): void {
    const message = this.#messages.get(id);
    if (message === undefined) return;
    const order = orders[message.from];
    if (order[status] <= order[message.status]) return;
    this.#put({ ...message, status, ...(error !== undefined && { error }) });
  }

  #put(message: ChatMessage): void {
    this.#messages.set(message.id, message);
    const [oldest] = this.#messages.keys();
    if (this.#messages.size > KEPT_MESSAGES && oldest !== undefined) this.#messages.delete(oldest);
    this.#subscribers.tell("message", { message });
  }

  #settled({ items, state }: Delivery): void {
    for (const key of items) {
      const [, id] = /^message:(.*):[^:]*$/s.exec(key) ?? [];
      if (id === undefined || this.#messages.get(id)?.from !== "customer") continue;
      this.reached(id, state === "delivered" ? "delivered" : "failed");
    }
  }
}
