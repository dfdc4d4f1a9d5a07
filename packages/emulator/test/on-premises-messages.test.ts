import { expect, test } from "vitest";
import { steppedClock } from "../src/index.ts";
import { adminToken, call, PASSWORD } from "./support/api.ts";
import { started } from "./support/emulators.ts";
import { Receiver } from "./support/receiver.ts";

const configured = { onPremises: { adminPassword: PASSWORD, version: "2.41.3" } };
const meta = { api_status: "stable", version: "2.41.3" };

test("the request of the platform's own guide: delivered is sent from then on, read and sent are not", async () => {
  const receiver = await Receiver.start();
  const clock = steppedClock();
  const emulator = await started({ ...configured, clock });
  const token = await adminToken(emulator);
  const send = () =>
    call(emulator, "POST /v1/messages", {
      token,
      json: { to: "12125550123", type: "text", recipient_type: "individual", text: { body: "Hi" } },
    });
  emulator.onPremises.configure({ webhooks: { url: receiver.url }, sent_status: true });
  expect(await send()).toMatchObject({
    status: 201,
    json: { messages: [{ id: expect.stringMatching(/^gBGG[\w-]{23}$/) }], meta },
  });
  await clock.advance(60_000);
  expect(receiver.items).toEqual(["sent", "delivered", "read"]);

  const guide = {
    callback_persist: true,
    sent_status: true,
    webhooks: {
      url: "https://webhook.your-domain",
      message: { sent: false, delivered: true, read: false },
    },
  };
  expect(
    await call(emulator, "PATCH /v1/settings/application", { token, json: guide }),
  ).toMatchObject({ status: 200, json: { meta } });
  emulator.onPremises.configure({ webhooks: { url: receiver.url } });
  await send();
  await clock.advance(60_000);
  expect(receiver.items).toEqual(["sent", "delivered", "read", "delivered"]);
});

test("what failed comes whatever is switched off", async () => {
  const receiver = await Receiver.start();
  const clock = steppedClock();
  const message = { sent: false, delivered: false, read: false };
  const emulator = await started({
    clock,
    statuses: { reach: ({ to }) => (to === "12125550123" ? "failed" : "read") },
    onPremises: { settings: { webhooks: { url: receiver.url, message } } },
  });
  for (const to of ["12125550123", "12125550124"])
    emulator.send({ to, text: { body: "Hi" } }, { from: "on-premises" });
  await clock.advance(60_000);
  expect(receiver.items).toEqual(["failed"]);
});

test.each([
  ["2.33.4", { recipient_id: "12125550123" }, ["message", "type"]],
  ["2.41.3", { recipient_id: "12125550123", message: { recipient_id: "12125550123" } }, []],
  ["2.45.1", { message: { recipient_id: "12125550123" } }, ["recipient_id"]],
])("version %s says in its own way whom a status is about", async (version, present, absent) => {
  const receiver = await Receiver.start();
  const clock = steppedClock();
  const emulator = await started({
    clock,
    onPremises: { version, settings: { webhooks: { url: receiver.url }, sent_status: true } },
  });
  emulator.send({ to: "+1 212 555 0123", text: { body: "Hi" } }, { from: "on-premises" });
  await clock.advance(60_000);
  const statuses = receiver.bodies.flatMap((body) => JSON.parse(body).statuses);
  expect(statuses).toHaveLength(3);
  for (const status of statuses) {
    expect(status).toMatchObject(present);
    for (const property of absent) expect(status).not.toHaveProperty(property);
  }
  expect(statuses[0].conversation.expiration_timestamp).toBeTypeOf("number");
  expect(statuses[2]).not.toHaveProperty("pricing");
});

test("callbacks have sorted keys in plain UTF-8, no signature, and the headers a provider would add", async () => {
  const receiver = await Receiver.start();
  const emulator = await started({
    onPremises: {
      callbackHeaders: { Authorization: "Basic d2E6Y2FsbGJhY2tz" },
      settings: { webhooks: { url: receiver.url } },
    },
  });
  const customer = emulator.customer({ name: "Zoë", phone: "12125550123", to: "on-premises" });
  const id = customer.text("Grüße a/b");
  await emulator.idle();
  const [notification] = receiver.notifications;
  const timestamp = /"timestamp":"(\d{10})"/.exec(receiver.bodies.join())?.[1];
  expect(notification?.body.toString()).toBe(
    `{"contacts":[{"profile":{"name":"Zoë"},"wa_id":"12125550123"}],"messages":[{"from":"12125550123","id":"${id}",` +
      `"text":{"body":"Grüße a/b"},"timestamp":"${timestamp}","type":"text"}]}`,
  );
  expect(id).toMatch(/^ABGG[\w-]{32}$/);
  expect(notification?.headers).toMatchObject({
    "content-type": "application/json",
    authorization: "Basic d2E6Y2FsbGJhY2tz",
  });
  expect(
    Object.keys(notification?.headers ?? {}).filter((name) => name.startsWith("x-hub")),
  ).toEqual([]);
});

test("messages: what is missing is 1008", async () => {
  const emulator = await started(configured);
  const token = await adminToken(emulator);
  for (const json of [{}, { to: "12125550123" }, { to: "12125550123", type: "image", text: {} }])
    expect(await call(emulator, "POST /v1/messages", { token, json })).toMatchObject({
      status: 400,
      json: { errors: [{ code: 1008, title: "Required parameter is missing" }] },
    });
  expect((await call(emulator, "POST /v1/messages", { json: {} })).status).toBe(401);
});

test("users, contacts and read marks answer as documented", async () => {
  const emulator = await started(configured);
  const token = await adminToken(emulator);
  const json = { username: "sender", password: PASSWORD };
  await call(emulator, "POST /v1/users", { token, json });
  expect((await call(emulator, "GET /v1/users/sender", { token })).json).toMatchObject({
    users: [{ username: "sender", ROLES: "ROLE_USER" }],
  });
  const renewed = { password: `${PASSWORD}8` };
  expect((await call(emulator, "PUT /v1/users/sender", { token, json: renewed })).status).toBe(200);
  expect((await call(emulator, "DELETE /v1/users/sender", { token })).status).toBe(200);
  expect(await call(emulator, "GET /v1/users/sender", { token })).toMatchObject({
    status: 404,
    json: { errors: [{ code: 1006 }] },
  });
  const contacts = { blocking: "wait", contacts: ["+1 212 555 0123"] };
  expect((await call(emulator, "POST /v1/contacts", { token, json: contacts })).json).toMatchObject(
    {
      contacts: [{ input: "+1 212 555 0123", status: "valid", wa_id: "12125550123" }],
    },
  );
  expect(
    (await call(emulator, "PUT /v1/messages/ABGG1", { token, json: { status: "read" } })).status,
  ).toBe(200);
  expect((await call(emulator, "GET /v1/nothing", { token })).status).toBe(404);
});
