import { describe, expect, test } from "vitest";
import type { ApplicationSettingsPatch } from "../src/index.ts";
import {
  client,
  errorFrom,
  errors,
  LOGIN,
  meta,
  SETTINGS,
  useFakeApi,
} from "./support/on-premises.ts";

const api = useFakeApi();
const PATCH = `PATCH ${SETTINGS}`;
const url = "https://example.com/webhooks/whatsapp";

/** A patch that TypeScript would not let through, as JavaScript would give it. */
const untyped = (patch: object): ApplicationSettingsPatch => patch;

/** The example of the platform's guide. */
const guide = {
  callback_persist: true,
  sent_status: true,
  webhooks: { url, message: { sent: false, delivered: true, read: false } },
} as const;

describe.each([
  ["null", { body: null }],
  ["nothing", {}],
  ["an empty object", { body: {} }],
  ["meta", { body: { meta } }],
  ["settings", { body: { settings: { application: { callback_persist: true } } } }],
])("the request of the platform's guide, answered 200 with %s", (what, answer) => {
  test("is sent as it is and succeeds", async () => {
    api.answer(PATCH, answer);
    const { settings } = client(api);
    const result = await settings.update(guide);
    expect(result).toEqual({
      restartRequired: ["callback_persist"],
      settings: what === "settings" ? { callback_persist: true } : undefined,
    });
    const [request] = api.of(PATCH);
    expect(JSON.parse(request?.body ?? "")).toEqual(guide);
    expect(request?.headers).toMatchObject({
      authorization: "Bearer token-1",
      "content-type": "application/json",
    });
  });
});

describe("a deprecated setting", () => {
  test("is sent with a warning that names the other one", async () => {
    api.answer(PATCH, { body: null });
    const { settings, warnings } = client(api);
    await settings.update({ sent_status: true });
    expect(warnings).toEqual([
      {
        details: { setting: "sent_status" },
        message: expect.stringMatching(/deprecated.*webhooks\.message\.sent/),
      },
    ]);
  });

  test("that says something else than webhooks.message.sent: the warning tells which wins", async () => {
    api.answer(PATCH, { body: null });
    const { settings, warnings } = client(api);
    await settings.update(guide);
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining("both are set: false wins"),
    ]);
  });

  test("that says the same as webhooks.message.sent: nothing wins", async () => {
    api.answer(PATCH, { body: null });
    const { settings, warnings } = client(api);
    await settings.update({ sent_status: true, webhooks: { message: { sent: true } } });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).not.toContain("Here both");
  });
});

test("a setting that nobody has described is sent with a warning, at any depth", async () => {
  api.answer(PATCH, { body: null });
  const { settings, warnings } = client(api);
  const patch = { brand_new: { deep: [1] }, webhooks: { url, compression: "gzip" } };
  await settings.update(untyped(patch));
  expect(JSON.parse(api.of(PATCH)[0]?.body ?? "")).toEqual(patch);
  expect(warnings.map(({ details }) => details)).toEqual([
    { setting: "brand_new" },
    { setting: "webhooks.compression" },
  ]);
});

test("a URL that is not HTTPS, and none, are sent with a warning", async () => {
  api.answer(PATCH, { body: null });
  const { settings, warnings } = client(api);
  await settings.update({ webhooks: { url: "http://10.0.0.5/hook" } });
  await settings.update({ webhooks: { url: "" } });
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining("not HTTPS"),
    expect.stringContaining("drops notifications"),
  ]);
});

test("delays may be written as digits, and go out as they were written", async () => {
  api.answer(PATCH, { body: null });
  await client(api).settings.update({
    callback_backoff_delay_ms: "3000",
    max_callback_backoff_delay_ms: 900_000,
  });
  expect(api.of(PATCH)[0]?.body).toBe(
    '{"callback_backoff_delay_ms":"3000","max_callback_backoff_delay_ms":900000}',
  );
});

test("undefined leaves a setting as it is", async () => {
  api.answer(PATCH, { body: null });
  await client(api).settings.update({
    sent_status: undefined,
    webhooks: { url, message: undefined },
  });
  expect(api.of(PATCH)[0]?.body).toBe(`{"webhooks":{"url":"${url}"}}`);
});

test("a setting that this client's version does not know is warned of, once the version is known", async () => {
  api
    .answer(PATCH, { body: { meta: { version: "v2.33.4" } } })
    .answer(`GET ${SETTINGS}`, { body: { settings: { application: {} }, meta } });
  const { settings, warnings } = client(api);
  const patch = { webhooks: { message: { read: true } } };
  await settings.update(patch);
  expect(warnings).toEqual([]);
  expect(settings.version).toBe("2.33.4");
  await settings.update(patch);
  expect(warnings).toEqual([
    {
      details: { setting: "webhooks.message.read", version: "2.33.4" },
      message: expect.stringContaining("from 2.41.2"),
    },
  ]);
  await settings.get();
  expect(settings.version).toBe(meta.version);
  await settings.update(patch);
  expect(warnings).toHaveLength(1);
});

