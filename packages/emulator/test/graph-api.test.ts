import { describe, expect, test } from "vitest";
import type { Emulator, EmulatorOptions } from "../src/index.ts";
import { call } from "./support/api.ts";
import { SECRET, started } from "./support/emulators.ts";
import { Receiver, VERIFY_TOKEN } from "./support/receiver.ts";

const APP = "740315520918264";
const WABA = "104853279016642";
const NUMBER = "109447120836512";
const OTHER = {
  id: "209447120836512",
  displayPhoneNumber: "12125550189",
  wabaId: "204853279016642",
};
const DEFAULT = { id: NUMBER, displayPhoneNumber: "12125550188", wabaId: WABA };
const appToken = `${APP}|${SECRET}`;
const userToken = `EMULATOR-${APP}`;

function graphError(code: number, message?: RegExp) {
  return {
    error: expect.objectContaining({
      code,
      ...(message && { message: expect.stringMatching(message) }),
      fbtrace_id: expect.any(String),
    }),
  };
}

function subscription(receiver: Receiver, changes: object = {}) {
  return {
    object: "whatsapp_business_account",
    callback_url: receiver.url,
    fields: "messages,account_alerts",
    verify_token: VERIFY_TOKEN,
    ...changes,
  };
}

/** An emulator whose app is subscribed at the receiver through the API, as an integration would do it. */
async function integrated(receiver: Receiver, options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await started(options);
  const json = subscription(receiver);
  await call(emulator, `POST /v23.0/${APP}/subscriptions`, { token: appToken, json });
  for (const { wabaId } of emulator.numbers)
    await call(emulator, `POST /v23.0/${wabaId}/subscribed_apps`, { token: userToken });
  return emulator;
}

