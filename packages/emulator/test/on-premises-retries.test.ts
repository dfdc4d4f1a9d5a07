import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type EmulatorOptions, type StorageOptions, steppedClock } from "../src/index.ts";
import { started } from "./support/emulators.ts";
import { Receiver } from "./support/receiver.ts";

const HOUR_MS = 3_600_000;

async function client(receiver: Receiver, settings: object = {}, options: EmulatorOptions = {}) {
  const clock = steppedClock();
  const emulator = await started({
    clock,
    onPremises: { settings: { webhooks: { url: receiver.url }, ...settings } },
    ...options,
  });
  return { clock, emulator, customer: emulator.customer({ to: "on-premises" }) };
}

test("24 hours of retries: 3 s, 6 s, 9 s …, then given up", async () => {
  const receiver = await Receiver.start({ reply: () => 500 });
  const { clock, emulator, customer } = await client(receiver);
  const begin = clock.now();
  customer.text("Hello");
  await clock.advance(30 * HOUR_MS);
  const [delivery] = emulator.deliveries;
  const times = delivery?.attempts.map(({ at }) => at - begin) ?? [];
  expect(times.slice(0, 5)).toEqual([0, 3000, 9000, 18_000, 30_000]);
  expect(times).toHaveLength(240);
  expect(times.at(-1)).toBe(86_040_000);
  expect(delivery?.state).toBe("given_up");
  expect(new Set(receiver.bodies).size).toBe(1);
  expect(receiver.notifications).toHaveLength(240);
});

test("the step and the cap are the settings' values, as they are at the time of the failure", async () => {
  const receiver = await Receiver.start({ reply: () => 500 });
  const { clock, emulator, customer } = await client(receiver, {
    callback_backoff_delay_ms: 1000,
    max_callback_backoff_delay_ms: 2500,
  });
  const begin = clock.now();
  customer.text("Hello");
  await clock.advance(8000);
  emulator.onPremises.configure({
    max_callback_backoff_delay_ms: "10000",
    callback_backoff_delay_ms: "2000",
  });
  await clock.advance(30_000);
  const times = emulator.deliveries[0]?.attempts.map(({ at }) => at - begin);
  expect(times).toEqual([0, 1000, 3000, 5500, 8000, 10_500, 20_500, 30_500]);
});

test.each(["callback_backoff_delay_ms", "max_callback_backoff_delay_ms"])(
  "%s of 0 waits for a millisecond, and of very many attempts the newest are kept",
  async (name) => {
    const receiver = await Receiver.start({ reply: () => 500 });
    const { clock, emulator, customer } = await client(receiver, { [name]: 0 });
    const begin = clock.now();
    // Enough is enough, so that it ends whatever the waits are.
    receiver.reply = (_, count) => (count <= 1010 ? 500 : 200);
    customer.text("Hello");
    await clock.advance(10_000);
    const [delivery] = emulator.deliveries;
    expect(delivery?.state).toBe("delivered");
    expect(delivery?.attempts).toHaveLength(1000);
    expect(delivery?.attempts[0]).toMatchObject({ number: 12, at: begin + 11 });
    expect(delivery?.attempts.at(-1)).toMatchObject({
      number: 1011,
      at: begin + 1010,
      status: 200,
    });
  },
);

describe.each<["memory" | "a file", () => StorageOptions]>([
  ["memory", () => "memory"],
  [
    "a file",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "emulator-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      return { path: join(folder, "emulator.db") };
    },
  ],
])("a restart in the middle, stored in %s", (_, storage) => {
  test("callback_persist on: callbacks that wait are delivered afterwards", async () => {
    const receiver = await Receiver.start({ reply: () => 500 });
    const { clock, emulator, customer } = await client(receiver, {}, { storage: storage() });
    customer.text("Hello");
    await clock.advance(10_000);
    expect(receiver.notifications).toHaveLength(3);
    await emulator.restart();
    receiver.reply = () => 200;
    await clock.advance(HOUR_MS);
    expect(receiver.notifications).toHaveLength(4);
    expect(new Set(receiver.bodies).size).toBe(1);
    expect(emulator.deliveries).toMatchObject([{ state: "delivered" }]);
  });

  test("callback_persist off: they are lost", async () => {
    const receiver = await Receiver.start({ reply: () => 500 });
    const settings = { callback_persist: false };
    const { clock, emulator, customer } = await client(receiver, settings, { storage: storage() });
    customer.text("Hello");
    await clock.advance(10_000);
    await emulator.restart();
    receiver.reply = () => 200;
    await clock.advance(HOUR_MS);
    expect(receiver.notifications).toHaveLength(3);
    expect(emulator.deliveries).toMatchObject([{ state: "lost" }]);
    expect(emulator.verdict().lost).toBe(1);
  });

  test("callback_persist takes effect with the restart, not before", async () => {
    const receiver = await Receiver.start({ reply: () => 500 });
    const { clock, emulator, customer } = await client(receiver, {}, { storage: storage() });
    emulator.onPremises.configure({ callback_persist: false });
    expect(emulator.onPremises.settings.callback_persist).toBe(false);
    customer.text("still kept on disk");
    await clock.advance(0);
    await emulator.restart();
    receiver.reply = () => 200;
    await clock.advance(HOUR_MS);
    expect(receiver.notifications).toHaveLength(2);
  });
});

