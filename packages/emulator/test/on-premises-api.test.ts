import { describe, expect, test } from "vitest";
import { steppedClock } from "../src/index.ts";
import { adminToken, basic, call, PASSWORD, tokenOf } from "./support/api.ts";
import { started } from "./support/emulators.ts";
import { Receiver } from "./support/receiver.ts";

const configured = { onPremises: { adminPassword: PASSWORD, version: "2.41.3" } };
const meta = { api_status: "stable", version: "2.41.3" };

function error(code: number, title: string, details: string) {
  return {
    errors: [{ code, title, details }],
    meta: expect.objectContaining({ api_status: "stable" }),
  };
}

describe("login", () => {
  const login = "POST /v1/users/login";
  const delivered = { authorization: basic("admin", "secret") };

  test("the first one needs a new password, which is good from then on", async () => {
    const emulator = await started();
    expect(await call(emulator, login, delivered)).toMatchObject({
      status: 401,
      json: error(1024, "Password change required", "Password must be changed"),
    });
    for (const new_password of [
      "Sh0rt-a",
      "no-upper-case-1",
      "NO-LOWER-1",
      "No-Digits",
      "NoSpecial1",
      7,
      "Aa1-".repeat(17),
    ])
      expect(await call(emulator, login, { ...delivered, json: { new_password } })).toMatchObject({
        status: 400,
        json: { errors: [{ code: 1009, title: "Parameter value is not valid" }] },
      });
    const first = await call(emulator, login, { ...delivered, json: { new_password: PASSWORD } });
    expect(first).toMatchObject({
      status: 200,
      json: {
        users: [
          {
            token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
            expires_after: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00$/),
          },
        ],
        meta: { api_status: "stable", version: "v2.45.1" },
      },
    });
    expect(await call(emulator, login, delivered)).toMatchObject({ status: 401 });
    const again = await call(emulator, login, { authorization: basic("admin", PASSWORD) });
    expect(tokenOf(again)).not.toBe(tokenOf(first));
  });

  test("what is not JSON is 400 and 1025", async () => {
    const emulator = await started();
    const headers = { "content-type": "application/json" };
    expect(await call(emulator, login, { ...delivered, body: "{oops", headers })).toMatchObject({
      status: 400,
      json: error(
        1025,
        "Request is not valid",
        "Unable to decode json from the request: Syntax error",
      ),
    });
  });

  test("a wrong password, a wrong user, and nobody are 401", async () => {
    const emulator = await started(configured);
    const wrong = [
      basic("admin", "wrong"),
      basic("root", PASSWORD),
      "Basic !",
      "Bearer x",
      undefined,
    ];
    for (const authorization of wrong)
      expect(
        (await call(emulator, login, authorization === undefined ? {} : { authorization })).status,
      ).toBe(401);
  });

  test("a token is good for seven days, or until its logout", async () => {
    const clock = steppedClock();
    const emulator = await started({ ...configured, clock });
    const settings = "GET /v1/settings/application";
    const [token, other] = [await adminToken(emulator), await adminToken(emulator)];
    expect((await call(emulator, settings, { token })).status).toBe(200);
    expect((await call(emulator, "POST /v1/users/logout", { token })).status).toBe(200);
    expect((await call(emulator, settings, { token })).status).toBe(401);
    expect((await call(emulator, settings, { token: other })).status).toBe(200);
    await clock.advance(7 * 24 * 3_600_000);
    expect((await call(emulator, settings, { token: other })).status).toBe(401);
  });

  test("a user who is no admin may send, and set nothing up", async () => {
    const emulator = await started(configured);
    const token = await adminToken(emulator);
    const json = { username: "sender", password: PASSWORD };
    expect(await call(emulator, "POST /v1/users", { token, json })).toMatchObject({
      status: 201,
      json: { users: [{ username: "sender" }] },
    });
    const user = tokenOf(await call(emulator, login, { authorization: basic("sender", PASSWORD) }));
    expect(await call(emulator, "GET /v1/settings/application", { token: user })).toMatchObject({
      status: 403,
      json: error(1005, "Access denied", "Certain operations are not allowed"),
    });
    const message = { to: "12125550123", type: "text", text: { body: "Hi" } };
    expect((await call(emulator, "POST /v1/messages", { token: user, json: message })).status).toBe(
      201,
    );
  });
});

