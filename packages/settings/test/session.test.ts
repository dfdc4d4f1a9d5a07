import { describe, expect, test } from "vitest";
import type { FetchLike } from "../src/index.ts";
import {
  client,
  errorFrom,
  errors,
  GET,
  LOGIN,
  onlyToken,
  refused,
  session,
  settled,
  useFakeApi,
} from "./support/on-premises.ts";

const api = useFakeApi();

describe("logging in", () => {
  test("happens by itself, with Basic credentials, once for calls at the same time", async () => {
    api.answer(GET, settled);
    const { settings } = client(api);
    await Promise.all([settings.get(), settings.get(), settings.get()]);
    await settings.get();
    expect(api.authorizationsOf(LOGIN)).toEqual([`Basic ${btoa("admin:Old-secret-1")}`]);
    expect(new Set(api.authorizationsOf(GET))).toEqual(new Set(["Bearer token-1"]));
  });

  test("a password outside ASCII is UTF-8, and may have a colon", async () => {
    api.answer(GET, settled);
    await client(api, {}, { password: "Brötchen:1" }).settings.get();
    const [, basic = ""] = (api.authorizationsOf(LOGIN)[0] ?? "").split(" ");
    expect(Buffer.from(basic, "base64").toString()).toBe("admin:Brötchen:1");
  });

  test("gives the token to whoever asks for it, and when it expires", async () => {
    const expiresAt = new Date("2027-03-01T08:50:48Z");
    api.answer(LOGIN, { body: session("token-7", expiresAt) });
    const login = await client(api).settings.login();
    expect(login.token).toBe("token-7");
    expect(login.expiresAt).toEqual(expiresAt);
  });

  test.each([
    ["2027-03-01 08:50:48+00:00", "2027-03-01T08:50:48.000Z"],
    ["2027-03-01 08:50:48+02:00", "2027-03-01T06:50:48.000Z"],
    ["2027-03-01 08:50:48+0200", "2027-03-01T06:50:48.000Z"],
    ["2027-03-01 08:50:48", "2027-03-01T08:50:48.000Z"],
    ["2027-03-01T08:50:48Z", "2027-03-01T08:50:48.000Z"],
    ["soon", undefined],
    ["2027-99-01 08:50:48", undefined],
    [null, undefined],
  ])("reads expires_after %j", async (expires_after, expected) => {
    api.answer(LOGIN, { body: { users: [{ token: "token", expires_after }] } });
    const { expiresAt } = await client(api).settings.login();
    expect(expiresAt?.toISOString()).toBe(expected);
  });

  test("a first login sends the new password, which is used from then on", async () => {
    api.answer(GET, settled, refused, settled);
    const { settings } = client(api);
    await settings.login({ newPassword: "New-secret-2" });
    await settings.get();
    await settings.get();
    expect(api.of(LOGIN).map(({ body }) => body)).toEqual(['{"new_password":"New-secret-2"}', ""]);
    expect(api.of(LOGIN)[0]?.headers["content-type"]).toBe("application/json");
    expect(api.authorizationsOf(LOGIN)).toEqual([
      `Basic ${btoa("admin:Old-secret-1")}`,
      `Basic ${btoa("admin:New-secret-2")}`,
    ]);
  });

  test.each([
    [401, 1005, "Invalid credentials", "user name and password"],
    [401, 1024, "Password change required", "login({ newPassword })"],
    [400, 1009, "Parameter value is not valid", "8 to 64 characters"],
    [400, 1025, "Request is not valid", "could not read the request"],
  ])("%i with %i says what to do", async (status, code, title, advice) => {
    api.answer(LOGIN, { status, body: errors(code, title) });
    const error = await errorFrom(client(api).settings.get());
    expect(error).toMatchObject({ code: "api_error", status, platformCode: code, title });
    expect(error.advice).toContain(advice);
    expect(api.requests).toHaveLength(1);
  });

  test("an old password that is refused is not replaced by the new one", async () => {
    api.answer(LOGIN, { status: 400, body: errors(1009, "Parameter value is not valid") });
    const { settings } = client(api);
    await errorFrom(settings.login({ newPassword: "New-secret-2" }));
    await errorFrom(settings.login());
    expect(new Set(api.authorizationsOf(LOGIN))).toEqual(
      new Set([`Basic ${btoa("admin:Old-secret-1")}`]),
    );
  });

  test.each([
    "Short-1",
    "no-upper-case-1",
    "NO-LOWER-CASE-1",
    "No-digit-here",
    "NoSpecial1",
    `${"Aa-1".repeat(16)}x`,
  ])("the new password %s is refused before it is sent", async (newPassword) => {
    const error = await errorFrom(client(api).settings.login({ newPassword }));
    expect(error.code).toBe("input_invalid");
    expect(error.message).not.toContain(newPassword);
    expect(api.requests).toEqual([]);
  });

  test("a first login is not repeated, since it may have been done; a plain one is", async () => {
    api.answer(LOGIN, { status: 500 }, { body: session("token") });
    const { settings } = client(api);
    await errorFrom(settings.login({ newPassword: "New-secret-2" }));
    expect(api.of(LOGIN)).toHaveLength(1);
    api.answer(LOGIN, { status: 500 }, { body: session("token") });
    await settings.login();
    expect(api.of(LOGIN)).toHaveLength(3);
  });

  test.each([
    ["no token", { users: [{}] }],
    ["no user", { users: [] }],
    ["a token that no header can carry", { users: [{ token: "line\nbreak" }] }],
  ])("an answer with %s is an error", async (_, body) => {
    api.answer(LOGIN, { body });
    const error = await errorFrom(client(api).settings.get());
    expect(error).toMatchObject({ code: "answer_unreadable", status: 200 });
  });
});