test("a file outlives the emulator: settings, callbacks and statuses to come", async () => {
  const folder = mkdtempSync(join(tmpdir(), "emulator-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const storage = { path: join(folder, "emulator.db") };
  const receiver = await Receiver.start({ reply: () => 500 });
  const { clock, emulator, customer } = await client(receiver, {}, { storage });
  customer.text("Hello");
  emulator.send({ to: "12125550123", text: { body: "Hi" } }, { from: "on-premises" });
  await clock.advance(0);
  await emulator.stop();

  receiver.reply = () => 200;
  const next = await started({ clock, storage, seed: 1 });
  expect(next.onPremises.settings.webhooks.url).toBe(receiver.url);
  await clock.advance(HOUR_MS);
  expect([...receiver.items].sort()).toEqual(["Hello", "Hello", "delivered", "read"]);
  // Ids go on where they stopped, although the seed is the same.
  const id = next.customer({ to: "on-premises" }).text("Hello again");
  expect(receiver.bodies.join()).not.toContain(id);
});

test("without a URL, callbacks are discarded and do not come later", async () => {
  const receiver = await Receiver.start();
  const { clock, emulator, customer } = await client(receiver);
  emulator.onPremises.configure({ webhooks: { url: "" } });
  customer.text("lost");
  await clock.advance(0);
  emulator.onPremises.configure({ webhooks: { url: receiver.url } });
  customer.text("found");
  await clock.advance(HOUR_MS);
  expect(receiver.items).toEqual(["found"]);
  expect(emulator.verdict().discarded).toBe(1);
});

test("a URL that is taken away while a retry waits ends the delivery, and so does a restart without it", async () => {
  const receiver = await Receiver.start({ reply: () => 500 });
  const settings = { callback_persist: false };
  const { clock, emulator, customer } = await client(receiver, settings);
  customer.text("Hello");
  await clock.advance(0);
  emulator.onPremises.configure({ webhooks: { url: "" } });
  await clock.advance(HOUR_MS);
  emulator.onPremises.configure({ webhooks: { url: receiver.url } });
  customer.text("Hello");
  await clock.advance(0);
  emulator.onPremises.configure({ webhooks: { url: "" } });
  await emulator.restart();
  expect(emulator.deliveries).toMatchObject([
    { to: "on-premises", state: "discarded" },
    { to: "on-premises", state: "lost" },
  ]);
  for (const delivery of emulator.deliveries) expect(delivery).not.toHaveProperty("nextAttemptAt");
});

test("at most max_concurrent_requests are under way, from the next restart on", async () => {
  const release: (() => void)[] = [];
  const receiver = await Receiver.start({
    reply: () => new Promise((resolve) => release.push(() => resolve(200))),
  });
  const emulator = await started({ onPremises: { settings: { webhooks: { url: receiver.url } } } });
  const customer = emulator.customer({ to: "on-premises" });
  emulator.onPremises.configure({ webhooks: { max_concurrent_requests: 12 } });
  const flood = async (atOnce: number): Promise<void> => {
    for (let i = 0; i < 30; i++) customer.text(`${i}`);
    for (let answered = 0; answered < 30; answered++) {
      await expect
        .poll(() => release.length, { timeout: 30_000 })
        .toBeGreaterThanOrEqual(Math.min(atOnce, 30 - answered));
      release.shift()?.();
    }
    await emulator.idle();
  };
  await flood(6);
  expect(receiver.mostAtOnce).toBe(6);
  await emulator.restart();
  await flood(12);
  expect(receiver.mostAtOnce).toBe(12);
  expect(receiver.notifications).toHaveLength(60);
});
