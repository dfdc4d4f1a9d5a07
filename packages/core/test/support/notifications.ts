import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Delivery, InboxRecord, WebhookRequest } from "@whatsapp-webhooks/core";

export const SECRET = "app-secret-of-the-tests";
export const TOKEN = "verify-token-of-the-tests";

let serial = 0;

export interface TextOptions {
  readonly id?: string;
  readonly from?: string;
  readonly name?: string;
  readonly phoneNumberId?: string;
  readonly wabaId?: string;
}

/** One message as it stands in a Cloud API body. */
export function text(
  body: string,
  { id = `wamid.${++serial}`, from = "12125550101" }: TextOptions = {},
) {
  return { from, id, timestamp: "1790000000", type: "text", text: { body } };
}

/** A Cloud API body with these messages in one change. */
export function cloudBody(
  messages: readonly object[],
  { name, phoneNumberId = "700000000000001", wabaId = "800000000000001" }: TextOptions = {},
) {
  const contacts =
    name === undefined ? {} : { contacts: [{ profile: { name }, wa_id: "12125550101" }] };
  const metadata = { display_phone_number: "12125550199", phone_number_id: phoneNumberId };
  const value = { messaging_product: "whatsapp", metadata, ...contacts, messages };
  return {
    object: "whatsapp_business_account",
    entry: [{ id: wabaId, changes: [{ field: "messages", value }] }],
  };
}

export function record(
  body: unknown,
  auth: InboxRecord["auth"] = { kind: "signature" },
): InboxRecord {
  return {
    id: `record-${++serial}`,
    receivedAt: 1_790_000_001_000,
    auth,
    body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  };
}

export function delivery(overrides: Partial<Delivery> = {}): Delivery {
  return {
    attempt: 1,
    completed: [],
    signal: new AbortController().signal,
    seen: () => new Set(),
    ...overrides,
  };
}

/** A signed POST as an adapter hands it over. */
export function signedRequest(body: unknown, secret = SECRET): WebhookRequest {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(bytes).digest("hex")}`,
  };
  return {
    method: "POST",
    url: "/webhooks/whatsapp",
    params: {},
    header: (name) => headers[name],
    body: { kind: "bytes", bytes },
  };
}

/** Resolves after everything that is due by now, in the next few turns of the event loop included. */
export async function settled(turns = 5): Promise<void> {
  // Handlers begin in a lull, at the latest after five milliseconds.
  await sleep(10);
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A promise to be resolved by hand. */
export function gate<T = void>(): {
  readonly promise: Promise<T>;
  open(value: T): void;
  fail(error: unknown): void;
} {
  let open: (value: T) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}