describe("a token", () => {
  test("that is refused is replaced once, for a POST too", async () => {
    api.answer(GET, refused, settled);
    const { settings } = client(api);
    await settings.get();
    expect(api.authorizationsOf(GET)).toEqual(["Bearer token-1", "Bearer token-2"]);
    expect(api.of(LOGIN)).toHaveLength(2);
  });

  test("that is refused again is an error, not a loop", async () => {
    api.answer(GET, refused);
    const error = await errorFrom(client(api).settings.get());
    expect(error).toMatchObject({ code: "api_error", status: 401 });
    expect(api.of(GET)).toHaveLength(2);
    expect(api.of(LOGIN)).toHaveLength(2);
  });

  test("that is refused to several calls at once is replaced once", async () => {
    api.answer(GET, ({ headers }) =>
      headers.authorization === "Bearer given" ? refused : settled,
    );
    const { settings } = client(api, {}, { token: "given" });
    await Promise.all([settings.get(), settings.get()]);
    expect(api.authorizationsOf(GET).filter((token) => token === "Bearer given")).toHaveLength(2);
    // One may have been refused after the other had its new token: it takes that one.
    expect(api.of(LOGIN)).toHaveLength(1);
  });

  test("that is refused late does not cost the new one its place", async () => {
    api.answer(GET, ({ headers }) =>
      headers.authorization === "Bearer given" ? refused : settled,
    );
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let count = 0;
    const fetch: FetchLike = async (url, init) => {
      const isSecond = ++count === 2;
      const response = await globalThis.fetch(url, init);
      if (isSecond) await released;
      return response;
    };
    const { settings } = client(api, { fetch }, { token: "given" });
    const calls = [settings.get(), settings.get()];
    await calls[0];
    release();
    await calls[1];
    expect(api.of(LOGIN)).toHaveLength(1);
  });

  test("that was given is used first; without a password nothing can replace it", async () => {
    api.answer(GET, settled, refused);
    const { settings } = client(api, {}, onlyToken);
    await settings.get();
    const error = await errorFrom(settings.get());
    expect(error).toMatchObject({ code: "api_error", status: 401 });
    expect(api.authorizationsOf(GET)).toEqual(["Bearer given", "Bearer given"]);
    expect(api.of(LOGIN)).toEqual([]);
    expect((await errorFrom(settings.login())).code).toBe("option_invalid");
  });
});
