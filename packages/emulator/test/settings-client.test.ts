import {
  createCloudSubscriptions,
  createOnPremisesSettings,
  overridableFields,
  SettingsError,
  settingsTable,
} from "@whatsapp-webhooks/settings";
import { describe, expect, test, vi } from "vitest";
import { overridableFields as emulatedOverridableFields } from "../src/cloud/fields.ts";
import { makeCertificates } from "./support/certificates.ts";
import { started } from "./support/emulators.ts";
import { Receiver, VERIFY_TOKEN } from "./support/receiver.ts";

// Two descriptions of one API, by two hands: what one of them has wrong shows here.

const quiet = { warn: vi.fn() };
const PASSWORD = "Change-me-1";

async function onPremises(receiverUrl: string) {
  const emulator = await started();
  const connection = { baseUrl: emulator.url, username: "admin", logger: quiet };
  const first = createOnPremisesSettings({ ...connection, password: "secret" });
  await first.login({ newPassword: PASSWORD });
  const settings = createOnPremisesSettings({ ...connection, password: PASSWORD });
  await settings.update({ webhooks: { url: receiverUrl } });
  return { emulator, settings };
}

/** The statuses of one message, as they came. */
async function statusesOf(
  emulator: Awaited<ReturnType<typeof started>>,
  { notifications }: Receiver,
): Promise<string[]> {
  const before = notifications.length;
  emulator.send({ to: "12125550123", text: { body: "Hi" } }, { from: "on-premises" });
  await emulator.idle();
  return notifications
    .slice(before)
    .flatMap(({ body }) => JSON.parse(body.toString()).statuses ?? [])
    .map(({ status }: { readonly status: string }) => status);
}

describe("the On-Premises client of the settings package", () => {
  test("the request of the platform's guide is taken, and decides which statuses come", async () => {
    const receiver = await Receiver.start();
    const { emulator, settings } = await onPremises(receiver.url);
    expect(await statusesOf(emulator, receiver)).toEqual(["delivered", "read"]);
    const { settings: answer } = await settings.update({
      callback_persist: true,
      sent_status: true,
      webhooks: { url: receiver.url, message: { sent: false, delivered: true, read: false } },
    });
    expect(answer === null || answer === undefined || typeof answer === "object").toBe(true);
    expect(await statusesOf(emulator, receiver)).toEqual(["delivered"]);
    expect(await settings.get()).toMatchObject({
      callback_persist: true,
      sent_status: true,
      webhooks: { url: receiver.url, message: { sent: false, delivered: true, read: false } },
    });
  });

  test("what the table says of defaults is what a new client answers, and after a reset", async () => {
    const receiver = await Receiver.start();
    const { settings } = await onPremises(receiver.url);
    await settings.update({ callback_backoff_delay_ms: 5_000, callback_persist: false });
    await settings.reset();
    const answered = await settings.get();
    expect(answered).toMatchObject({
      callback_backoff_delay_ms: 3_000,
      max_callback_backoff_delay_ms: 900_000,
      callback_persist: true,
    });
    const names = Object.keys(settingsTable).map((name) => name.split(".")[0]);
    expect(Object.keys(answered).filter((name) => !names.includes(name))).toEqual([]);
  });

  test("the certificate of the webhook's authority goes up, comes back and goes", async () => {
    const receiver = await Receiver.start();
    const { settings } = await onPremises(receiver.url);
    const pem = makeCertificates().authority.cert;
    expect(await settings.ca.get()).toBeUndefined();
    await settings.ca.set(pem);
    expect((await settings.ca.get())?.trim()).toBe(pem.trim());
    await settings.ca.remove();
    expect(await settings.ca.get()).toBeUndefined();
  });

  test("a wrong password is told as the platform tells it", async () => {
    const emulator = await started();
    const wrong = createOnPremisesSettings({
      baseUrl: emulator.url,
      username: "admin",
      password: "nobody's",
      logger: quiet,
    });
    await expect(wrong.get()).rejects.toThrow(SettingsError);
  });
});

describe("the Cloud client of the settings package", () => {
  test("subscribes an app and an account, after which customers' messages come", async () => {
    const receiver = await Receiver.start();
    const emulator = await started({ appSecret: "a-secret-that-fits-a-header" });
    const [app] = emulator.apps;
    const cloud = (accessToken: string) =>
      createCloudSubscriptions({ baseUrl: emulator.url, accessToken });
    const [appId, wabaId] = [app?.id ?? "", app?.wabaIds[0] ?? ""];
    await cloud(`${appId}|${app?.secret}`).apps.subscribe(appId, {
      callback_url: receiver.url,
      verify_token: VERIFY_TOKEN,
      fields: ["messages"],
      include_values: true,
    });
    const business = cloud(app?.accessToken ?? "");
    await business.accounts.subscribe(wabaId);
    expect(await business.accounts.subscribedApps(wabaId)).toHaveLength(1);
    const before = receiver.notifications.length;
    emulator.customer().text("Hello");
    await emulator.idle();
    expect(receiver.notifications.length).toBe(before + 1);
  });

  test("overrides the callback URL of a number, and takes it back", async () => {
    const [receiver, other] = [await Receiver.start(), await Receiver.start()];
    const emulator = await started();
    await emulator.subscribe({ callbackUrl: receiver.url, verifyToken: VERIFY_TOKEN });
    const [number] = emulator.numbers;
    const business = createCloudSubscriptions({
      baseUrl: emulator.url,
      accessToken: emulator.apps[0]?.accessToken ?? "",
    });
    const posts = ({ notifications }: Receiver) => notifications.length;
    const numberId = number?.id ?? "";
    await business.numbers.setOverride(numberId, {
      override_callback_uri: other.url,
      verify_token: VERIFY_TOKEN,
    });
    emulator.customer().text("to the other");
    await emulator.idle();
    expect([posts(receiver), posts(other)]).toEqual([0, 1]);
    await business.numbers.removeOverride(numberId);
    emulator.customer().text("to the first");
    await emulator.idle();
    expect([posts(receiver), posts(other)]).toEqual([1, 1]);
  });

  test("knows the same fields that an override covers", () => {
    expect([...emulatedOverridableFields].sort()).toEqual([...overridableFields].sort());
  });
});
