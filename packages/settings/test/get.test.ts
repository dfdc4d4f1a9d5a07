import { describe, expect, test } from "vitest";
import { isSentStatusOn } from "../src/index.ts";
import { client, errorFrom, errors, GET, meta, useFakeApi } from "./support/on-premises.ts";

const api = useFakeApi();
const answered = (application: unknown) => ({ body: { settings: { application }, meta } });

test("the settings are read as they are", async () => {
  const application = {
    callback_backoff_delay_ms: 3000,
    callback_persist: true,
    garbagecollector_enable: { media: false, messages: true },
    media: { auto_download: ["image", "voice", "hologram"] },
    wa_id: "12125550188",
    webhooks: {
      url: "https://example.com/hook",
      max_concurrent_requests: 6,
      message: { sent: true, delivered: true, read: false },
    },
  };
  api.answer(GET, answered(application));
  const { settings, warnings } = client(api);
  expect(await settings.get()).toEqual(application);
  expect(warnings).toEqual([]);
});

test("numbers and booleans that came as strings are numbers and booleans", async () => {
  api.answer(
    GET,
    answered({
      callback_backoff_delay_ms: "3000",
      callback_persist: "true",
      heartbeat_interval: "5",
      wa_id: 12125550188,
      webhooks: { max_concurrent_requests: "12" },
    }),
  );
  expect(await client(api).settings.get()).toEqual({
    callback_backoff_delay_ms: 3000,
    callback_persist: true,
    heartbeat_interval: 5,
    wa_id: "12125550188",
    webhooks: { max_concurrent_requests: 12 },
  });
});

test("null is absent, what is unknown stays, what is of another type is left out with a warning", async () => {
  api.answer(
    GET,
    answered({ sent_status: null, webhooks: null, brand_new: { a: 1 }, callback_persist: [true] }),
  );
  const { settings, warnings } = client(api);
  expect(await settings.get()).toEqual({ brand_new: { a: 1 } });
  expect(warnings.map(({ details }) => details)).toEqual([{ setting: "callback_persist" }]);
});

test.each([
  ["null", { body: null }],
  ["nothing", {}],
  ["an object without settings", { body: { meta } }],
  ["a page in HTML", { body: "<html><body>Sign in</body></html>" }],
  ["a list", { body: [] }],
  ["half an object", { body: '{"settings":{"applic' }],
  ["no object for the settings", { body: { settings: "none" } }],
])("a 200 with %s is an error, not a guess", async (_, answer) => {
  api.answer(GET, answer);
  const error = await errorFrom(client(api).settings.get());
  expect(error).toMatchObject({ code: "answer_unreadable", status: 200 });
  expect(error.message).toContain("baseUrl");
  expect(api.of(GET)).toHaveLength(1);
});

test("an account that is no admin is told so", async () => {
  api.answer(GET, { status: 403, body: errors(1005, "Access denied") });
  const error = await errorFrom(client(api).settings.get());
  expect(error).toMatchObject({ code: "api_error", status: 403, platformCode: 1005 });
  expect(error.message).toContain("admin");
});

describe("whether sent statuses are sent", () => {
  test.each([
    [{ sent_status: true, webhooks: { message: { sent: false } } }, false],
    [{ sent_status: false, webhooks: { message: { sent: true } } }, true],
    [{ sent_status: true, webhooks: { message: {} } }, true],
    [{ sent_status: false }, false],
    [{ webhooks: {} }, undefined],
  ])("%j: %j", (settings, isOn) => {
    expect(isSentStatusOn(settings)).toBe(isOn);
  });
});
