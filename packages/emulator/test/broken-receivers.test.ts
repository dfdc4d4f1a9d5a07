import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { steppedClock } from "../src/index.ts";
import { SECRET, started, subscribed } from "./support/emulators.ts";
import { type Received, Receiver, valuesOf } from "./support/receiver.ts";

const DAY_MS = 24 * 3_600_000;

interface Item {
  readonly id: string;
  readonly type?: string;
  readonly status?: string;
}

/** A receiver as people write them, correct in every respect, and the list of what it handled. */
async function ownReceiver(mistakes: {
  readonly signed?: (request: Received) => Buffer | string;
  readonly items?: (items: readonly Item[]) => readonly Item[];
  readonly remembers?: boolean;
  readonly status?: number;
  readonly answerMs?: number;
}) {
  const { remembers = true, status = 200, answerMs = 0 } = mistakes;
  const handled: Item[] = [];
  const seen = new Set<string>();
  const receiver = await Receiver.start({
    reply: async (request) => {
      const signed = mistakes.signed?.(request) ?? request.body;
      const mac = createHmac("sha256", SECRET).update(signed).digest("hex");
      if (request.headers["x-hub-signature-256"] !== `sha256=${mac}`) return 401;
      const items = valuesOf(JSON.parse(request.body.toString())).flatMap(
        ({ messages = [], statuses = [] }) => [...messages, ...statuses] as unknown as Item[],
      );
      for (const item of mistakes.items?.(items) ?? items) {
        const key = `${item.id} ${item.status}`;
        if (!seen.has(key) || !remembers) handled.push(item);
        seen.add(key);
      }
      if (answerMs > 0) await new Promise((resolve) => setTimeout(resolve, answerMs));
      return status;
    },
  });
  return { receiver, handled };
}

type Mistakes = Parameters<typeof ownReceiver>[0];

/** Sixty texts with everything that makes bodies differ, batches and a few duplicates. */
async function trial(mistakes: Mistakes, text = "Grüße a/b 🌱") {
  const { receiver, handled } = await ownReceiver(mistakes);
  const clock = steppedClock();
  const emulator = await subscribed(receiver, {
    clock,
    weather: { batchItems: 4, duplicates: 0.3, lostAnswers: 0.2 },
  });
  for (let i = 0; i < 20; i++) emulator.customer().text(`${text} ${i}`);
  emulator.send({ to: "12125550123", text: { body: "Hi" } });
  await clock.advance(8 * DAY_MS);
  return { audit: emulator.audit(handled), verdict: emulator.verdict(), emulator };
}

test("one without a mistake passes", async () => {
  const { audit, verdict } = await trial({});
  expect(audit).toEqual({
    ok: true,
    missing: [],
    doubled: [],
    unexpected: [],
    undelivered: [],
    handled: 23,
  });
  expect(verdict).toMatchObject({ failures: {}, retries: 0, givenUp: 0, hints: [] });
});

test("a signature over JSON that was parsed and written again", async () => {
  const { audit, verdict } = await trial({
    signed: ({ body }) => JSON.stringify(JSON.parse(body.toString())),
  });
  expect(verdict.ok).toBe(false);
  expect(verdict.failures["401"]).toBeGreaterThan(0);
  expect(verdict.givenUp).toBeGreaterThan(0);
  expect(verdict.hints.join()).toMatch(/signature|secret/i);
  expect(audit.undelivered.length).toBeGreaterThan(0);
  expect(verdict.text).toContain("The receiver falls short.");
});

test("the same, noticed only when a body has something to escape", async () => {
  const { receiver } = await ownReceiver({
    signed: ({ body }) => JSON.stringify(JSON.parse(body.toString())),
  });
  const clock = steppedClock();
  const emulator = await subscribed(receiver, { clock });
  emulator.notify("account_review_update/approved");
  await clock.advance(DAY_MS);
  expect(emulator.verdict().failures).toEqual({});
  emulator.customer().text("Grüße");
  await clock.advance(8 * DAY_MS);
  expect(emulator.verdict().hints.join()).toMatch(/Only bodies with escapes/);
});

