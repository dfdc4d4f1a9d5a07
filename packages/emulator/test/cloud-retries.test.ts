import { expect, test } from "vitest";
import { createEmulator, fastClock, steppedClock } from "../src/index.ts";
import { call } from "./support/api.ts";
import { started, subscribed } from "./support/emulators.ts";
import { Receiver, VERIFY_TOKEN } from "./support/receiver.ts";

const DAY_MS = 24 * 3_600_000;

test("what fails is sent again at once, ever more rarely, for seven days, in the same bytes, and then given up", async () => {
  const receiver = await Receiver.start({ reply: () => 500 });
  const clock = steppedClock();
  const emulator = await subscribed(receiver, { clock });
  const begin = clock.now();
  emulator.customer().text("Hello");
  await clock.advance(0);
  expect(receiver.notifications).toHaveLength(2);
  await clock.advance(8 * DAY_MS);

  const [delivery] = emulator.deliveries;
  const times = delivery?.attempts.map(({ at }) => at - begin) ?? [];
  const waits = times.slice(1).map((at, i) => at - (times[i] ?? 0));
  expect(waits.slice(0, 5)).toEqual([0, 10_000, 15_000, 22_500, 33_750]);
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(times).toHaveLength(27);
  expect(times.at(-1)).toBeGreaterThan(5 * DAY_MS);
  expect(times.at(-1)).toBeLessThanOrEqual(7 * DAY_MS);
  expect(new Set(receiver.bodies).size).toBe(1);
  expect(
    new Set(receiver.notifications.map(({ headers }) => headers["x-hub-signature-256"])).size,
  ).toBe(1);
  expect(delivery?.state).toBe("given_up");
  expect(emulator.verdict()).toMatchObject({
    ok: false,
    givenUp: 1,
    retries: 26,
    failures: { 500: 27 },
  });
});

test("it ends with the first 200", async () => {
  const receiver = await Receiver.start({ reply: (_, count) => (count < 5 ? 503 : 200) });
  const clock = steppedClock();
  const emulator = await subscribed(receiver, { clock });
  emulator.customer().text("Hello");
  await clock.advance(8 * DAY_MS);
  expect(receiver.notifications).toHaveLength(5);
  expect(emulator.deliveries).toMatchObject([{ state: "delivered" }]);
  expect(emulator.verdict().retries).toBe(4);
});

test("a retry goes to all apps that are subscribed, those that had answered 200 too, each with its own signature", async () => {
  const good = await Receiver.start();
  const bad = await Receiver.start({ reply: (_, count) => (count < 3 ? 500 : 200) });
  const clock = steppedClock();
  const emulator = await started({
    clock,
    apps: [
      { id: "1", secret: "first" },
      { id: "2", secret: "second" },
    ],
  });
  await emulator.subscribe({ appId: "1", callbackUrl: good.url, verifyToken: VERIFY_TOKEN });
  await emulator.subscribe({ appId: "2", callbackUrl: bad.url, verifyToken: VERIFY_TOKEN });
  emulator.customer().text("Hello");
  await clock.advance(DAY_MS);
  expect([good.notifications.length, bad.notifications.length]).toEqual([3, 3]);
  expect(new Set([...good.bodies, ...bad.bodies]).size).toBe(1);
  const signatureAt = (receiver: Receiver) =>
    receiver.notifications[0]?.headers["x-hub-signature-256"];
  expect(signatureAt(good)).not.toBe(signatureAt(bad));
});

test("a retry goes to the URL that is set by then", async () => {
  const first = await Receiver.start({ reply: () => 500 });
  const second = await Receiver.start();
  const clock = steppedClock();
  const emulator = await subscribed(first, { clock });
  emulator.customer().text("Hello");
  await clock.advance(0);
  await emulator.subscribe({ callbackUrl: second.url, verifyToken: VERIFY_TOKEN });
  await clock.advance(DAY_MS);
  expect(first.notifications).toHaveLength(2);
  expect(second.notifications).toHaveLength(1);
});

test("an app that unsubscribes while a retry waits has its delivery discarded, and no second one appears", async () => {
  const receiver = await Receiver.start({ reply: () => 500 });
  const clock = steppedClock();
  const emulator = await subscribed(receiver, { clock });
  emulator.customer().text("Hello");
  await clock.advance(0);
  const [app] = emulator.apps;
  expect(emulator.deliveries).toMatchObject([{ to: app?.id, state: "waiting" }]);
  const token = `${app?.id}|${app?.secret}`;
  await call(emulator, `DELETE /v23.0/${app?.id}/subscriptions`, { token });
  await clock.advance(8 * DAY_MS);
  expect(emulator.deliveries).toMatchObject([{ to: app?.id, state: "discarded" }]);
  expect(emulator.deliveries[0]).not.toHaveProperty("nextAttemptAt");
  expect(emulator.messages).toMatchObject([{ status: "failed" }]);
  expect(emulator.verdict().discarded).toBe(1);
});

