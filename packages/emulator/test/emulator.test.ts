import { describe, expect, test } from "vitest";
import {
  type Attempt,
  createEmulator,
  type Delivery,
  notificationNames,
  steppedClock,
} from "../src/index.ts";
import { call } from "./support/api.ts";
import { started, subscribed } from "./support/emulators.ts";
import { Receiver, VERIFY_TOKEN, valuesOf } from "./support/receiver.ts";

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

describe("notify", () => {
  test("sends a fixture, or a body of one's own, as it is", async () => {
    const receiver = await Receiver.start();
    const emulator = await subscribed(receiver);
    emulator.notify("envelope/escaped-unicode");
    const body = {
      object: "whatsapp_business_account",
      entry: [{ id: "0", changes: [{ field: "flows", value: { event: "X" } }] }],
    };
    emulator.notify(body);
    await emulator.idle();
    expect(receiver.bodies).toHaveLength(2);
    expect(JSON.parse(receiver.bodies[1] ?? "")).toEqual(body);
  });

  test("can be about another number", async () => {
    const receiver = await Receiver.start();
    const number = {
      id: "209447120836512",
      displayPhoneNumber: "12125550189",
      wabaId: "204853279016642",
    };
    const emulator = await subscribed(receiver, { numbers: [number] });
    emulator.notify("messages/text", { about: "12125550189" });
    await emulator.idle();
    const [entry] = JSON.parse(receiver.bodies[0] ?? "").entry;
    expect(entry.id).toBe(number.wabaId);
    expect(entry.changes[0].value.metadata).toEqual({
      display_phone_number: number.displayPhoneNumber,
      phone_number_id: number.id,
    });
  });

  test("cuts a body whose parts go to different places", async () => {
    const [all, some] = [await Receiver.start(), await Receiver.start()];
    const emulator = await started({
      apps: [
        { id: "1", secret: "first" },
        { id: "2", secret: "second" },
      ],
    });
    await emulator.subscribe({ appId: "1", callbackUrl: all.url, verifyToken: VERIFY_TOKEN });
    await emulator.subscribe({
      appId: "2",
      callbackUrl: some.url,
      verifyToken: VERIFY_TOKEN,
      fields: ["messages"],
    });
    emulator.notify("messages/other-field-in-same-entry");
    await emulator.idle();
    const fieldsAt = (receiver: Receiver) =>
      receiver.bodies.flatMap((body) =>
        JSON.parse(body).entry[0].changes.map(({ field }: { field: string }) => field),
      );
    expect(fieldsAt(some)).toEqual(["messages"]);
    expect(new Set(fieldsAt(all))).toEqual(new Set(fieldsAt(all)).add("messages"));
    expect(fieldsAt(all).length).toBeGreaterThan(1);
  });

  test("knows every fixture, and says so of what is none", async () => {
    const emulator = await started();
    expect(notificationNames().length).toBeGreaterThan(200);
    expect(() => emulator.notify("messages/nothing")).toThrow(TypeError);
    expect(() => emulator.notify("../package")).toThrow(TypeError);
    expect(() => emulator.notify({ entry: [] })).toThrow(TypeError);
    expect(() => emulator.change("flows", {}, { wabaId: "1" })).toThrow(TypeError);
  });
});

test("what happens is told as it happens, until nobody wants to hear it", async () => {
  const receiver = await Receiver.start({ reply: (_, count) => (count === 1 ? 500 : 200) });
  const emulator = await subscribed(receiver);
  const attempts: Attempt[] = [];
  const settled: Delivery[] = [];
  const ends = [
    emulator.on("attempt", ({ attempt }) => attempts.push(attempt)),
    emulator.on("settled", ({ delivery }) => settled.push(delivery)),
  ];
  emulator.customer().text("Hello");
  await emulator.idle({ retries: true });
  expect(attempts).toMatchObject([
    { number: 1, status: 500 },
    { number: 2, status: 200 },
  ]);
  expect(settled).toMatchObject([{ state: "delivered", to: emulator.apps[0]?.id }]);
  for (const end of ends) end();
  emulator.customer().text("Hello");
  await emulator.idle();
  expect(settled).toHaveLength(1);
});

