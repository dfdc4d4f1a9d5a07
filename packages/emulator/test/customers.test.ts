import { describe, expect, test } from "vitest";
import { steppedClock } from "../src/index.ts";
import { started, subscribed } from "./support/emulators.ts";
import { Receiver, valuesOf } from "./support/receiver.ts";

interface Message {
  readonly type: string;
  readonly [property: string]: unknown;
}

function messagesOf(receiver: Receiver): Message[] {
  return receiver.bodies.flatMap((body) =>
    valuesOf(JSON.parse(body)).flatMap(({ messages = [] }) => messages as unknown as Message[]),
  );
}

describe("customers", () => {
  test("send everything that they can, in the Cloud API's shapes", async () => {
    const receiver = await Receiver.start();
    const emulator = await subscribed(receiver, { cloud: { maxConcurrentRequests: 1 } });
    const dana = emulator.customer({ name: "Dana", phone: "12125550123" });
    const media = {
      id: expect.stringMatching(/^\d{16}$/),
      sha256: expect.stringMatching(/^.{43}=$/),
    };
    dana.image({ caption: "A photo" });
    dana.voice();
    dana.audio({ mimeType: "audio/aac" });
    dana.document({ filename: "bill.pdf" });
    dana.location({ latitude: 1.5, longitude: -2.5, name: "There" });
    dana.react("wamid.1", "👍");
    dana.react("wamid.1");
    dana.pressButton("Yes", { replyTo: "wamid.1" });
    dana.pressReply({ id: "1", title: "One" });
    dana.pickRow({ id: "2", title: "Two" });
    dana.answerFlow({ rating: 5 });
    dana.text("from an ad", { extra: { referral: { source_type: "ad" } } });
    dana.send("request_welcome");
    await emulator.idle();
    expect(messagesOf(receiver)).toMatchObject([
      { type: "image", image: { ...media, caption: "A photo", mime_type: "image/jpeg" } },
      { type: "audio", audio: { ...media, mime_type: "audio/ogg; codecs=opus", voice: true } },
      { type: "audio", audio: { ...media, mime_type: "audio/aac", voice: false } },
      { type: "document", document: { ...media, filename: "bill.pdf" } },
      { type: "location", location: { latitude: 1.5, longitude: -2.5, name: "There" } },
      { type: "reaction", reaction: { message_id: "wamid.1", emoji: "👍" } },
      { type: "reaction", reaction: { message_id: "wamid.1" } },
      {
        type: "button",
        button: { text: "Yes", payload: "Yes" },
        context: { id: "wamid.1", from: "12125550188" },
      },
      { type: "interactive", interactive: { type: "button_reply", button_reply: { id: "1" } } },
      { type: "interactive", interactive: { type: "list_reply", list_reply: { id: "2" } } },
      {
        type: "interactive",
        interactive: {
          type: "nfm_reply",
          nfm_reply: { response_json: '{"rating":5}', body: "Sent", name: "flow" },
        },
      },
      { type: "text", referral: { source_type: "ad" } },
      { type: "request_welcome" },
    ]);
  });

  test("write to the On-Premises client in its shapes, as far as it knows them", async () => {
    const receiver = await Receiver.start();
    const settings = {
      webhooks: { url: receiver.url },
      media: { auto_download: ["image"] },
    };
    const clock = steppedClock();
    const emulator = await started({ clock, onPremises: { settings } });
    const dana = emulator.customer({ phone: "12125550123", to: "on-premises" });
    for (const send of [
      () => dana.image(),
      () => dana.voice(),
      () => dana.react("gBGG1", "👍"),
      () => dana.answerFlow({}),
      () => dana.pressReply({ id: "1", title: "One" }),
    ]) {
      send();
      await clock.advance(0);
    }
    const unknown = { type: "unknown", errors: [{ code: 501, title: "Unknown message type" }] };
    const [image, voice, ...others] = messagesOf(receiver);
    expect(image).toMatchObject({
      type: "image",
      image: {
        id: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
        sha256: expect.stringMatching(/^[\da-f]{64}$/),
      },
    });
    expect(voice).toMatchObject({ type: "voice", voice: { status: "undownloaded" } });
    expect(voice?.voice).not.toHaveProperty("id");
    expect(others).toMatchObject([unknown, unknown, { interactive: { type: "button_reply" } }]);
    expect(() => emulator.customer({ username: "dana", to: "on-premises" }).text("Hi")).toThrow(
      TypeError,
    );
  });

  test("with a username may hide their number", async () => {
    const receiver = await Receiver.start();
    const emulator = await subscribed(receiver);
    emulator.customer({ name: "Dana", username: "dana.w" }).text("Hello");
    await emulator.idle();
    const { contacts, messages } = JSON.parse(receiver.bodies[0] ?? "").entry[0].changes[0].value;
    expect(contacts).toEqual([
      { profile: { name: "Dana", username: "dana.w" }, user_id: messages[0].from_user_id },
    ]);
    expect(messages[0]).not.toHaveProperty("from");
  });

  test("are the same person when the number is the same", async () => {
    const emulator = await started();
    const { person } = emulator.customer({ name: "Dana", phone: "12125550123" });
    expect(emulator.customer({ phone: "12125550123" }).person).toEqual(person);
    expect(emulator.customer().person.phone).not.toBe(emulator.customer().person.phone);
    expect(() => emulator.customer({ phone: "+1 212" })).toThrow(TypeError);
    expect(() => emulator.customer({ to: "1" })).toThrow(TypeError);
  });
});

test("a customer without a number gets one that nobody has, neither another customer nor the business", async () => {
  const emulator = await started();
  emulator.customer({ name: "Dana", phone: "12125550100" });
  const phones = Array.from({ length: 12_000 }, () => emulator.customer().person.phone);
  expect(new Set(phones).size).toBe(phones.length);
  for (const taken of ["12125550100", "12125550177", emulator.numbers[0]?.displayPhoneNumber])
    expect(phones).not.toContain(taken);
  expect(phones.at(-1)).toMatch(/^1\d{3}555\d{4}$/);
});
