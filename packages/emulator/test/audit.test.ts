import { expect, test } from "vitest";
import { steppedClock } from "../src/index.ts";
import { subscribed } from "./support/emulators.ts";
import { Receiver } from "./support/receiver.ts";

const ERROR = "messages/errors-rate-limit-130429";
const numbers = [
  { id: "11", displayPhoneNumber: "12125550188", wabaId: "99" },
  { id: "12", displayPhoneNumber: "12125550189", wabaId: "99" },
];

/** An emulator with two numbers of one account, and the errors that a receiver got from it. */
async function withErrors() {
  const receiver = await Receiver.start();
  const clock = steppedClock();
  const emulator = await subscribed(receiver, { clock, numbers });
  const errors = (): unknown[] =>
    receiver.bodies.flatMap((body) => JSON.parse(body).entry[0].changes[0].value.errors ?? []);
  return { clock, emulator, errors };
}

test("the same error of two numbers is two events", async () => {
  const { clock, emulator, errors } = await withErrors();
  for (const { id } of numbers) emulator.notify(ERROR, { about: id });
  await clock.advance(0);
  expect(errors()).toHaveLength(2);
  expect(emulator.audit(errors())).toMatchObject({ ok: true, missing: [], doubled: [] });
  expect(emulator.audit(errors().slice(1)).missing).toHaveLength(1);
});

test("an error that tells neither a time nor an id may be handled as often as it comes, or once", async () => {
  const { clock, emulator, errors } = await withErrors();
  emulator.notify(ERROR, { about: "11" });
  await clock.advance(3_600_000);
  emulator.notify(ERROR, { about: "11" });
  await clock.advance(0);
  expect(errors()).toHaveLength(2);
  expect(emulator.audit(errors())).toMatchObject({ ok: true, handled: 1 });
  expect(emulator.audit(errors().slice(1))).toMatchObject({ ok: true, handled: 1 });
  expect(emulator.audit([]).missing).toHaveLength(1);
});

test.each([
  ["the time of its entry", { event: "VERIFIED_ACCOUNT" }],
  ["a time of its own", { metadata: {}, calls: [{ from: "12125550123", timestamp: "1" }] }],
  ["a time deep inside", { metadata: {}, groups: [{ changes: [{ end_time: 1 }] }] }],
  ["an id", { metadata: {}, groups: [{ id: "g.1" }] }],
])(
  "what has %s is the same when it comes again: handling it twice is once too often",
  async (_, value) => {
    const { clock, emulator } = await withErrors();
    emulator.change("account_update", value, { wabaId: "99" });
    await clock.advance(0);
    const { missing } = emulator.audit([]);
    expect(missing).toHaveLength(1);
    expect(emulator.audit(missing)).toMatchObject({ ok: true });
    expect(emulator.audit([...missing, ...missing]).doubled).toEqual(missing);
  },
);