test("start and stop may be called twice, and the URL stays the same", async () => {
  const emulator = createEmulator();
  expect(() => emulator.url).toThrow("start()");
  expect(() => emulator.customer()).toThrow("start()");
  await emulator.start();
  await emulator.start();
  const { url } = emulator;
  await emulator.restart();
  expect(emulator.url).toBe(url);
  await emulator.stop();
  await emulator.stop();
  await emulator.start();
  expect(emulator.url).toBe(url);
  await emulator.stop();
});

test("a stop waits for what is under way", async () => {
  let answer: () => void = () => undefined;
  const receiver = await Receiver.start({
    reply: () =>
      new Promise((resolve) => {
        answer = () => resolve(200);
      }),
  });
  const emulator = await subscribed(receiver);
  emulator.customer().text("Hello");
  await expect.poll(() => receiver.notifications.length, { timeout: 30_000 }).toBe(1);
  const stopped = emulator.stop();
  answer();
  await stopped;
  expect(emulator.deliveries).toMatchObject([{ state: "delivered" }]);
});

test("options that cannot be are refused", () => {
  const app = { id: "1", secret: "x" };
  expect(() => createEmulator({ apps: [app], appSecret: "y" })).toThrow(TypeError);
  expect(() => createEmulator({ apps: [app, app] })).toThrow(TypeError);
  expect(() => createEmulator({ apps: [{ ...app, id: "one" }] })).toThrow(TypeError);
  const number = { id: "2", displayPhoneNumber: "+1", wabaId: "3" };
  expect(() => createEmulator({ numbers: [number] })).toThrow(TypeError);
});

describe("over HTTP, below /emulator", () => {
  test("customers write, bodies are sent, the weather changes, and the verdict is read", async () => {
    const receiver = await Receiver.start();
    const emulator = await subscribed(receiver);
    const json = { phone: "12125550123", name: "Dana", text: "Hello" };
    const { json: written } = await call(emulator, "POST /emulator/messages", { json });
    expect(written).toEqual({ id: expect.stringMatching(/^wamid\./) });
    await call(emulator, "POST /emulator/messages", {
      json: { type: "location", content: { latitude: 1, longitude: 2 } },
    });
    await call(emulator, "POST /emulator/notifications", {
      json: { fixture: "account_alerts/oba-approved" },
    });
    await call(emulator, "POST /emulator/notifications", {
      json: { field: "flows", value: { event: "X" } },
    });
    await emulator.idle();
    expect(receiver.notifications).toHaveLength(4);
    expect((await call(emulator, "GET /emulator/deliveries")).json).toHaveLength(4);
    expect((await call(emulator, "GET /emulator/verdict")).json).toMatchObject({
      requests: 4,
      failures: {},
    });
    expect((await call(emulator, "GET /emulator/fixtures")).json).toEqual(notificationNames());
    const handled = receiver.bodies.flatMap(
      (body) => JSON.parse(body).entry[0].changes[0].value.messages ?? [],
    );
    expect(
      (await call(emulator, "POST /emulator/audit", { json: { handled } })).json,
    ).toMatchObject({
      ok: false,
      missing: [expect.any(String), expect.any(String)],
      handled: 2,
    });
    expect(
      (await call(emulator, "PUT /emulator/weather", { json: { duplicates: 1 } })).json,
    ).toMatchObject({ duplicates: 1 });
    const state = await call(emulator, "GET /emulator");
    expect(state.json).toMatchObject({ seed: "1", weather: { duplicates: 1 } });
    expect(state.text).not.toContain(emulator.apps[0]?.secret);
    expect((await call(emulator, "POST /emulator/restart", { json: {} })).status).toBe(200);
    emulator.customer().text("after the restart");
    await emulator.idle();
    expect(receiver.items).toContain("after the restart");
  });

  test("nonsense is 400, and what a foreign web page could send is 403", async () => {
    const emulator = await started();
    for (const [path, json] of [
      ["messages", {}],
      ["messages", { phone: "x", text: "Hi" }],
      ["notifications", {}],
      ["notifications", { fixture: "nothing" }],
      ["audit", {}],
    ] as const)
      expect((await call(emulator, `POST /emulator/${path}`, { json })).status).toBe(400);
    expect(
      (await call(emulator, "PUT /emulator/weather", { json: { duplicates: 2 } })).status,
    ).toBe(400);
    expect((await call(emulator, "POST /emulator/restart", { body: "{}" })).status).toBe(403);
    expect((await call(emulator, "GET /emulator/nothing")).status).toBe(404);
  });
});
