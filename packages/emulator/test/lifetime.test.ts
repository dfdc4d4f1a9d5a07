import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createEmulator, type StorageOptions, steppedClock } from "../src/index.ts";
import { started, subscribed } from "./support/emulators.ts";
import { Receiver } from "./support/receiver.ts";

function file(): StorageOptions {
  const folder = mkdtempSync(join(tmpdir(), "emulator-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { path: join(folder, "emulator.db") };
}

/** A receiver that answers when it is told to, and never before. */
async function slowReceiver() {
  const answers: (() => void)[] = [];
  const receiver = await Receiver.start({
    reply: () => new Promise((resolve) => answers.push(() => resolve(200))),
  });
  return {
    receiver,
    /** Once the request has come. */
    async isAsked() {
      await expect.poll(() => answers.length, { timeout: 30_000 }).toBe(1);
    },
    answer: () => answers.shift()?.(),
  };
}

/** Long enough for a stop with nothing under way. */
const moment = () => new Promise((resolve) => setTimeout(resolve, 50));

describe.each<["memory" | "a file", () => StorageOptions]>([
  ["memory", () => "memory"],
  ["a file", file],
])("stored in %s", (_, storage) => {
  test("a second stop waits for the first, and what is under way is still stored", async () => {
    const { receiver, isAsked, answer } = await slowReceiver();
    const emulator = await subscribed(receiver, { storage: storage() });
    emulator.customer().text("Hello");
    await isAsked();
    const order: string[] = [];
    const stops = [1, 2].map((n) => emulator.stop().then(() => order.push(`stop ${n}`)));
    await moment();
    order.push("answer");
    answer();
    await Promise.all(stops);
    expect(order).toEqual(["answer", "stop 1", "stop 2"]);
    expect(emulator.deliveries).toMatchObject([{ state: "delivered" }]);
  });

  test("two restarts at once leave one platform that sends, and none after a stop", async () => {
    const receiver = await Receiver.start({ reply: () => 500 });
    const clock = steppedClock();
    const emulator = await subscribed(receiver, { clock, storage: storage() });
    emulator.customer().text("Hello");
    await clock.advance(0);
    await Promise.all([emulator.restart(), emulator.restart()]);
    await clock.advance(30_000);
    expect(emulator.deliveries[0]?.attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    await emulator.stop();
    await clock.advance(3_600_000);
    expect(receiver.notifications).toHaveLength(4);
  });

  test("two starts at once are one", async () => {
    const receiver = await Receiver.start({ reply: () => 500 });
    const clock = steppedClock();
    const emulator = await subscribed(receiver, { clock, storage: storage() });
    emulator.customer().text("Hello");
    await clock.advance(0);
    const { url } = emulator;
    await emulator.stop();
    await Promise.all([emulator.start(), emulator.start()]);
    expect(emulator.url).toBe(url);
    await clock.advance(10_000);
    expect(receiver.notifications).toHaveLength(3);
  });

  test("a stop that is asked for during a restart has the last word", async () => {
    const { receiver, isAsked, answer } = await slowReceiver();
    const emulator = await subscribed(receiver, { storage: storage() });
    emulator.customer().text("Hello");
    await isAsked();
    const both = Promise.all([emulator.restart(), emulator.stop()]);
    await moment();
    answer();
    await both;
    expect(() => emulator.customer()).toThrow("the emulator is stopped");
    expect(() => emulator.url).toThrow("not served");
  });

  test("a start that is asked for during a stop comes after it", async () => {
    const { receiver, isAsked, answer } = await slowReceiver();
    const emulator = await subscribed(receiver, { storage: storage() });
    const { url } = emulator;
    emulator.customer().text("Hello");
    await isAsked();
    const both = Promise.all([emulator.stop(), emulator.start()]);
    await moment();
    answer();
    await both;
    expect(emulator.url).toBe(url);
    emulator.customer().text("Hello again");
    await isAsked();
    answer();
    await emulator.idle();
    expect(receiver.items).toEqual(["Hello", "Hello again"]);
  });
});

test("a start that fails keeps nobody else waiting", async () => {
  const emulator = createEmulator({ onPremises: { settings: { callback_persist: "yes" } } });
  const [first, second, stop] = await Promise.allSettled([
    emulator.start(),
    emulator.start(),
    emulator.stop(),
  ]);
  expect([first.status, second.status, stop.status]).toEqual(["rejected", "rejected", "fulfilled"]);
});

test("a start that fails keeps no other emulator from the file", async () => {
  const storage = file();
  const bad = createEmulator({ storage, onPremises: { settings: { callback_persist: "yes" } } });
  await expect(bad.start()).rejects.toThrow("callback_persist");
  await started({ storage });
});

test("an emulator gets the file of another in the same process as soon as that one has ended", async () => {
  const storage = file();
  const { receiver, isAsked, answer } = await slowReceiver();
  const first = await subscribed(receiver, { storage });
  first.customer().text("Hello");
  await isAsked();
  const second = createEmulator({ storage });
  onTestFinished(() => second.stop());
  const both = Promise.all([first.stop(), second.start()]);
  await moment();
  answer();
  await both;
  expect(first.deliveries).toMatchObject([{ state: "delivered" }]);
});

test("a restart of what is stopped is refused, and starts nothing", async () => {
  const emulator = await started({ storage: file() });
  const both = await Promise.allSettled([emulator.stop(), emulator.restart()]);
  expect(both).toMatchObject([
    { status: "fulfilled" },
    { status: "rejected", reason: { message: "the emulator is stopped: call start()." } },
  ]);
  expect(() => emulator.customer()).toThrow("the emulator is stopped");
  await emulator.start();
  expect(emulator.url).toMatch(/^http:/);
});

// Elsewhere a folder in use cannot be renamed.
test.skipIf(process.platform === "win32")(
  "a restart does not let go of its file, even for a moment",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "emulator-"));
    const moved = `${folder}-moved`;
    onTestFinished(() => rmSync(moved, { recursive: true }));
    const emulator = await started({ storage: { path: join(folder, "emulator.db") } });
    renameSync(folder, moved);
    await emulator.restart();
    expect(emulator.customer().text("Hello")).toMatch(/^wamid\./);
    await emulator.stop();
  },
);
