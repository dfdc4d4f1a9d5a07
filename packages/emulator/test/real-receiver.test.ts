import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createWebhooks, memoryInbox } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type Emulator,
  type EmulatorOptions,
  fastClock,
  notificationNames,
  type Weather,
} from "../src/index.ts";
import { SECRET, started } from "./support/emulators.ts";
import { VERIFY_TOKEN } from "./support/receiver.ts";

const AUTHORIZATION = "Basic d2E6Y2FsbGJhY2tz";

/** An app made of core and node:http, with its events' items in a list. */
async function realReceiver(ready?: Promise<void>) {
  const webhooks = createWebhooks({
    appSecret: SECRET,
    verifyToken: VERIFY_TOKEN,
    onPremises: { authorization: AUTHORIZATION },
    inbox: memoryInbox(),
  });
  const handled: unknown[] = [];
  webhooks.on("*", async ({ name, raw }) => {
    await ready;
    // Profiles come along with items, and a repetition in one body says itself that it is one.
    if (name !== "duplicate" && !name.startsWith("contact")) handled.push(raw);
  });
  await webhooks.start();
  const server = createServer(whatsappWebhooks(webhooks));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    await webhooks.close();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/webhooks/whatsapp`, webhooks, handled };
}

type RealReceiver = Awaited<ReturnType<typeof realReceiver>>;

async function withReceiver(
  receiver: RealReceiver,
  options: EmulatorOptions = {},
): Promise<Emulator> {
  const emulator = await started({
    onPremises: {
      callbackHeaders: { Authorization: AUTHORIZATION },
      settings: { webhooks: { url: receiver.url } },
    },
    ...options,
  });
  await emulator.subscribe({ callbackUrl: receiver.url, verifyToken: VERIFY_TOKEN });
  return emulator;
}

async function finish(emulator: Emulator, { webhooks }: RealReceiver): Promise<void> {
  await emulator.idle({ retries: true });
  await webhooks.idle();
}

/** A bit of everything that a customer can send, and what the business answers. */
function conversation(emulator: Emulator, to?: "on-premises"): void {
  const dana = emulator.customer({ name: "Zoë 🌱", ...(to && { to }) });
  const id = emulator.send({ to: dana.person.phone, text: { body: "Hi" } }, to && { from: to });
  const text = dana.text("Grüße a/b <c> 50% x@y.z \u2028");
  dana.image({ caption: "Ein Bild" }, { replyTo: id });
  dana.video();
  dana.audio();
  dana.voice();
  dana.sticker();
  dana.document({ filename: "Rechnung.pdf" });
  dana.location({ latitude: 52.5, longitude: 13.4, name: "Berlin" });
  dana.contacts([{ name: { formatted_name: "Sam" }, phones: [{ phone: "12125550188" }] }]);
  dana.react(id, "👍");
  dana.react(id);
  dana.pressButton("Yes", { replyTo: id, payload: "yes" });
  dana.pressReply({ id: "1", title: "One" }, { replyTo: id });
  dana.pickRow({ id: "2", title: "Two", description: "The second" });
  dana.answerFlow({ flow_token: "t", rating: "5" });
  dana.send("order", { catalog_id: "1", product_items: [], text: "" });
  dana.text("an answer", { replyTo: text });
  if (to === undefined) emulator.customer({ username: "hidden.dana" }).text("without a number");
}

const calm: Weather = {};
const rough: Weather = {
  duplicates: 0.3,
  reordering: 0.3,
  holdBackMs: 50,
  batchItems: 20,
  gatherMs: 20,
  burst: 5,
  slowUploads: 0.1,
  uploadPauseMs: 5,
  cutUploads: 0.1,
  cutBeforeAnswer: 0.1,
  lostAnswers: 0.1,
};

describe.each([
  ["calm", calm],
  ["rough", rough],
])("a real receiver in %s weather", (_, weather) => {
  test("handles every item once, and the verdict is good", async () => {
    const receiver = await realReceiver();
    const emulator = await withReceiver(receiver, { weather, clock: fastClock(100) });
    for (let i = 0; i < 10; i++) {
      conversation(emulator);
      conversation(emulator, "on-premises");
    }
    await finish(emulator, receiver);
    expect(emulator.audit(receiver.handled)).toMatchObject({
      ok: true,
      missing: [],
      doubled: [],
      unexpected: [],
      undelivered: [],
      handled: 10 * (2 * 17 + 1 + 3 + 2),
    });
    const verdict = emulator.verdict();
    expect(verdict).toMatchObject({
      failures: {},
      retries: 0,
      givenUp: 0,
      discarded: 0,
      hints: [],
    });
    // How fast the machine is that runs this test is another matter.
    expect(verdict.ok).toBe(verdict.demands.every(({ met }) => met));
    if (weather === rough) expect(verdict.weather).toBeGreaterThan(5);
  });
});

test("answers come before the handlers have ended", async () => {
  let end: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    end = resolve;
  });
  const receiver = await realReceiver(ready);
  const emulator = await withReceiver(receiver);
  for (let i = 0; i < 5; i++) emulator.customer().text("Hello");
  await emulator.idle();
  expect(emulator.verdict()).toMatchObject({ requests: 5, failures: {} });
  expect(emulator.audit(receiver.handled)).toMatchObject({ ok: false, handled: 0 });
  end();
  await finish(emulator, receiver);
  expect(emulator.audit(receiver.handled)).toMatchObject({ ok: true, handled: 5 });
});

test("every fixture arrives: nothing of it is missing, doubled, or changed on the way", async () => {
  const receiver = await realReceiver();
  const emulator = await withReceiver(receiver, { cloud: { maxConcurrentRequests: 4 } });
  for (const name of notificationNames()) emulator.notify(name);
  await finish(emulator, receiver);
  // Some have strings between the objects of a list, on purpose: they are no items.
  const items = receiver.handled.filter((item) => typeof item === "object");
  const { missing, doubled, unexpected } = emulator.audit(items);
  expect({ missing, doubled, unexpected }).toEqual({ missing: [], doubled: [], unexpected: [] });
  expect(emulator.verdict().failures).toEqual({});
});

test("the same error of two numbers is handled for both, and the audit counts it for both", async () => {
  const receiver = await realReceiver();
  const numbers = [
    { id: "11", displayPhoneNumber: "12125550188", wabaId: "99" },
    { id: "12", displayPhoneNumber: "12125550189", wabaId: "99" },
  ];
  const emulator = await withReceiver(receiver, { numbers });
  for (const { id } of numbers) emulator.notify("messages/errors-rate-limit-130429", { about: id });
  await finish(emulator, receiver);
  expect(receiver.handled).toHaveLength(2);
  expect(emulator.audit(receiver.handled)).toMatchObject({ ok: true, doubled: [], missing: [] });
});
