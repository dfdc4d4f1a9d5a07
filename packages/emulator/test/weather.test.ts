import { describe, expect, test } from "vitest";
import { createEmulator, type Emulator, steppedClock, type Weather } from "../src/index.ts";
import { makeCertificates } from "./support/certificates.ts";
import { started, subscribed } from "./support/emulators.ts";
import { itemsOf, Receiver } from "./support/receiver.ts";

const { server } = makeCertificates();
const texts = Array.from({ length: 60 }, (_, i) => `text ${i}`);

async function storm(
  weather: Weather,
  seed = 7,
): Promise<{ receiver: Receiver; emulator: Emulator }> {
  const receiver = await Receiver.start();
  const clock = steppedClock(1_790_000_000_000);
  const emulator = await subscribed(receiver, { clock, seed, weather });
  const customer = emulator.customer({ phone: "12125550123" });
  for (const text of texts) customer.text(text);
  await clock.advance(24 * 3_600_000);
  return { receiver, emulator };
}

/** What came of each delivery, whatever order the network brought it in. */
function historyOf(emulator: Emulator) {
  return emulator.deliveries.map(({ notificationId, body, state, attempts }) => ({
    notificationId,
    body,
    state,
    attempts: attempts.map(({ at, number, status, weather }) => ({ at, number, status, weather })),
  }));
}

test("in calm weather every event is one body, and comes once", async () => {
  const { receiver, emulator } = await storm({});
  expect(new Set(receiver.items)).toEqual(new Set(texts));
  expect(receiver.notifications).toHaveLength(texts.length);
  expect(emulator.verdict()).toMatchObject({ requests: 60, weather: 0, retries: 0, failures: {} });
});

test("the same seed gives the same weather and the same ids; another seed does not", async () => {
  const rough: Weather = {
    duplicates: 0.3,
    reordering: 0.3,
    batchItems: 5,
    cutUploads: 0.2,
    lostAnswers: 0.2,
  };
  const first = historyOf((await storm(rough)).emulator);
  expect(first.flatMap(({ attempts }) => attempts).some(({ weather }) => weather)).toBe(true);
  expect(historyOf((await storm(rough)).emulator)).toEqual(first);
  expect(historyOf((await storm(rough, 8)).emulator)).not.toEqual(first);
});

test("duplicates: the same bytes a second time", async () => {
  const { receiver, emulator } = await storm({ duplicates: 0.5 });
  const repeated = emulator.deliveries.filter(({ duplicateOf }) => duplicateOf !== undefined);
  expect(repeated.length).toBeGreaterThan(15);
  expect(repeated.length).toBeLessThan(45);
  expect(receiver.notifications).toHaveLength(texts.length + repeated.length);
  expect(new Set(receiver.bodies).size).toBe(texts.length);
});

test("reordering: later ones overtake", async () => {
  const { receiver } = await storm({ reordering: 0.5 });
  expect(new Set(receiver.items)).toEqual(new Set(texts));
  expect(receiver.items).not.toEqual(texts);
});

test("batches share lists, entries and bodies, and are not larger than they may be", async () => {
  const { receiver } = await storm({ batchItems: 20 });
  expect(receiver.items).toEqual(texts);
  const bodies = receiver.bodies.map((body) => JSON.parse(body));
  expect(bodies.map((body) => itemsOf(body).length)).toEqual([20, 20, 20]);
  const entries = bodies.flatMap(({ entry }) => entry);
  const changes = entries.flatMap((entry) => entry.changes);
  expect(entries.length).toBeGreaterThan(3);
  expect(changes.length).toBeGreaterThan(entries.length);
  expect(changes.length).toBeLessThan(texts.length);
  // One person wrote all of them, so nobody comes twice in a list.
  expect(changes.every(({ value }) => value.contacts.length === 1)).toBe(true);
});

test("a body of a thousand, and bodies of no more than 3 MB", async () => {
  const receiver = await Receiver.start();
  const clock = steppedClock();
  const emulator = await subscribed(receiver, { clock, weather: { batchItems: 1000 } });
  const customer = emulator.customer();
  for (let i = 0; i < 1000; i++) customer.text("Hello");
  expect(emulator.deliveries).toMatchObject([{ state: "waiting", attempts: [] }]);
  await clock.advance(0);
  expect(receiver.bodies.map((body) => itemsOf(JSON.parse(body)).length)).toEqual([1000]);

  for (let i = 0; i < 900; i++) customer.text("ä".repeat(1000));
  await clock.advance(1000);
  const sizes = receiver.notifications.slice(1).map(({ body }) => body.length);
  expect(sizes).toHaveLength(2);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(3_000_000);
  expect(Math.max(...sizes)).toBeGreaterThan(2_900_000);
  expect(receiver.items).toHaveLength(1900);
});

