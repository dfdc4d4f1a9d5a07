import type { Api } from "./delivery/notification.ts";
import type { Json } from "./json.ts";

/** How far a message of the business comes. */
export type Fate = "sent" | "delivered" | "read" | "failed";

/** A message that the business sent through the emulated API. */
export interface SentMessage {
  readonly id: string;
  readonly api: Api;
  /** As asked for: a phone number, or a business-scoped user id. */
  readonly to: string;
  readonly type: string;
  /** The request's body. */
  readonly body: Readonly<Json>;
}

/** Which statuses come for what the business sends. */
export interface StatusOptions {
  /** The last status that comes: for all messages, or for each. Default: `read`. */
  readonly reach?: Fate | ((message: SentMessage) => Fate) | undefined;
  /** How long after sending each comes, by the emulator's clock. Default: 10, 60, 200 and 60 ms. */
  readonly delayMs?: Partial<Readonly<Record<Fate, number>>> | undefined;
  /** The error of a message that failed, in the words of the API that it was sent through. */
  readonly error?: Readonly<Json> | undefined;
}

const defaultDelays: Readonly<Record<Fate, number>> = {
  sent: 10,
  delivered: 60,
  read: 200,
  failed: 60,
};

/** The statuses of a message, with their delays. */
export function coming(
  message: SentMessage,
  { reach = "read", delayMs }: StatusOptions,
): readonly { readonly status: Fate; readonly delayMs: number }[] {
  const wanted = typeof reach === "function" ? reach(message) : reach;
  // A reaction of the business gets `sent` and nothing more.
  const fate = message.type === "reaction" && wanted !== "failed" ? "sent" : wanted;
  const steps: readonly Fate[] =
    fate === "failed"
      ? ["failed"]
      : (["sent", "delivered", "read"] as const).slice(
          0,
          1 + ["sent", "delivered", "read"].indexOf(fate),
        );
  const delays = { ...defaultDelays, ...delayMs };
  return steps.map((status) => ({ status, delayMs: delays[status] }));
}