test("a refused On-Premises callback, which has no signature, says nothing about signatures", async () => {
  const receiver = await Receiver.start({ reply: () => 401 });
  const clock = steppedClock();
  const settings = { webhooks: { url: receiver.url } };
  const emulator = await started({ clock, onPremises: { settings } });
  emulator.customer({ to: "on-premises" }).text("Grüße a/b");
  await clock.advance(DAY_MS);
  expect(emulator.verdict()).toMatchObject({ failures: { 401: expect.any(Number) }, hints: [] });
});

test("an On-Premises callback that is accepted hides nothing of a wrong secret", async () => {
  const receiver = await Receiver.start({
    reply: ({ headers }) => (headers.authorization === undefined ? 401 : 200),
  });
  const clock = steppedClock();
  const settings = { webhooks: { url: receiver.url } };
  const callbackHeaders = { Authorization: "Basic d2E6Y2FsbGJhY2tz" };
  const emulator = await subscribed(receiver, { clock, onPremises: { callbackHeaders, settings } });
  emulator.customer({ to: "on-premises" }).text("Hello");
  emulator.customer().text("Hello");
  emulator.customer().text("Grüße");
  await clock.advance(DAY_MS);
  expect(emulator.verdict().hints).toEqual([
    expect.stringContaining("Every signed body is refused"),
  ]);
});

test("a secret that is changed on the way is not taken for a mistake with escapes", async () => {
  const receiver = await Receiver.start({ reply: (_, count) => (count === 1 ? 200 : 401) });
  const clock = steppedClock();
  const emulator = await subscribed(receiver, { clock });
  for (let i = 0; i < 2; i++) {
    emulator.notify("account_review_update/approved");
    await clock.advance(0);
  }
  emulator.customer().text("Grüße");
  await clock.advance(DAY_MS);
  expect(emulator.verdict().hints).toEqual([]);
});

test("the last item of a batch is lost", async () => {
  const { audit } = await trial({
    items: (items) => (items.length > 1 ? items.slice(0, -1) : items),
  });
  expect(audit.ok).toBe(false);
  expect(audit.missing.length).toBeGreaterThan(0);
  expect(audit.doubled).toEqual([]);
});

test("an event is handled twice", async () => {
  const { audit, verdict } = await trial({ remembers: false });
  expect(audit.ok).toBe(false);
  expect(audit.doubled.length).toBeGreaterThan(0);
  expect(audit.missing).toEqual([]);
  expect(verdict.failures).toEqual({});
});

test("an item is changed on its way", async () => {
  const { audit } = await trial({
    items: (items) => items.map((item) => ({ ...item, id: item.id.toLowerCase() })),
  });
  expect(audit.unexpected.length).toBeGreaterThan(0);
  expect(audit.ok).toBe(false);
});

test("201 instead of 200", async () => {
  const { audit, verdict } = await trial({ status: 201 });
  expect(verdict).toMatchObject({ ok: false, failures: { 201: expect.any(Number) } });
  expect(verdict.givenUp).toBeGreaterThan(0);
  expect(verdict.hints.join()).toContain("201 is not 200");
  expect(audit.ok).toBe(true);
});

test("none at all: no answers are no praise", async () => {
  const emulator = await started();
  emulator.customer().text("Hello");
  await emulator.idle();
  const verdict = emulator.verdict();
  expect(verdict).toMatchObject({ ok: false, requests: 0, answers: 0, discarded: 1, failures: {} });
  expect(verdict.text).toMatch(/^There is nothing to judge: no answer has come\.\n0 requests, no/);
  expect(verdict.text).toContain("1 notifications had nobody to go to.");
  expect(verdict.text).not.toMatch(/demands|met:|200/);
});

test("one that the weather never lets answer is not praised either, nor blamed", async () => {
  const { receiver } = await ownReceiver({});
  const clock = steppedClock();
  const emulator = await subscribed(receiver, { clock, weather: { cutUploads: 1 } });
  emulator.customer().text("Hello");
  await clock.advance(60_000);
  for (const givenUp of [0, 1]) {
    const { ok, open, text, weather, ...counts } = emulator.verdict();
    expect({ ok, open }).toEqual({ ok: false, open: true });
    expect(weather).toBeGreaterThan(2);
    expect(text).toMatch(/^There is nothing to judge/);
    expect(counts).toMatchObject({ answers: 0, givenUp, givenUpByWeather: givenUp });
    await clock.advance(8 * DAY_MS);
  }
});

