import { describe, expect, test } from "vitest";
import { call } from "./support/api.ts";
import { started } from "./support/emulators.ts";
import {
  APP,
  DEFAULT,
  graphError,
  integrated,
  NUMBER,
  OTHER,
  userToken,
  WABA,
} from "./support/graph.ts";
import { Receiver, VERIFY_TOKEN } from "./support/receiver.ts";

describe("overrides", () => {
  const ways = async () => ({
    app: await Receiver.start(),
    account: await Receiver.start(),
    number: await Receiver.start(),
  });

  test("the number's URL, else the account's, else the app's; fields that overrides do not cover go to the app's", async () => {
    const { app, account, number } = await ways();
    const emulator = await integrated(app, { numbers: [DEFAULT, OTHER] });
    const tell = async (): Promise<number[]> => {
      const before = [app, account, number].map(({ notifications }) => notifications.length);
      emulator.customer({ to: NUMBER }).text("Hello");
      emulator.customer({ to: OTHER.displayPhoneNumber }).text("Hello");
      emulator.notify("account_alerts/oba-approved");
      await emulator.idle();
      return [app, account, number].map(
        ({ notifications }, i) => notifications.length - (before[i] ?? 0),
      );
    };
    expect(await tell()).toEqual([3, 0, 0]);

    const override = (receiver: Receiver) => ({
      override_callback_uri: receiver.url,
      verify_token: VERIFY_TOKEN,
    });
    const token = userToken;
    const ofAccount = `POST /v23.0/${WABA}/subscribed_apps`;
    const ofNumber = `POST /v23.0/${NUMBER}`;
    expect((await call(emulator, ofAccount, { token, json: override(account) })).json).toEqual({
      success: true,
    });
    expect(await tell()).toEqual([2, 1, 0]);
    const json = { webhook_configuration: override(number) };
    expect((await call(emulator, ofNumber, { token, json })).json).toEqual({ success: true });
    expect(await tell()).toEqual([2, 0, 1]);

    expect(
      (await call(emulator, `GET /v23.0/${NUMBER}?fields=webhook_configuration`, { token })).json,
    ).toEqual({
      webhook_configuration: {
        phone_number: number.url,
        whatsapp_business_account: account.url,
        application: app.url,
      },
      id: NUMBER,
    });
    expect(
      (await call(emulator, `GET /v23.0/${WABA}/subscribed_apps`, { token })).json,
    ).toMatchObject({
      data: [{ whatsapp_business_api_data: { id: APP }, override_callback_uri: account.url }],
    });

    const none = { webhook_configuration: { override_callback_uri: "" } };
    await call(emulator, ofNumber, { token, json: none });
    expect(await tell()).toEqual([2, 1, 0]);
    await call(emulator, ofAccount, { token });
    expect(await tell()).toEqual([3, 0, 0]);
  });

  test("are refused when they are long, unverified, without a token, or before the account is subscribed", async () => {
    const receiver = await Receiver.start();
    const emulator = await started();
    const of = (override_callback_uri: unknown, verify_token: unknown = VERIFY_TOKEN) => ({
      webhook_configuration: { override_callback_uri, verify_token },
    });
    const set = (json: unknown) =>
      call(emulator, `POST /v23.0/${NUMBER}`, { token: userToken, json });
    expect((await set(of(receiver.url))).json).toEqual(graphError(100, /must be subscribed/));
    await call(emulator, `POST /v23.0/${WABA}/subscribed_apps`, { token: userToken });
    expect((await set(of(`${receiver.url}?${"x".repeat(200)}`))).json).toEqual(
      graphError(100, /200/),
    );
    expect((await set(of(receiver.url, "wrong"))).json).toEqual(graphError(2200));
    expect((await set(of(receiver.url, ""))).json).toEqual(graphError(100, /verify_token/));
    expect((await set(of(7))).json).toEqual(graphError(100));
    expect((await set({})).json).toEqual(graphError(100, /webhook_configuration/));
    expect((await set(of(receiver.url))).json).toEqual({ success: true });
  });

  test("of a number that is used with the app, too, and of another's account, are code 200", async () => {
    const receiver = await Receiver.start();
    const emulator = await started({
      apps: [
        { id: "1", secret: "first" },
        { id: "2", secret: "second", wabaIds: [] },
      ],
      numbers: [{ ...DEFAULT, isCoexistent: true }],
    });
    const json = {
      webhook_configuration: { override_callback_uri: receiver.url, verify_token: VERIFY_TOKEN },
    };
    for (const [token, path] of [
      ["EMULATOR-1", NUMBER],
      ["EMULATOR-2", NUMBER],
      ["EMULATOR-2", `${WABA}/subscribed_apps`],
      ["EMULATOR-2", `${NUMBER}/messages`],
    ] as const)
      expect(await call(emulator, `POST /v23.0/${path}`, { token, json })).toMatchObject({
        status: 403,
        json: graphError(200),
      });
  });
});