test("so it is when another app goes on getting it", async () => {
  const receivers = [
    await Receiver.start({ reply: () => 500 }),
    await Receiver.start({ reply: (_, count) => (count < 4 ? 500 : 200) }),
  ];
  const clock = steppedClock();
  const apps = [
    { id: "1", secret: "first" },
    { id: "2", secret: "second" },
  ];
  const emulator = await started({ clock, apps });
  for (const [i, { url }] of receivers.entries())
    await emulator.subscribe({ appId: apps[i]?.id, callbackUrl: url, verifyToken: VERIFY_TOKEN });
  emulator.customer().text("Hello");
  await clock.advance(0);
  await call(emulator, "DELETE /v23.0/1/subscriptions", { token: "1|first" });
  await clock.advance(8 * DAY_MS);
  expect(emulator.deliveries).toMatchObject([
    { to: "1", state: "discarded" },
    { to: "2", state: "delivered" },
  ]);
  expect(receivers[0]?.notifications).toHaveLength(2);
  expect(emulator.messages).toMatchObject([{ status: "delivered" }]);
});

/** Two apps at two receivers, the first of which answers 500 until it is told otherwise, and the second always. */
async function twoSubscribed() {
  const first = await Receiver.start({ reply: () => 500 });
  const second = await Receiver.start({ reply: () => 500 });
  const clock = steppedClock();
  const apps = [
    { id: "1", secret: "first" },
    { id: "2", secret: "second" },
  ];
  const emulator = await started({ clock, apps });
  const subscribe = (appId: string, { url }: Receiver): Promise<void> =>
    emulator.subscribe({ appId, callbackUrl: url, verifyToken: VERIFY_TOKEN });
  await subscribe("1", first);
  await subscribe("2", second);
  return { first, clock, emulator, subscribe };
}

test("an app that subscribes again while it is sent to another gets it again, too, and may take it", async () => {
  const { first, clock, emulator, subscribe } = await twoSubscribed();
  emulator.customer().text("Hello");
  await clock.advance(0);
  await call(emulator, "DELETE /v23.0/1/subscriptions", { token: "1|first" });
  await clock.advance(20_000);
  expect(emulator.deliveries).toMatchObject([
    { to: "1", state: "discarded" },
    { to: "2", state: "waiting" },
  ]);
  expect(emulator.messages).toMatchObject([{ status: "failed" }]);
  await subscribe("1", first);
  const before = first.notifications.length;
  first.reply = (_, count) => (count > before + 1 ? 200 : 500);
  await clock.advance(10_000);
  expect(first.notifications).toHaveLength(before + 1);
  expect(emulator.deliveries).toMatchObject([{ to: "1", state: "waiting" }, { to: "2" }]);
  await clock.advance(30_000);
  expect(emulator.deliveries).toMatchObject([
    { to: "1", state: "delivered" },
    { to: "2", state: "waiting" },
  ]);
  expect(emulator.messages).toMatchObject([{ status: "delivered" }]);
});

test("when an app that took it unsubscribes, it is told that no more retry comes, and not that it is settled again", async () => {
  const { first, clock, emulator } = await twoSubscribed();
  first.reply = () => 200;
  const told: [event: string, nextAttemptAt: number | undefined][] = [];
  for (const event of ["begun", "attempt", "postponed", "settled", "cancelled"] as const)
    emulator.on(event, ({ delivery: { to, nextAttemptAt } }) => {
      if (to === "1") told.push([event, nextAttemptAt]);
    });
  emulator.customer().text("Hello");
  await clock.advance(0);
  expect(told.at(-1)).toEqual(["postponed", expect.any(Number)]);
  await call(emulator, "DELETE /v23.0/1/subscriptions", { token: "1|first" });
  await clock.advance(8 * DAY_MS);
  expect(told.at(-1)).toEqual(["cancelled", undefined]);
  expect(told.filter(([event]) => event === "settled")).toHaveLength(1);
  expect(told.filter(([event]) => event === "cancelled")).toHaveLength(1);
  expect(emulator.deliveries[0]).toMatchObject({ to: "1", state: "delivered" });
});

