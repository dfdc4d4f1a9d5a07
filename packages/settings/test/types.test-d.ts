import type { Logger } from "@whatsapp-webhooks/core";
import { expectTypeOf, test } from "vitest";
import {
  type ApplicationSettings,
  type ApplicationSettingsPatch,
  createCloudSubscriptions,
  createOnPremisesSettings,
  type FetchLike,
  type SettingName,
  type SettingsLogger,
} from "../src/index.ts";

const baseUrl = "https://wa.example.com";
const settings = createOnPremisesSettings({ baseUrl, username: "admin", password: "Secret-1" });
const cloud = createCloudSubscriptions({ accessToken: "token" });

test("a client logs in with a password, a token, or both", () => {
  createOnPremisesSettings({ baseUrl, token: "token" });
  createOnPremisesSettings({ baseUrl, token: "token", username: "admin", password: "Secret-1" });
  // @ts-expect-error nothing to log in with
  createOnPremisesSettings({ baseUrl });
  // @ts-expect-error a name without a password
  createOnPremisesSettings({ baseUrl, username: "admin" });
  // @ts-expect-error a misspelt option
  createOnPremisesSettings({ baseUrl, token: "token", timeout: 5 });
});

test("a patch has the platform's names and values", () => {
  void settings.update({
    callback_persist: true,
    sent_status: true,
    webhooks: {
      url: "https://example.com",
      message: { sent: false, delivered: true, read: false },
    },
  });
  void settings.update({ callback_backoff_delay_ms: "3000", webhooks: undefined });
  void settings.update({ media: { auto_download: ["image", "sticker"] } });
  // @ts-expect-error a misspelt setting
  void settings.update({ callback_persists: true });
  // @ts-expect-error a misspelt setting below
  void settings.update({ webhooks: { uri: "https://example.com" } });
  // @ts-expect-error none of 6, 12, 18, 24
  void settings.update({ webhooks: { max_concurrent_requests: 7 } });
  // @ts-expect-error no medium
  void settings.update({ media: { auto_download: ["gif"] } });
  // @ts-expect-error no digits
  void settings.update({ callback_backoff_delay_ms: "3s" });
  // @ts-expect-error read-only
  void settings.update({ wa_id: "12125550188" });
});

test("an answer's settings may all be absent, and its numbers are numbers", () => {
  expectTypeOf(settings.get()).resolves.toEqualTypeOf<ApplicationSettings>();
  expectTypeOf<ApplicationSettings["callback_backoff_delay_ms"]>().toEqualTypeOf<
    number | undefined
  >();
  expectTypeOf<NonNullable<ApplicationSettings["media"]>["auto_download"]>().toEqualTypeOf<
    readonly string[] | undefined
  >();
  expectTypeOf<ApplicationSettings["wa_id"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<ApplicationSettingsPatch>().not.toHaveProperty("wa_id");
  expectTypeOf<"webhooks.message.sent">().toExtend<SettingName>();
  expectTypeOf(settings.ca.get()).resolves.toEqualTypeOf<string | undefined>();
});

test("an override has both parts; fields may be any", () => {
  const callback_url = "https://example.com";
  void cloud.apps.subscribe("1", {
    callback_url,
    verify_token: "word",
    fields: ["messages", "new_one"],
  });
  // @ts-expect-error fields are a list
  void cloud.apps.subscribe("1", { callback_url, verify_token: "word", fields: "messages" });
  // @ts-expect-error no verify token
  void cloud.accounts.setOverride("1", { override_callback_uri: callback_url });
  // @ts-expect-error ids are texts
  void cloud.numbers.callbacks(1);
});

test("core's logger and the platform's fetch fit", () => {
  expectTypeOf<Logger>().toExtend<SettingsLogger>();
  expectTypeOf<typeof globalThis.fetch>().toExtend<FetchLike>();
});
