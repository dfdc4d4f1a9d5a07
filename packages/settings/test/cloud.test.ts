import { describe, expect, test } from "vitest";
import {
  type AppSubscriptionRequest,
  type CallbackOverride,
  type CloudSubscriptionsOptions,
  createCloudSubscriptions,
  isOverridable,
  overridableFields,
} from "../src/index.ts";
import {
  ACCOUNT,
  APP,
  appId,
  cloud,
  NUMBER,
  phoneNumberId,
  useGraph,
  wabaId,
} from "./support/cloud.ts";
import { errorFrom } from "./support/on-premises.ts";

const graph = useGraph();
const success = { body: { success: true } };
const callback_url = "https://example.com/webhooks/whatsapp";
const override = { override_callback_uri: "https://tenant.example.com/hook", verify_token: "word" };
const subscription = { callback_url, verify_token: "word", fields: ["messages", "calls"] };
const bodyOf = (call: string): unknown => JSON.parse(graph.of(call).at(-1)?.body ?? "");

describe("an app", () => {
  test("subscribes with a list of fields, which the API takes as one text", async () => {
    graph.answer(`POST ${APP}`, success);
    await cloud(graph).apps.subscribe(appId, { ...subscription, include_values: true });
    expect(bodyOf(`POST ${APP}`)).toEqual({
      object: "whatsapp_business_account",
      callback_url,
      fields: "messages,calls",
      verify_token: "word",
      include_values: true,
    });
    const [request] = graph.requests;
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${appId}|app-secret`,
      "content-type": "application/json",
    });
    expect([...(request?.query ?? [])]).toEqual([]);
  });

  test("sends include_values when it is given, and the object that is given", async () => {
    graph.answer(`POST ${APP}`, success);
    await cloud(graph).apps.subscribe(appId, { ...subscription, object: "page" });
    expect(bodyOf(`POST ${APP}`)).toEqual({
      object: "page",
      callback_url,
      fields: "messages,calls",
      verify_token: "word",
    });
  });

  test("reads what it is subscribed to, with a version for each field", async () => {
    const data = [
      {
        object: "whatsapp_business_account",
        callback_url,
        active: true,
        fields: [
          { name: "messages", version: "v25.0" },
          { name: "calls", version: 24 },
        ],
      },
      { object: "page", active: "false", fields: ["feed", 3, {}] },
      "odd",
      {},
    ];
    graph.answer(`GET ${APP}`, { body: { data } });
    expect(await cloud(graph).apps.subscriptions(appId)).toEqual([
      {
        object: "whatsapp_business_account",
        callback_url,
        active: true,
        fields: [
          { name: "messages", version: "v25.0" },
          { name: "calls", version: "24" },
        ],
      },
      { object: "page", active: false, fields: [{ name: "feed" }] },
      { fields: [] },
    ]);
  });

  test("unsubscribes from some fields or from all of WhatsApp's, never from other products'", async () => {
    graph.answer(`DELETE ${APP}`, success);
    const { apps } = cloud(graph);
    await apps.unsubscribe(appId);
    await apps.unsubscribe(appId, { fields: ["calls", "history"] });
    expect(graph.requests.map(({ query }) => Object.fromEntries(query))).toEqual([
      { object: "whatsapp_business_account" },
      { object: "whatsapp_business_account", fields: "calls,history" },
    ]);
  });
});

describe("an account", () => {
  test("is subscribed to, and an override removed, without a body", async () => {
    graph.answer(`POST ${ACCOUNT}`, success);
    const { accounts } = cloud(graph);
    await accounts.subscribe(wabaId);
    await accounts.removeOverride(wabaId);
    expect(graph.requests.map(({ call, body }) => [call, body])).toEqual([
      [`POST ${ACCOUNT}`, ""],
      [`POST ${ACCOUNT}`, ""],
    ]);
  });

  test("gets another callback URL", async () => {
    graph.answer(`POST ${ACCOUNT}`, { body: { success: true, data: [{}] } });
    await cloud(graph).accounts.setOverride(wabaId, override);
    expect(bodyOf(`POST ${ACCOUNT}`)).toEqual(override);
  });

  test("reads its apps, with the override where there is one", async () => {
    const app = { id: appId, name: "Example Bakery", link: "https://example.com/app" };
    const data = [
      { whatsapp_business_api_data: app },
      { whatsapp_business_api_data: { id: 7 }, override_callback_uri: "https://t.example.com" },
      null,
    ];
    graph.answer(`GET ${ACCOUNT}`, { body: { data } });
    expect(await cloud(graph).accounts.subscribedApps(wabaId)).toEqual([
      app,
      { id: "7", override_callback_uri: "https://t.example.com" },
    ]);
  });

  test("may have no apps", async () => {
    graph.answer(`GET ${ACCOUNT}`, { body: { data: [] } });
    expect(await cloud(graph).accounts.subscribedApps(wabaId)).toEqual([]);
  });

  test("is unsubscribed from", async () => {
    graph.answer(`DELETE ${ACCOUNT}`, success);
    await cloud(graph).accounts.unsubscribe(wabaId);
    expect(graph.of(`DELETE ${ACCOUNT}`)).toHaveLength(1);
  });
});

describe("a number", () => {
  test("gets another callback URL, and loses it with an empty one", async () => {
    graph.answer(`POST ${NUMBER}`, success);
    const { numbers } = cloud(graph);
    await numbers.setOverride(phoneNumberId, override);
    expect(bodyOf(`POST ${NUMBER}`)).toEqual({ webhook_configuration: override });
    await numbers.removeOverride(phoneNumberId);
    expect(bodyOf(`POST ${NUMBER}`)).toEqual({
      webhook_configuration: { override_callback_uri: "" },
    });
  });

  test("reads the URLs of all three levels", async () => {
    const urls = {
      phone_number: "https://number.example.com",
      whatsapp_business_account: "https://account.example.com",
      application: callback_url,
    };
    graph.answer(
      `GET ${NUMBER}`,
      { body: { webhook_configuration: urls, id: phoneNumberId } },
      { body: { webhook_configuration: { application: callback_url } } },
      { body: { id: phoneNumberId } },
    );
    const { numbers } = cloud(graph);
    expect(await numbers.callbacks(phoneNumberId)).toEqual(urls);
    expect(await numbers.callbacks(phoneNumberId)).toEqual({ application: callback_url });
    expect(await numbers.callbacks(phoneNumberId)).toEqual({});
    expect(graph.requests[0]?.query.get("fields")).toBe("webhook_configuration");
  });
});

describe("before anything is sent, refuses", () => {
  const long = `https://example.com/${"x".repeat(181)}`;
  test.each<[string, object, string]>([
    ["a URL of 201 characters", { ...override, override_callback_uri: long }, "200 characters"],
    ["no URL", { verify_token: "word" }, "override_callback_uri"],
    ["an empty URL", { ...override, override_callback_uri: "" }, "override_callback_uri"],
    ["no verify token", { override_callback_uri: callback_url }, "verify_token"],
    ["nothing", [], "an override is an object"],
  ])("an override with %s", async (_, given, words) => {
    const { accounts, numbers } = cloud(graph);
    const wrong: unknown = given;
    for (const call of [
      accounts.setOverride(wabaId, wrong as CallbackOverride),
      numbers.setOverride(phoneNumberId, wrong as CallbackOverride),
    ])
      expect(await errorFrom(call)).toMatchObject({
        code: "input_invalid",
        message: expect.stringContaining(words),
      });
    expect(graph.requests).toEqual([]);
  });

  test("an override of 200 characters is not among them", async () => {
    graph.answer(`POST ${ACCOUNT}`, success);
    const override_callback_uri = long.slice(0, 200);
    await cloud(graph).accounts.setOverride(wabaId, { ...override, override_callback_uri });
    expect(graph.requests).toHaveLength(1);
  });

  test.each<[string, object, string]>([
    ["a text for the fields", { fields: "messages,calls" }, "fields"],
    ["no fields", { fields: [] }, "fields"],
    ["fields with a comma", { fields: ["messages,calls"] }, "fields"],
    ["no verify token", { verify_token: "" }, "verify_token"],
    ["a callback_url without a scheme", { callback_url: "example.com" }, "callback_url"],
    ["a word for include_values", { include_values: "yes" }, "include_values"],
    ["a number for the object", { object: 7 }, "whatsapp_business_account"],
  ])("a subscription with %s", async (_, given, words) => {
    const request: unknown = { ...subscription, ...given };
    const call = cloud(graph).apps.subscribe(appId, request as AppSubscriptionRequest);
    expect(await errorFrom(call)).toMatchObject({
      code: "input_invalid",
      message: expect.stringContaining(words),
    });
    expect(graph.requests).toEqual([]);
  });

  test.each([[undefined], [null], ["messages"]])("%j for a whole argument", async (wrong) => {
    const { apps } = cloud(graph);
    const given: unknown = wrong;
    const calls = [apps.subscribe(appId, given as AppSubscriptionRequest)];
    // Left out, it is all of WhatsApp's.
    if (given !== undefined) calls.push(apps.unsubscribe(appId, given as AppSubscriptionRequest));
    for (const error of await Promise.all(calls.map(errorFrom)))
      expect(error.code).toBe("input_invalid");
    expect(graph.requests).toEqual([]);
  });

  test("a misspelt property of what to unsubscribe from, which would be everything", async () => {
    const misspelt: object = { field: ["calls"] };
    const error = await errorFrom(cloud(graph).apps.unsubscribe(appId, misspelt));
    expect(error.message).toMatch(/^input_invalid: there is no property field .*fields, object/);
    expect(graph.requests).toEqual([]);
  });

  test.each(["", "12/../34", "+1 212 555 0100", "{waba-id}"])("%j for an id", async (id) => {
    const { apps, accounts, numbers } = cloud(graph);
    const calls = [apps.subscriptions(id), accounts.subscribe(id), numbers.callbacks(id)];
    for (const call of calls) expect((await errorFrom(call)).code).toBe("input_invalid");
    expect(graph.requests).toEqual([]);
  });

  test("plain HTTP for a callback, unless the API is an emulator on this machine", async () => {
    const plain = { ...subscription, callback_url: "http://127.0.0.1:3000/webhooks/whatsapp" };
    graph.answer(`POST ${APP}`, success);
    await cloud(graph).apps.subscribe(appId, plain);
    const fetch = () => Promise.reject(new Error("was sent"));
    const real = createCloudSubscriptions({ accessToken: "token", fetch });
    expect(await errorFrom(real.apps.subscribe(appId, plain))).toMatchObject({
      code: "input_invalid",
      message: expect.stringContaining("https://"),
    });
  });
});

describe("options", () => {
  test("version and address have defaults, and can be set", async () => {
    const urls: string[] = [];
    const fetch = async (url: string) => {
      urls.push(url);
      const text = JSON.stringify({ success: true, id: phoneNumberId });
      return { status: 200, headers: { get: () => null }, text: async () => text };
    };
    const accessToken = "token";
    await createCloudSubscriptions({ accessToken, fetch }).accounts.subscribe(wabaId);
    const baseUrl = "https://proxy.example.com/graph/";
    const other = createCloudSubscriptions({ accessToken, fetch, version: "v26.0", baseUrl });
    await other.numbers.callbacks(phoneNumberId);
    expect(urls).toEqual([
      `https://graph.facebook.com/v25.0/${wabaId}/subscribed_apps`,
      `https://proxy.example.com/graph/v26.0/${phoneNumberId}?fields=webhook_configuration`,
    ]);
  });

  test.each<[string, object, string]>([
    ["no token", { accessToken: undefined }, "accessToken"],
    ["a token with a line break", { accessToken: "abc\n" }, "line break"],
    ["a version without its v", { version: "25.0" }, "version"],
    ["plain HTTP to another machine", { baseUrl: "http://graph.example.com" }, "https://"],
    ["an unknown option", { appSecret: "secret" }, "no option appSecret"],
  ])("%s is refused", (_, given, words) => {
    const options: unknown = { accessToken: "token", ...given };
    expect(() => createCloudSubscriptions(options as CloudSubscriptionsOptions)).toThrow(
      expect.objectContaining({ code: "option_invalid", message: expect.stringContaining(words) }),
    );
  });
});

test("an override covers the fields that the platform lists, and no other", () => {
  expect(overridableFields).toHaveLength(13);
  expect(["messages", "calls", "account_settings_update"].every(isOverridable)).toBe(true);
  expect(["account_update", "message_template_status_update", ""].some(isOverridable)).toBe(false);
});