test.each([
  ["taken by one, given up for the other", [() => 200, () => 500]],
  ["given up for one whose app was subscribed first, taken by the other", [() => 500, () => 200]],
])("a message that is %s is delivered", async (_, replies) => {
  const clock = steppedClock();
  const apps = [
    { id: "1", secret: "first" },
    { id: "2", secret: "second" },
  ];
  const emulator = await started({ clock, apps });
  for (const [i, reply] of replies.entries()) {
    const { url: callbackUrl } = await Receiver.start({ reply });
    await emulator.subscribe({ appId: apps[i]?.id, callbackUrl, verifyToken: VERIFY_TOKEN });
  }
  emulator.customer().text("Hello");
  await clock.advance(1000);
  expect(emulator.messages).toMatchObject([{ status: "delivered" }]);
  await clock.advance(8 * DAY_MS);
  expect(new Set(emulator.deliveries.map(({ state }) => state))).toEqual(
    new Set(["delivered", "given_up"]),
  );
  expect(emulator.messages).toMatchObject([{ status: "delivered" }]);
});

test.each([201, 202, 204, 301, 302, 307, 400, 401, 413, 500])("%i is not 200", async (status) => {
  const elsewhere = await Receiver.start();
  const receiver = await Receiver.start({
    reply: (_, count) => (count === 1 ? { status, headers: { location: elsewhere.url } } : 200),
  });
  const emulator = await subscribed(receiver);
  emulator.customer().text("Hello");
  await emulator.idle({ retries: true });
  expect(receiver.notifications).toHaveLength(2);
  expect(elsewhere.notifications).toHaveLength(0);
  expect(emulator.verdict()).toMatchObject({ ok: false, failures: { [status]: 1 }, retries: 1 });
});

test("no answer in time, and nobody who listens, are failures too", async () => {
  const receiver = await Receiver.start({ reply: (_, count) => (count === 1 ? undefined : 200) });
  const emulator = await subscribed(receiver, { requestTimeoutMs: 300 });
  emulator.customer().text("Hello");
  await emulator.idle({ retries: true });
  expect(emulator.verdict().failures).toEqual({ timeout: 1 });

  const clock = steppedClock();
  const gone = await Receiver.start();
  const other = await subscribed(gone, { clock });
  await gone.stop();
  other.customer().text("Hello");
  await clock.advance(0);
  // The first may still go to a connection that was open.
  expect(other.deliveries[0]?.attempts[1]).toMatchObject({
    failure: "connection",
    code: "ECONNREFUSED",
  });
});

test("the window and the waits are settings, and a fast clock gets there by itself", async () => {
  const receiver = await Receiver.start({ reply: () => 500 });
  const emulator = await subscribed(receiver, {
    // The next would be after 63 minutes: a busy machine may be late by more than a second.
    clock: fastClock(1200),
    cloud: { retry: { windowMs: 62 * 60_000, firstWaitMs: 60_000, factor: 2 } },
  });
  emulator.customer().text("Hello");
  await emulator.idle({ retries: true });
  // At once, at once, and after 1, 3, 7, 15 and 31 minutes.
  expect(receiver.notifications).toHaveLength(7);
  expect(emulator.deliveries).toMatchObject([{ state: "given_up" }]);
});

test("a wait that rounds to nothing is a millisecond", async () => {
  const receiver = await Receiver.start({ reply: (_, count) => (count <= 50 ? 500 : 200) });
  const clock = steppedClock();
  const retry = { firstWaitMs: 0.4, factor: 1 };
  const emulator = await subscribed(receiver, { clock, cloud: { retry } });
  const begin = clock.now();
  emulator.customer().text("Hello");
  await clock.advance(1000);
  const times = emulator.deliveries[0]?.attempts.map(({ at }) => at - begin);
  expect(times?.slice(0, 5)).toEqual([0, 0, 1, 2, 3]);
  expect(times).toHaveLength(51);
});

test("retries go on after a restart, from a file in a new process too", async () => {
  const receiver = await Receiver.start({ reply: () => 500 });
  const clock = steppedClock();
  const emulator = await subscribed(receiver, { clock });
  emulator.customer().text("Hello");
  await clock.advance(60_000);
  const before = receiver.notifications.length;
  await emulator.restart();
  receiver.reply = () => 200;
  await clock.advance(DAY_MS);
  expect(receiver.notifications).toHaveLength(before + 1);
  expect(new Set(receiver.bodies).size).toBe(1);
  expect(emulator.deliveries).toMatchObject([{ state: "delivered" }]);
});

test("a timing that cannot be is refused", () => {
  expect(() => createEmulator({ cloud: { retry: { factor: 0.5 } } })).toThrow(RangeError);
});