describe("application settings", () => {
  test("a new client's are as recorded, and DELETE brings them back", async () => {
    const emulator = await started(configured);
    const token = await adminToken(emulator);
    const get = () => call(emulator, "GET /v1/settings/application", { token });
    const fresh = await get();
    expect(fresh).toMatchObject({
      status: 200,
      json: {
        meta,
        settings: {
          application: {
            callback_backoff_delay_ms: 3000,
            callback_persist: true,
            max_callback_backoff_delay_ms: 900_000,
            media: { auto_download: ["image", "video", "voice", "sticker", "audio", "document"] },
            sent_status: false,
            wa_id: "12125550177",
            webhooks: { max_concurrent_requests: 6, url: "" },
          },
        },
      },
    });
    const json = { webhooks: { url: "https://example.com/wa" }, sent_status: true };
    expect(await call(emulator, "PATCH /v1/settings/application", { token, json })).toMatchObject({
      status: 200,
      json: { meta },
    });
    expect((await get()).json).not.toEqual(fresh.json);
    expect((await call(emulator, "DELETE /v1/settings/application", { token })).status).toBe(200);
    expect((await get()).json).toEqual(fresh.json);
  });

  test("PATCH merges at every depth, and a refused one changes nothing", async () => {
    const emulator = await started(configured);
    const token = await adminToken(emulator);
    const patch = (json: unknown) =>
      call(emulator, "PATCH /v1/settings/application", { token, json });
    await patch({ webhooks: { url: "https://example.com/wa", message: { read: false } } });
    await patch({ webhooks: { message: { sent: true } }, callback_backoff_delay_ms: "5000" });
    const merged = {
      callback_backoff_delay_ms: 5000,
      webhooks: {
        url: "https://example.com/wa",
        max_concurrent_requests: 6,
        message: { read: false, sent: true },
      },
    };
    expect(emulator.onPremises.settings).toMatchObject(merged);
    const refused = await patch({
      callback_persist: "yes",
      sent_status: true,
      webhooks: { max_concurrent_requests: 7, url: "https://example.com/other" },
    });
    expect(refused).toMatchObject({
      status: 400,
      json: {
        errors: [
          { code: 1009, details: "Parameter 'callback_persist' is not valid" },
          { code: 1009, details: "Parameter 'webhooks.max_concurrent_requests' is not valid" },
        ],
      },
    });
    expect(emulator.onPremises.settings).toMatchObject({ ...merged, sent_status: false });
  });

  test.each([
    [{ webhooks: { url: "http://example.com/wa" } }],
    [{ webhooks: { url: "ftp://example.com" } }],
    [{ webhooks: { url: "nonsense" } }],
    [{ webhooks: { url: null } }],
    [{ webhooks: "https://example.com" }],
    [{ webhooks: { message: { sent: "yes" } } }],
    [{ media: { auto_download: ["gif"] } }],
    [{ max_callback_backoff_delay_ms: -1 }],
    [{ callback_backoff_delay_ms: 1.5 }],
  ])("%j is 400 and 1009", async (json) => {
    const emulator = await started(configured);
    const token = await adminToken(emulator);
    expect(await call(emulator, "PATCH /v1/settings/application", { token, json })).toMatchObject({
      status: 400,
      json: { errors: [{ code: 1009 }], meta },
    });
  });

  test("what the client does not know is ignored, and so is its own number", async () => {
    const emulator = await started(configured);
    const token = await adminToken(emulator);
    const before = emulator.onPremises.settings;
    const json = { wa_id: "1", from_the_future: { a: 1 } };
    expect((await call(emulator, "PATCH /v1/settings/application", { token, json })).status).toBe(
      200,
    );
    expect(emulator.onPremises.settings).toEqual(before);
  });

  test("no body, a list, and no token", async () => {
    const emulator = await started(configured);
    const token = await adminToken(emulator);
    const patch = "PATCH /v1/settings/application";
    for (const options of [{ token }, { token, json: [1] }])
      expect(await call(emulator, patch, options)).toMatchObject({
        status: 400,
        json: { errors: [{ code: 1025 }] },
      });
    expect((await call(emulator, patch, { json: {} })).status).toBe(401);
    expect((await call(emulator, patch, { json: {}, token: "x" })).status).toBe(401);
  });
});

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