test("one whose answers are lost until the platform gives up does what it can", async () => {
  const { receiver } = await ownReceiver({});
  const clock = steppedClock();
  const emulator = await subscribed(receiver, { clock, weather: { lostAnswers: 1 } });
  emulator.customer().text("Hello");
  await clock.advance(8 * DAY_MS);
  const { ok, givenUp, text } = emulator.verdict();
  expect({ ok, givenUp }).toEqual({ ok: true, givenUp: 1 });
  expect(text).toContain("1 notifications were given up, 1 of them because of the weather alone.");
});

test("a failure of its own is held against it although the weather did the rest, after a restart too", async () => {
  const folder = mkdtempSync(join(tmpdir(), "emulator-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const storage = { path: join(folder, "emulator.db") };
  const { receiver } = await ownReceiver({ status: 500 });
  const first = await subscribed(receiver, { clock: steppedClock(0), storage });
  first.customer().text("Hello");
  await first.idle();
  await first.stop();
  const clock = steppedClock(1000);
  const second = await started({ clock, storage, weather: { cutUploads: 1 } });
  await clock.advance(8 * DAY_MS);
  const verdict = second.verdict();
  expect(verdict).toMatchObject({ ok: false, open: false, failures: {}, answers: 0 });
  expect(verdict).toMatchObject({ givenUp: 1, givenUpByWeather: 0 });
  expect(verdict.text).toMatch(/^The receiver falls short/);
});

test("one that is never reached falls short", async () => {
  const { receiver } = await ownReceiver({});
  const clock = steppedClock();
  const emulator = await subscribed(receiver, { clock });
  await receiver.stop();
  emulator.customer().text("Hello");
  await clock.advance(60_000);
  const { ok, answers, text } = emulator.verdict();
  expect({ ok, answers }).toEqual({ ok: false, answers: 0 });
  expect(text).toMatch(
    /^The receiver falls short\.\n\d+ requests, no answers\.\nNot 200: connection/,
  );
});

test("slow answers", async () => {
  const { receiver } = await ownReceiver({ answerMs: 300 });
  const emulator = await subscribed(receiver);
  for (let i = 0; i < 5; i++) emulator.customer().text("Hello");
  await emulator.idle();
  const verdict = emulator.verdict();
  expect(verdict.ok).toBe(false);
  expect(verdict.demands[0]).toMatchObject({ limit: 250, met: false });
  expect(verdict.text).toContain("NOT MET: median");
});

test("one answer in a hundred takes more than a second", async () => {
  const receiver = await Receiver.start({
    reply: async (_, count) => {
      if (count === 50) await new Promise((resolve) => setTimeout(resolve, 1100));
      return 200;
    },
  });
  const emulator = await subscribed(receiver);
  for (let i = 0; i < 100; i++) emulator.customer().text("Hello");
  await emulator.idle();
  const verdict = emulator.verdict();
  expect(verdict.demands[1]).toMatchObject({ limit: 0.01, met: false });
  expect(verdict.demands[1]?.actual).toBeGreaterThanOrEqual(0.01);
  expect(verdict.ok).toBe(false);
});

test("keys do as well as items, and one app's part can be looked at", async () => {
  const { receiver, handled } = await ownReceiver({});
  const emulator = await subscribed(receiver);
  const id = emulator.customer().text("Hello");
  await emulator.idle();
  expect(handled).toHaveLength(1);
  expect(emulator.audit([`message:${id}:text`])).toMatchObject({ ok: true, handled: 1 });
  expect(emulator.audit([], { appId: emulator.apps[0]?.id ?? "" })).toMatchObject({
    ok: false,
    missing: [`message:${id}:text`],
  });
  expect(emulator.audit([], { appId: "1" })).toMatchObject({ ok: true });
});