describe("before anything is sent, refuses", () => {
  test.each<[object, string, string]>([
    [
      { webhooks: { max_concurrent_requests: 7 } },
      "webhooks.max_concurrent_requests",
      "6, 12, 18, 24",
    ],
    [{ webhooks: { max_concurrent_requests: "6" } }, "webhooks.max_concurrent_requests", "6, 12"],
    [{ webhooks: { url: "example.com/hook" } }, "webhooks.url", "https://"],
    [{ webhooks: { url: "ftp://example.com" } }, "webhooks.url", "https://"],
    [{ webhooks: { url: "https://exa mple.com" } }, "webhooks.url", "https://"],
    [{ webhooks: { url: null } }, "webhooks.url", "got null"],
    [{ webhooks: "https://example.com" }, "webhooks", "webhooks.url"],
    [{ webhooks: { message: { sent: "true" } } }, "webhooks.message.sent", "true or false"],
    [{ callback_persist: 1 }, "callback_persist", "true or false, got 1"],
    [{ callback_backoff_delay_ms: -1 }, "callback_backoff_delay_ms", "milliseconds from 0, got -1"],
    [{ callback_backoff_delay_ms: "3s" }, "callback_backoff_delay_ms", "milliseconds"],
    [{ max_callback_backoff_delay_ms: 1.5 }, "max_callback_backoff_delay_ms", "whole number"],
    [{ heartbeat_interval: 0 }, "heartbeat_interval", "seconds from 1"],
    [{ media: { auto_download: ["image", "gif"] } }, "media.auto_download", "audio, document"],
    [{ media: { auto_download: "image" } }, "media.auto_download", "a list of"],
    [{ media: ["image"] }, "media", "media.auto_download"],
    [{ wa_id: "12125550188" }, "wa_id", "read-only"],
    [{ log_level: 3 }, "log_level", "a text"],
  ])("%j", async (patch, name, words) => {
    const error = await errorFrom(client(api).settings.update(untyped(patch)));
    expect(error.code).toBe("input_invalid");
    expect(error.message).toContain(name);
    expect(error.message).toContain(words);
    expect(api.requests).toEqual([]);
  });

  test("what JSON cannot hold", async () => {
    const error = await errorFrom(client(api).settings.update(untyped({ unknown: 1n })));
    expect(error.code).toBe("input_invalid");
    expect(api.requests).toEqual([]);
  });

  test.each([[null], ["webhooks"], [[]], [undefined]])("%j for a patch", async (patch) => {
    const given: unknown = patch;
    const error = await errorFrom(client(api).settings.update(given as ApplicationSettingsPatch));
    expect(error).toMatchObject({ code: "input_invalid" });
  });
});

test("an error of the API has its code, title, details, href and status, and says what to do", async () => {
  const answer = {
    errors: [
      {
        code: "1009",
        title: "Parameter value is not valid",
        details: "webhooks.url",
        href: "https://developers.facebook.com/docs/whatsapp/api/errors/",
      },
      { code: 1008, title: "Required parameter is missing" },
    ],
    meta,
  };
  api.answer(PATCH, { status: 400, body: answer });
  const error = await errorFrom(client(api).settings.update(guide));
  expect(error).toMatchObject({
    name: "SettingsError",
    code: "api_error",
    status: 400,
    platformCode: 1009,
    title: "Parameter value is not valid",
    details: "webhooks.url",
    href: "https://developers.facebook.com/docs/whatsapp/api/errors/",
  });
  expect(error.errors.map(({ code }) => code)).toEqual([1009, 1008]);
  expect(error.message).toContain(`${PATCH} was answered 400: 1009 Parameter value is not valid`);
  expect(error.message).toContain(error.advice);
  expect(api.of(PATCH)).toHaveLength(1);
});

test("an error in a 200 is an error", async () => {
  api.answer(PATCH, { body: errors(1014, "Internal error") });
  const error = await errorFrom(client(api).settings.update(guide));
  expect(error).toMatchObject({ code: "api_error", status: 200, platformCode: 1014 });
});

test.each([
  ["another service", { status: "ok" }],
  ["a gateway", { message: "please sign in" }],
])("a 200 with the JSON of %s is no success", async (_, body) => {
  api.answer(PATCH, { body }).answer(`DELETE ${SETTINGS}`, { body });
  const { settings } = client(api);
  for (const error of await Promise.all([settings.update(guide), settings.reset()].map(errorFrom)))
    expect(error).toMatchObject({
      code: "answer_unreadable",
      status: 200,
      advice: expect.stringContaining("baseUrl"),
    });
});

test("reset sends a DELETE without a body", async () => {
  api.answer(`DELETE ${SETTINGS}`, { body: { meta } });
  await client(api).settings.reset();
  expect(api.requests.map(({ call, body }) => [call, body])).toEqual([
    [LOGIN, ""],
    [`DELETE ${SETTINGS}`, ""],
  ]);
});