test("On-Premises bodies are batched, too", async () => {
  const receiver = await Receiver.start();
  const clock = steppedClock();
  const emulator = await started({
    clock,
    weather: { batchItems: 10 },
    onPremises: { settings: { webhooks: { url: receiver.url } } },
  });
  const customer = emulator.customer({ to: "on-premises" });
  for (let i = 0; i < 10; i++) customer.text(`${i}`);
  await clock.advance(0);
  const bodies = receiver.bodies.map((body) => JSON.parse(body));
  expect(bodies.map(itemsOf)).toEqual([["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]]);
  expect(bodies[0].contacts).toHaveLength(1);
});

test("a burst comes at one moment", async () => {
  let most = 0;
  let release: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    release = resolve;
  });
  const receiver = await Receiver.start({
    reply: async (_, count) => {
      most = Math.max(most, count);
      if (count === 20) release();
      await all;
      return 200;
    },
  });
  const clock = steppedClock();
  const emulator = await subscribed(receiver, { clock, weather: { burst: 20 } });
  for (let i = 0; i < 20; i++) {
    expect(receiver.notifications).toEqual([]);
    emulator.customer().text(`${i}`);
  }
  await clock.advance(1000);
  expect(receiver.mostAtOnce).toBe(20);
  emulator.customer().text("alone, and not for ever");
  await clock.advance(1000);
  expect(receiver.notifications).toHaveLength(21);
});

describe("broken connections", () => {
  test.each<[keyof Weather, boolean]>([
    ["cutUploads", false],
    ["lostAnswers", true],
  ])("%s: delivered again, and the receiver is not blamed", async (kind, isHandled) => {
    const { receiver, emulator } = await storm({ [kind]: 0.4 });
    const broken = emulator.deliveries.flatMap(({ attempts }) =>
      attempts.filter(({ weather }) => weather === kind),
    );
    expect(broken.length).toBeGreaterThan(20);
    expect(new Set(receiver.items)).toEqual(new Set(texts));
    expect(receiver.notifications).toHaveLength(texts.length + (isHandled ? broken.length : 0));
    expect(emulator.deliveries.every(({ state }) => state === "delivered")).toBe(true);
    expect(emulator.verdict()).toMatchObject({
      weather: broken.length,
      retries: 0,
      failures: {},
    });
  });

  test("cut before the answer: everything arrives in the end", async () => {
    const { receiver, emulator } = await storm({ cutBeforeAnswer: 0.4 });
    expect(new Set(receiver.items)).toEqual(new Set(texts));
    expect(emulator.verdict()).toMatchObject({ retries: 0, failures: {} });
    expect(emulator.verdict().weather).toBeGreaterThan(20);
  });

  test.each<keyof Weather>(["cutUploads", "cutBeforeAnswer", "lostAnswers"])(
    "%s is no excuse when nobody listens",
    async (kind) => {
      const receiver = await Receiver.start();
      const clock = steppedClock();
      const emulator = await subscribed(receiver, { clock });
      await receiver.stop();
      // The first may still go to a connection that was open, and be cut on it.
      emulator.customer().text("Hello");
      await clock.advance(0);
      emulator.setWeather({ [kind]: 1 });
      await clock.advance(60_000);
      const attempts = emulator.deliveries[0]?.attempts.slice(2) ?? [];
      expect(attempts.length).toBeGreaterThan(2);
      for (const attempt of attempts) {
        expect(attempt).toMatchObject({ failure: "connection", code: "ECONNREFUSED" });
        expect(attempt.weather).toBeUndefined();
      }
      const { ok, weather, failures } = emulator.verdict();
      expect({ ok, weather }).toEqual({ ok: false, weather: 0 });
      expect(failures).toEqual({ connection: attempts.length + 2 });
    },
  );

  test.each<keyof Weather>(["cutUploads", "cutBeforeAnswer", "lostAnswers"])(
    "%s is no excuse for a certificate that does not check out",
    async (kind) => {
      const receiver = await Receiver.start({ tls: server });
      const clock = steppedClock();
      const emulator = await started({
        clock,
        weather: { [kind]: 1 },
        onPremises: { settings: { webhooks: { url: receiver.url } } },
      });
      emulator.customer({ to: "on-premises" }).text("Hello");
      await clock.advance(10_000);
      expect(emulator.verdict()).toMatchObject({ ok: false, weather: 0, failures: { tls: 3 } });
    },
  );

  test("a slow upload is the network's time, not the receiver's", async () => {
    const receiver = await Receiver.start();
    const weather = { slowUploads: 1, uploadPieces: 5, uploadPauseMs: 100 };
    const emulator = await subscribed(receiver, { weather });
    const begin = performance.now();
    emulator.customer().text("Hello");
    await emulator.idle();
    const tookMs = performance.now() - begin;
    expect(receiver.items).toEqual(["Hello"]);
    expect(tookMs).toBeGreaterThan(395);
    expect(emulator.verdict().answerMs.max).toBeLessThanOrEqual(tookMs - 395);
  });
});

test("weather that cannot be is refused, at once and later", async () => {
  const bad: Weather[] = [
    { duplicates: 1.1 },
    { lostAnswers: -1 },
    { reordering: Number.NaN },
    { batchItems: 1001 },
    { batchItems: 0 },
    { batchBytes: 3_000_001 },
    { burst: 1.5 },
    { holdBackMs: -1 },
  ];
  for (const weather of bad) expect(() => createEmulator({ weather })).toThrow(RangeError);
  const emulator = await started();
  expect(() => emulator.setWeather({ duplicates: 2 })).toThrow(RangeError);
  emulator.setWeather({ duplicates: 1 });
  expect(emulator.weather).toMatchObject({ duplicates: 1, reordering: 0 });
});
