import { describe, expect, test } from "vitest";
import { createOnPremisesSettings, type OnPremisesSettingsOptions } from "../src/index.ts";
import { client, meta, SETTINGS, session, useFakeApi } from "./support/on-premises.ts";

const api = useFakeApi();
const GET = `GET ${SETTINGS}`;
const settled = { body: { settings: { application: {} }, meta } };

describe("options that cannot work are refused when the client is made", () => {
  const fine = { baseUrl: "https://wa.example.com", username: "admin", password: "Old-secret-1" };
  test.each<[string, object, string]>([
    ["no baseUrl", { baseUrl: undefined }, "baseUrl"],
    ["a baseUrl without a scheme", { baseUrl: "wa.example.com" }, "baseUrl"],
    ["a baseUrl with a password", { baseUrl: "https://a:b@wa.example.com" }, "password"],
    ["a baseUrl with a query", { baseUrl: "https://wa.example.com?a=b" }, "query"],
    ["no credentials", { username: undefined, password: undefined }, "token"],
    ["no password", { password: undefined }, "password"],
    ["an empty password", { password: "" }, "password"],
    ["a username with a colon", { username: "ad:min" }, "colon"],
    ["a token with a line break", { token: "abc\n" }, "line break"],
    ["an unknown option", { timeout: 5 }, "no option timeout"],
    ["an unknown option of retry", { retry: { times: 5 } }, "no option retry.times"],
    ["half an attempt", { retry: { maxAttempts: 1.5 } }, "whole number"],
    ["no time", { timeoutMs: 0 }, "timeoutMs"],
    ["more time than a timer has", { timeoutMs: 2 ** 31 }, "timeoutMs"],
    ["a fetch that is none", { fetch: "fetch" }, "fetch"],
    ["a logger that is none", { logger: {} }, "logger"],
  ])("%s", (_, given, words) => {
    const options: unknown = { ...fine, ...given };
    expect(() => createOnPremisesSettings(options as OnPremisesSettingsOptions)).toThrow(
      expect.objectContaining({
        code: "option_invalid",
        message: expect.stringContaining(words),
      }),
    );
  });

  test("baseUrl may end in a slash, or in /v1, and may have a path", async () => {
    api.answer(GET, settled).answer("GET /proxy/v1/settings/application", settled);
    api.answer("POST /proxy/v1/users/login", { body: session("token") });
    await client(api, { baseUrl: `${api.url}/` }).settings.get();
    await client(api, { baseUrl: `${api.url}/v1/` }).settings.get();
    await client(api, { baseUrl: `${api.url}/proxy` }).settings.get();
    expect(api.of(GET)).toHaveLength(2);
  });

  test("plain HTTP to another machine is warned of", () => {
    expect(client(api, { baseUrl: "http://wa.example.com" }).warnings).toHaveLength(1);
    expect(client(api, { baseUrl: "http://localhost:9090" }).warnings).toHaveLength(0);
  });
});
