import type { ChatMessage } from "../conversations.ts";
import { Subscribers } from "../subscribers.ts";
import type { Breakage } from "./breakage.ts";
import type { Api, Notification } from "./notification.ts";
import type { Failure } from "./post.ts";

/** One request to a receiver and how it ended. */
export interface Attempt {
  /** When it began, by the emulator's clock. */
  readonly at: number;
  /** 1 for the first, and so on. */
  readonly number: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The answer's status, when one came. */
  readonly status?: number;
  readonly failure?: Failure;
  /** Node's word for the failure, such as `ECONNREFUSED`. */
  readonly code?: string;
  /** What the weather did to it, by the name of its option. Then it counts as failed, and the receiver is not blamed. */
  readonly weather?: Breakage;
  /** How long the receiver took, in real time. */
  readonly answerMs: number;
}

/** A notification to one receiver. */
export interface Delivery {
  /** Deliveries of one notification to several apps share it. */
  readonly notificationId: string;
  readonly api: Api;
  /** The app's id, or `on-premises`. */
  readonly to: string;
  /** When its body was made, by the emulator's clock. */
  readonly createdAt: number;
  /** The body, as sent in every attempt. */
  readonly body: string;
  /** Keys of the items in it, as {@link itemKey} makes them. */
  readonly items: readonly string[];
  readonly duplicateOf?: string;
  /**
   * `waiting`: not delivered yet. `delivered`: answered with 200 (it may still be sent again, when another app failed).
   * `given_up`: the retries' time was over. `discarded`: nobody was subscribed, or no URL was set, when it was to be sent, or
   * sent again; it is `waiting` again when the app subscribes while others still get it. `lost`: it was kept in memory when
   * the emulator stopped.
   */
  readonly state: "waiting" | "delivered" | "given_up" | "discarded" | "lost";
  /** The newest 1000. */
  readonly attempts: readonly Attempt[];
  /** When it is sent again, by the emulator's clock. Absent while a request is under way, and when it is over. */
  readonly nextAttemptAt?: number;
}

/** What {@link Emulator.on} tells. */
export interface JournalEvents {
  /** A request begins. */
  readonly begun: { readonly delivery: Delivery };
  /** A request has ended. */
  readonly attempt: { readonly delivery: Delivery; readonly attempt: Attempt };
  /** A delivery is going to be sent again, at its `nextAttemptAt`. */
  readonly postponed: { readonly delivery: Delivery };
  /** A delivery has reached its end, whichever. */
  readonly settled: { readonly delivery: Delivery };
  /** A delivery that had reached its end and was postponed, because another app failed, is not sent again after all. */
  readonly cancelled: { readonly delivery: Delivery };
  /** A message was written, by a customer or by the business, or its status has changed. */
  readonly message: { readonly message: ChatMessage };
}

interface Entry extends Delivery {
  state: Delivery["state"];
  readonly attempts: Attempt[];
  nextAttemptAt?: number;
}

/** Older deliveries are forgotten beyond either; the audit and the verdict still count them. */
export const KEPT_DELIVERIES = 20_000;
/** Of all bodies together: several times what that many ordinary ones have, and some thirty of the largest. */
export const KEPT_BYTES = 100_000_000;

/** Of one delivery: with the platform's waits there are a few hundred at most, with very short ones there is no end of them. */
const KEPT_ATTEMPTS = 1000;

/** What was sent, to whom, and how it went. */
export class Journal {
  readonly subscribers = new Subscribers<JournalEvents>();
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  get deliveries(): readonly Delivery[] {
    return [...this.#entries.values()];
  }

  begun(notification: Notification, to: string): void {
    const delivery = this.#entry(notification, to);
    delete delivery.nextAttemptAt;
    // The app has subscribed again.
    if (delivery.state === "discarded") delivery.state = "waiting";
    this.subscribers.tell("begun", { delivery });
  }

  postponed(notification: Notification, to: string, nextAttemptAt: number): void {
    const delivery = this.#entry(notification, to);
    delivery.nextAttemptAt = nextAttemptAt;
    this.subscribers.tell("postponed", { delivery });
  }

  attempted(notification: Notification, to: string, attempt: Attempt): void {
    const delivery = this.#entry(notification, to);
    delivery.attempts.push(attempt);
    if (delivery.attempts.length > KEPT_ATTEMPTS) delivery.attempts.shift();
    this.subscribers.tell("attempt", { delivery, attempt });
  }

  settled(
    notification: Notification,
    to: string,
    state: Exclude<Delivery["state"], "waiting">,
  ): void {
    const delivery = this.#entry(notification, to);
    const wasPostponed = delivery.nextAttemptAt !== undefined;
    delete delivery.nextAttemptAt;
    if (delivery.state !== "waiting") {
      if (wasPostponed) this.subscribers.tell("cancelled", { delivery });
      return;
    }
    delivery.state = state;
    this.subscribers.tell("settled", { delivery });
  }

  /** Whether there is a delivery of it to this one. */
  has(notification: Notification, to: string): boolean {
    return this.#entries.has(keyOf(notification, to));
  }

  #entry(notification: Notification, to: string): Entry {
    const key = keyOf(notification, to);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = {
        notificationId: notification.id,
        api: notification.api,
        to,
        createdAt: notification.createdAt,
        body: notification.body,
        items: notification.units.map((unit) => unit.key),
        ...(notification.duplicateOf !== undefined && { duplicateOf: notification.duplicateOf }),
        state: "waiting",
        attempts: [],
      };
      this.#entries.set(key, entry);
      this.#bytes += Buffer.byteLength(entry.body);
      this.#forgetOldest();
    }
    return entry;
  }

  /** The newest stays, however large it is. */
  #forgetOldest(): void {
    for (const [key, { body }] of this.#entries) {
      const isTooMuch = this.#entries.size > KEPT_DELIVERIES || this.#bytes > KEPT_BYTES;
      if (!isTooMuch || this.#entries.size === 1) return;
      this.#entries.delete(key);
      this.#bytes -= Buffer.byteLength(body);
    }
  }
}

function keyOf(notification: Notification, to: string): string {
  return `${notification.id} ${to}`;
}
