import { describe, expect, test } from "vitest";
import { call } from "./support/api.ts";
import { started, subscribed } from "./support/emulators.ts";
import {
  APP,
  appToken,
  graphError,
  integrated,
  subscription,
  userToken,
  WABA,
} from "./support/graph.ts";
import { Receiver } from "./support/receiver.ts";

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

  test("to all fields, loses the one that is removed, and keeps the others that are listed", async () => {
    const receiver = await Receiver.start();
    const emulator = await subscribed(receiver);
    await call(emulator, `DELETE ${path}?fields=account_alerts`, { token: appToken });
    emulator.change("account_alerts", { alert_status: "ACTIVE" });
    emulator.change("account_update", { event: "VERIFIED_ACCOUNT" });
    await emulator.idle();
    const fields = receiver.bodies.map((body) => JSON.parse(body).entry[0].changes[0].field);
    expect(fields).toEqual(["account_update"]);
    expect(emulator.verdict().discarded).toBe(1);
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
