import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { steppedClock } from "../src/index.ts";
import { SECRET, subscribed } from "./support/emulators.ts";
import { Receiver } from "./support/receiver.ts";

test("a customer's text arrives signed over the bytes, with the headers as recorded", async () => {
  const receiver = await Receiver.start();
  const emulator = await subscribed(receiver);
  const id = emulator.customer({ name: "Zoë", phone: "12125550123" }).text("Grüße 🌱 a/b");
  await emulator.idle();

  const [notification] = receiver.notifications;
  if (notification === undefined) throw new Error("nothing arrived");
  const { headers, body, rawHeaders } = notification;
  const text = body.toString();
  expect(text).toMatch(/^[\x20-\x7e]+$/);
  expect(text).toContain("Gr\\u00fc\\u00dfe \\ud83c\\udf31 a\\/b");
  const mac = (hash: string) => createHmac(hash, SECRET).update(body).digest("hex");
  expect(headers).toMatchObject({
    "x-hub-signature-256": `sha256=${mac("sha256")}`,
    "x-hub-signature": `sha1=${mac("sha1")}`,
    "content-type": "application/json",
    "content-length": String(body.length),
    "user-agent": "facebookexternalua",
    accept: "*/*",
    "accept-encoding": "deflate, gzip",
  });
  expect(rawHeaders).toContain("X-Hub-Signature-256");
  expect(JSON.parse(text)).toEqual({
    object: "whatsapp_business_account",
    entry: [
      {
        id: "104853279016642",
        changes: [
          {
            field: "messages",
            value: {
              messaging_product: "whatsapp",
              metadata: {
                display_phone_number: "12125550188",
                phone_number_id: "109447120836512",
              },
              contacts: [
                {
                  profile: { name: "Zoë" },
                  wa_id: "12125550123",
                  user_id: expect.stringMatching(/^US\.\d{20}$/),
                },
              ],
              messages: [
                {
                  from: "12125550123",
                  from_user_id: expect.stringMatching(/^US\.\d{20}$/),
                  id,
                  timestamp: expect.stringMatching(/^\d{10}$/),
                  type: "text",
                  text: { body: "Grüße 🌱 a/b" },
                },
              ],
            },
          },
        ],
      },
    ],
  });
  expect(emulator.deliveries).toMatchObject([{ state: "delivered", attempts: [{ status: 200 }] }]);
});

test("a message of the business gets sent, delivered and read, each in its time", async () => {
  const receiver = await Receiver.start();
  const clock = steppedClock();
  const emulator = await subscribed(receiver, {
    clock,
    statuses: { delayMs: { sent: 1000, delivered: 5000, read: 60_000 } },
  });
  emulator.send({ to: "12125550123", type: "text", text: { body: "Hello" } });
  await clock.advance(999);
  expect(receiver.items).toEqual([]);
  await clock.advance(1);
  expect(receiver.items).toEqual(["sent"]);
  await clock.advance(60_000);
  expect(receiver.items).toEqual(["sent", "delivered", "read"]);
});
