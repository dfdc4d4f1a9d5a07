import { createHmac } from "node:crypto";
import type { WebhookRequest } from "@whatsapp-webhooks/core";
import { MARKS } from "./told.ts";

const { appSecret, wrongSecret, verifyToken, challenge, phone, name, text, messageId } = MARKS;

const message = (more: object = {}): object => ({
  from: phone,
  id: messageId,
  timestamp: "1790000000",
  type: "text",
  text: { body: text },
  ...more,
});

function cloud(messages: readonly object[], field = "messages"): string {
  const value = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: phone, phone_number_id: phone },
    contacts: [{ profile: { name }, wa_id: phone }],
    messages,
  };
  const entry = [{ id: "800000000000001", changes: [{ field, value }] }];
  return JSON.stringify({ object: "whatsapp_business_account", entry });
}

function request(
  body: string,
  headers: Readonly<Record<string, string>>,
  more: Partial<WebhookRequest> = {},
): WebhookRequest {
  return {
    method: "POST",
    url: `/webhooks/whatsapp?phone=${phone}`,
    params: { tenant: name },
    header: (wanted) => (Object.hasOwn(headers, wanted) ? headers[wanted] : undefined),
    body: { kind: "bytes", bytes: Buffer.from(body) },
    ...more,
  };
}

function signed(body: string, secret: string = appSecret): WebhookRequest {
  const mac = createHmac("sha256", secret).update(body).digest("hex");
  return request(body, { "x-hub-signature-256": `sha256=${mac}` });
}

function handshake(token: string): WebhookRequest {
  const query = `hub.mode=subscribe&hub.challenge=${challenge}&hub.verify_token=${token}`;
  return request("", {}, { method: "GET", url: `/webhooks/whatsapp?${query}` });
}

/** Notifications that are taken, if there is room, each with what it is about. */
export const authentic: Readonly<Record<string, WebhookRequest>> = {
  handled: signed(cloud([message()])),
  "handled before": signed(cloud([message(), message({ id: `${messageId}b` })])),
  failing: signed(cloud([message({ id: `${messageId}c`, type: "image", image: { id: text } })])),
  hanging: signed(cloud([message({ id: `${messageId}d`, type: "audio", audio: { id: text } })])),
  "an invalid item": signed(cloud([message({ text }), { [text]: phone }])),
  "an unknown type": signed(cloud([message({ type: text })])),
  "an unknown field": signed(cloud([message()], text)),
  "no JSON": signed(`${text} of ${name}`),
  "another shape": signed(JSON.stringify({ [text]: phone })),
  "another API's": signed(JSON.stringify({ messages: [message()] })),
  "too dense": signed(`{"entry":${"[".repeat(2_000)}"${text}"${"]".repeat(2_000)}}`),
};

/** What is refused, or answered without a notification. */
export const others: Readonly<Record<string, WebhookRequest>> = {
  "a wrong signature": signed(cloud([message()]), wrongSecret),
  "a signature that is none": request(cloud([message()]), { "x-hub-signature-256": text }),
  "no signature": request(cloud([message()]), { authorization: MARKS.password }),
  "the old signature": request(cloud([message()]), { "x-hub-signature": `sha1=${wrongSecret}` }),
  "too long": signed(cloud([message({ text: { body: text.repeat(10_000) } })])),
  lost: { ...signed(cloud([message()])), body: { kind: "lost", hint: "put it first" } },
  "a broken connection": {
    ...signed(cloud([message()])),
    body: {
      kind: "stream",
      // biome-ignore lint/correctness/useYield: it breaks before the first byte
      stream: (async function* (): AsyncGenerator<Uint8Array> {
        throw new Error(`reset by ${phone}`);
      })(),
    },
  },
  "another method": { ...signed(cloud([message()])), method: name },
  "a handshake": handshake(verifyToken),
  "a handshake with a wrong token": handshake(`${wrongSecret}x`),
  "a handshake with white space": handshake(`%20${verifyToken}`),
};