describe("an app's subscription", () => {
  const path = `/v23.0/${APP}/subscriptions`;

  test("is accepted after the handshake, shown, and removed", async () => {
    const receiver = await Receiver.start();
    const emulator = await started();
    expect((await call(emulator, `GET ${path}`, { token: appToken })).json).toEqual({ data: [] });
    const json = subscription(receiver, { callback_url: `${receiver.url}?a=%20b` });
    expect(await call(emulator, `POST ${path}`, { token: appToken, json })).toMatchObject({
      status: 200,
      json: { success: true },
    });
    const [handshake] = receiver.handshakes;
    expect(handshake?.url.search).toMatch(
      /^\?a=%20b&hub\.mode=subscribe&hub\.challenge=\d{10}&hub\.verify_token=the%20verify%20token$/,
    );
    expect((await call(emulator, `GET ${path}`, { token: appToken })).json).toEqual({
      data: [
        {
          object: "whatsapp_business_account",
          callback_url: `${receiver.url}?a=%20b`,
          active: true,
          fields: [
            { name: "messages", version: "v23.0" },
            { name: "account_alerts", version: "v23.0" },
          ],
        },
      ],
    });
    await call(emulator, `DELETE ${path}?fields=account_alerts`, { token: appToken });
    expect((await call(emulator, `GET ${path}`, { token: appToken })).text).not.toContain(
      "account_alerts",
    );
    await call(emulator, `DELETE ${path}`, { token: appToken });
    expect((await call(emulator, `GET ${path}`, { token: appToken })).json).toEqual({ data: [] });
  });

  test("may come as a form, and the token as a parameter", async () => {
    const receiver = await Receiver.start();
    const emulator = await started();
    const parameters = { ...subscription(receiver), access_token: appToken };
    const form = new FormData();
    for (const [name, value] of Object.entries(parameters)) form.set(name, value);
    for (const body of [new URLSearchParams(parameters), form])
      expect((await call(emulator, `POST ${path}`, { body })).json).toEqual({ success: true });
    const query = new URLSearchParams(parameters);
    expect((await call(emulator, `POST ${path}?${query}`)).json).toEqual({ success: true });
  });

  test("is refused after a bad handshake: another status, another body, nobody there", async () => {
    const receiver = await Receiver.start();
    const gone = await Receiver.start();
    await gone.stop();
    const emulator = await started();
    for (const [changes, message] of [
      [{ verify_token: "wrong" }, /HTTP Status Code = 403/],
      [{ callback_url: `${emulator.url}/emulator` }, /not the challenge/],
      [{ callback_url: gone.url }, /ECONNREFUSED/],
    ] as const)
      expect(
        await call(emulator, `POST ${path}`, {
          token: appToken,
          json: subscription(receiver, changes),
        }),
      ).toMatchObject({ status: 400, json: graphError(2200, message) });
    expect((await call(emulator, `GET ${path}`, { token: appToken })).json).toEqual({ data: [] });
  });

  test.each([
    [{ object: "page" }, /object/],
    [{ object: undefined }, /object/],
    [{ callback_url: undefined }, /callback_url/],
    [{ fields: "" }, /fields/],
    [{ fields: "messages,mesages" }, /fields\[1\]/],
    [{ verify_token: undefined }, /verify_token/],
  ])("%j is code 100", async (changes, message) => {
    const receiver = await Receiver.start();
    const emulator = await started();
    const json = subscription(receiver, changes);
    expect(await call(emulator, `POST ${path}`, { token: appToken, json })).toMatchObject({
      status: 400,
      json: graphError(100, message),
    });
    expect(receiver.handshakes).toEqual([]);
  });

  test("plain HTTP is for this machine only", async () => {
    const emulator = await started();
    const receiver = await Receiver.start();
    const json = subscription(receiver, { callback_url: "http://example.com/hook" });
    expect((await call(emulator, `POST ${path}`, { token: appToken, json })).json).toEqual(
      graphError(2200, /HTTPS/),
    );
  });

  test("needs the app access token", async () => {
    const emulator = await started();
    const answers = await Promise.all(
      [userToken, "nonsense", undefined].map((token) =>
        call(emulator, `GET ${path}`, token === undefined ? {} : { token }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([400, 401, 401]);
    expect(answers.map(({ json }) => json)).toEqual([
      graphError(15),
      graphError(190),
      graphError(190),
    ]);
  });
});

test("only fields that are subscribed come, and nothing once the account is unsubscribed", async () => {
  const receiver = await Receiver.start();
  const emulator = await integrated(receiver);
  emulator.customer().text("subscribed");
  emulator.notify("account_update/verified-account");
  emulator.notify("account_alerts/oba-approved");
  await emulator.idle();
  const fields = receiver.bodies.map((body) => JSON.parse(body).entry[0].changes[0].field);
  expect(fields).toEqual(["messages", "account_alerts"]);
  expect(emulator.verdict().discarded).toBe(1);

  await call(emulator, `DELETE /v23.0/${WABA}/subscribed_apps`, { token: userToken });
  emulator.customer().text("not any more");
  await emulator.idle();
  expect(receiver.notifications).toHaveLength(2);
});

test("with include_values off, only the names of the fields come", async () => {
  const receiver = await Receiver.start();
  const emulator = await integrated(receiver);
  const json = subscription(receiver, { include_values: false });
  await call(emulator, `POST /v23.0/${APP}/subscriptions`, { token: appToken, json });
  emulator.customer().text("Hello");
  await emulator.idle();
  expect(receiver.bodies.map((body) => JSON.parse(body))).toEqual([
    {
      object: "whatsapp_business_account",
      entry: [{ id: WABA, time: expect.any(Number), changed_fields: ["messages"] }],
    },
  ]);
});

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

describe("messages", () => {
  const path = `POST /v23.0/${NUMBER}/messages`;
  const hello = {
    messaging_product: "whatsapp",
    to: "+1 (212) 555-0123",
    type: "text",
    text: { body: "Hi" },
  };

  test("are taken, and their statuses come", async () => {
    const receiver = await Receiver.start();
    const emulator = await integrated(receiver);
    emulator.customer({ name: "Dana", phone: "12125550123", username: "dana" });
    const json = { ...hello, biz_opaque_callback_data: "order 7" };
    const answer = await call(emulator, path, { token: userToken, json });
    const id = expect.stringMatching(/^wamid\.HBgL/);
    expect(answer).toMatchObject({
      status: 200,
      json: {
        messaging_product: "whatsapp",
        contacts: [{ input: "+1 (212) 555-0123", wa_id: "12125550123" }],
        messages: [{ id }],
      },
    });
    await emulator.idle();
    const values = receiver.bodies.map((body) => JSON.parse(body).entry[0].changes[0].value);
    expect(values.map(({ statuses }) => statuses[0])).toMatchObject(
      ["sent", "delivered", "read"].map((status) => ({
        id,
        status,
        recipient_id: "12125550123",
        biz_opaque_callback_data: "order 7",
      })),
    );
    expect(values.map(({ contacts }) => contacts[0].profile)).toEqual([
      { name: "Dana" },
      { name: "Dana", username: "dana" },
      { name: "Dana", username: "dana" },
    ]);
  });

  test("go to somebody without a number, too", async () => {
    const receiver = await Receiver.start();
    const emulator = await integrated(receiver);
    const { person } = emulator.customer({ username: "dana" });
    const { to: _, ...rest } = hello;
    const json = { ...rest, recipient: person.userId };
    expect((await call(emulator, path, { token: userToken, json })).json).toMatchObject({
      contacts: [{ input: person.userId, user_id: person.userId }],
    });
    await emulator.idle();
    expect(receiver.bodies[0]).toContain(`"recipient_user_id":"${person.userId}"`);
    expect(receiver.bodies[0]).not.toContain('recipient_id"');
  });

  test("fail when they are set to", async () => {
    const receiver = await Receiver.start();
    const emulator = await integrated(receiver);
    const error = { code: 131047, title: "Re-engagement message" };
    emulator.setStatuses({ reach: "failed", error });
    await call(emulator, path, { token: userToken, json: hello });
    await emulator.idle();
    const { value } = JSON.parse(receiver.bodies[0] ?? "").entry[0].changes[0];
    expect(receiver.bodies).toHaveLength(1);
    expect(value.statuses).toMatchObject([{ status: "failed", errors: [error] }]);
    expect(value).not.toHaveProperty("contacts");
  });

  test.each([
    [{ messaging_product: undefined }, /messaging_product/],
    [{ to: undefined }, /parameter to/],
    [{ type: "txt" }, /type/],
    [{ type: "image" }, /image/],
    [{ text: {} }, /text\['body'\]/],
  ])("%j is code 100", async (changes, message) => {
    const emulator = await started();
    const json = { ...hello, ...changes };
    expect(await call(emulator, path, { token: userToken, json })).toMatchObject({
      status: 400,
      json: graphError(100, message),
    });
  });

  test("are marked as read without a status", async () => {
    const emulator = await started();
    const json = { messaging_product: "whatsapp", status: "read", message_id: "wamid.1" };
    expect((await call(emulator, path, { token: userToken, json })).json).toEqual({
      success: true,
    });
  });
});

test("an object that nobody has is code 100 and subcode 33; what is no Graph path is 404", async () => {
  const emulator = await started();
  for (const path of ["/v23.0/1", "/v23.0/1/messages", `/v23.0/${WABA}/nothing`])
    expect(await call(emulator, `POST ${path}`, { token: userToken, json: {} })).toMatchObject({
      status: 400,
      json: { error: { code: 100, error_subcode: 33, type: "GraphMethodException" } },
    });
  expect((await call(emulator, "GET /nothing")).status).toBe(404);
  const headers = { "content-type": "application/json" };
  expect(
    (
      await call(emulator, `POST /v23.0/${WABA}/subscribed_apps`, {
        token: userToken,
        body: "{",
        headers,
      })
    ).json,
  ).toEqual(graphError(100));
});
