import { describe, expect, test } from "vitest";
import {
  type Attempt,
  createEmulator,
  type Delivery,
  type EmulatorOptions,
  notificationNames,
  steppedClock,
} from "../src/index.ts";
import { started, subscribed } from "./support/emulators.ts";
import { Receiver, VERIFY_TOKEN } from "./support/receiver.ts";

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

test("the longest time to answer is no short one, with pauses on top of it, too", async () => {
  const receiver = await Receiver.start({
    reply: () => new Promise((resolve) => setTimeout(() => resolve(200), 50)),
  });
  const emulator = await subscribed(receiver, {
    requestTimeoutMs: 2 ** 31 - 1,
    weather: { slowUploads: 1, uploadPauseMs: 1 },
  });
  emulator.customer().text("Hello");
  await emulator.idle();
  expect(emulator.deliveries[0]?.attempts).toMatchObject([{ status: 200 }]);
});

test("a header that Node.js does not send is a failure like others, and says so", async () => {
  const receiver = await Receiver.start();
  const clock = steppedClock();
  const emulator = await started({
    clock,
    onPremises: {
      callbackHeaders: { Authorization: "Basic\n" },
      settings: { webhooks: { url: receiver.url } },
    },
  });
  emulator.customer({ to: "on-premises" }).text("Hello");
  await clock.advance(0);
  expect(emulator.deliveries[0]?.attempts).toMatchObject([
    { failure: "connection", code: "ERR_INVALID_CHAR" },
  ]);
});

test("settings that the client would not take are refused at the start", async () => {
  const emulator = createEmulator({ onPremises: { settings: { callback_persist: "yes" } } });
  await expect(emulator.start()).rejects.toThrow("callback_persist");
});

test.each([
  [{ wether: {} }, "there is no option wether, did you mean weather? Options: appSecret, "],
  [{ frobnicate: 1 }, "there is no option frobnicate. Options: appSecret, "],
  [{ weather: { duplicate: 1 } }, "no option weather.duplicate, did you mean weather.duplicates?"],
  [{ cloud: { rety: {} } }, "no option cloud.rety, did you mean cloud.retry?"],
  [{ cloud: { retry: { facotr: 2 } } }, "did you mean cloud.retry.factor?"],
  [{ onPremises: { settigns: {} } }, "did you mean onPremises.settings?"],
  [{ server: { prot: 1 } }, "did you mean server.port?"],
  [{ statuses: { raech: "read" } }, "did you mean statuses.reach?"],
  [{ requestTimeoutMs: Number.NaN }, "requestTimeoutMs must be a positive number, got NaN"],
  [{ requestTimeoutMs: Number.POSITIVE_INFINITY }, "requestTimeoutMs is at most 2147483647"],
  [{ requestTimeoutMs: 3e9 }, "requestTimeoutMs is at most 2147483647 (24 days)"],
  [{ weather: { uploadPauseMs: 3e9 } }, "weather.uploadPauseMs is at most 2147483647 (24 days)"],
  [{ cloud: { maxConcurrentRequests: 0 } }, "maxConcurrentRequests must be a positive number"],
  [{ storage: { path: "" } }, "storage.path is empty: name a file"],
])(
  "an option that there is not is told, with the one that may be meant: %j",
  (options, message) => {
    expect(() => createEmulator(options as EmulatorOptions)).toThrow(message);
  },
);

test("undefined counts as left out", () => {
  const app = { id: "1", secret: "x" };
  const plain = createEmulator({ seed: 1, apps: [app] });
  const emulator = createEmulator({
    seed: 1,
    appSecret: undefined,
    apps: [{ ...app, name: undefined, accessToken: undefined, wabaIds: undefined }],
    numbers: undefined,
    cloud: { maxConcurrentRequests: undefined, retry: { factor: undefined } },
    weather: { duplicates: undefined, batchItems: undefined },
    server: { port: undefined },
  });
  expect(emulator.apps).toEqual(plain.apps);
  expect(emulator.apps[0]?.name).toBe("Emulated app");
  expect(emulator.weather).toEqual(plain.weather);
});

test("options that cannot be are refused", () => {
  const app = { id: "1", secret: "x" };
  expect(() => createEmulator({ apps: [app], appSecret: "y" })).toThrow(TypeError);
  expect(() => createEmulator({ apps: [app, app] })).toThrow(TypeError);
  expect(() => createEmulator({ apps: [{ ...app, id: "one" }] })).toThrow(TypeError);
  const number = { id: "2", displayPhoneNumber: "+1", wabaId: "3" };
  expect(() => createEmulator({ numbers: [number] })).toThrow(TypeError);
});
