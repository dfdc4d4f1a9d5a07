import { describe, expect, test, vi } from "vitest";
import type { LoginOptions } from "../src/index.ts";
import {
  client,
  errorFrom,
  GET,
  held,
  LOGIN,
  meta,
  onlyToken,
  refused,
  settled,
  useFakeApi,
} from "./support/on-premises.ts";

const api = useFakeApi();
const LOGOUT = "POST /v1/users/logout";

describe("logging out", () => {
  test("ends the token; the next call logs in anew", async () => {
    api.answer(GET, settled).answer(LOGOUT, { body: { meta } });
    const { settings } = client(api);
    await settings.get();
    await settings.logout();
    await settings.get();
    expect(api.authorizationsOf(LOGOUT)).toEqual(["Bearer token-1"]);
    expect(api.authorizationsOf(GET)).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  test("without a token is nothing", async () => {
    await client(api).settings.logout();
    expect(api.requests).toEqual([]);
  });

  test.each([
    ["the error object", refused],
    ["an empty object", { status: 401, body: {} }],
    ["nothing", { status: 401 }],
  ])("of a token that is refused with %s is done", async (_, answer) => {
    api.answer(LOGOUT, answer);
    const { settings } = client(api, {}, onlyToken);
    await settings.logout();
    await settings.logout();
    expect(api.of(LOGOUT)).toHaveLength(1);
  });

  test("with a token alone: later calls say that there is none", async () => {
    api.answer(LOGOUT, { body: null });
    const { settings } = client(api, {}, onlyToken);
    await settings.logout();
    const error = await errorFrom(settings.get());
    expect(error.message).toContain("no password to get one with");
  });

  test.each([
    ["a page in HTML", 200, "<html>Sign in</html>"],
    ["something else than an object", 200, "true"],
    ["a page in HTML that asks for a password", 401, "<html>Sign in</html>"],
    ["the JSON of another service", 200, '{"status":"ok"}'],
    ["another service's error", 200, '{"error":"not here"}'],
    ["a gateway's refusal", 401, '{"message":"Unauthorized"}'],
  ])("answered with %s, it is not done: the token is kept", async (_, status, body) => {
    api.answer(LOGOUT, { status, body }, { body: {} });
    const { settings } = client(api, {}, onlyToken);
    const error = await errorFrom(settings.logout());
    expect(error).toMatchObject({ code: "answer_unreadable", status });
    await settings.logout();
    expect(api.authorizationsOf(LOGOUT)).toEqual(["Bearer given", "Bearer given"]);
  });

  test.each<[string, LoginOptions]>([
    ["a plain login", {}],
    ["a login with a new password", { newPassword: "New-secret-2" }],
  ])("while %s is under way ends the token that it brings", async (_, options) => {
    const { fetch, release } = held(LOGIN);
    api.answer(LOGOUT, { body: {} });
    const { settings } = client(api, { fetch });
    const login = settings.login(options);
    await vi.waitFor(() => expect(api.of(LOGIN)).toHaveLength(1));
    const logout = settings.logout();
    release();
    await Promise.all([login, logout]);
    expect(api.authorizationsOf(LOGOUT)).toEqual(["Bearer token-1"]);
  });

  test("while two logins are under way ends both tokens", async () => {
    const { fetch, release } = held(LOGIN);
    api.answer(LOGOUT, { body: {} });
    const { settings } = client(api, { fetch });
    const logins = [settings.login(), settings.login({ newPassword: "New-secret-2" })];
    await vi.waitFor(() => expect(api.of(LOGIN)).toHaveLength(2));
    const logout = settings.logout();
    release();
    await Promise.all([...logins, logout]);
    expect(api.authorizationsOf(LOGOUT).sort()).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  test("while the token is being replaced ends both; what was not ended is ended by the next", async () => {
    const { fetch, release } = held(LOGIN, 2);
    const failed = new Set<string | undefined>();
    api.answer(LOGOUT, ({ headers: { authorization } }) => {
      const isFirst = !failed.has(authorization);
      failed.add(authorization);
      return isFirst ? { status: 500 } : { body: {} };
    });
    const { settings } = client(api, { fetch });
    await settings.login();
    const login = settings.login();
    const logout = errorFrom(settings.logout());
    release();
    await login;
    expect((await logout).status).toBe(500);
    await settings.logout();
    await settings.logout();
    expect(api.authorizationsOf(LOGOUT).sort()).toEqual([
      "Bearer token-1",
      "Bearer token-1",
      "Bearer token-2",
      "Bearer token-2",
    ]);
  });

  test("while a call is under way: it is refused, and does not log in anew", async () => {
    const { fetch, release } = held(GET);
    api.answer(GET, refused, settled).answer(LOGOUT, { body: {} });
    const { settings } = client(api, { fetch });
    const call = errorFrom(settings.get());
    await vi.waitFor(() => expect(api.of(GET)).toHaveLength(1));
    await settings.logout();
    release();
    const error = await call;
    expect(error).toMatchObject({ code: "api_error", status: 401 });
    expect(error.message).toContain("logout() was called");
    expect(api.of(LOGIN)).toHaveLength(1);
    await settings.get();
    expect(api.authorizationsOf(GET)).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  test("while a call waits for its token: it is refused, and does not log in anew", async () => {
    const { fetch, release } = held(LOGIN);
    api.answer(GET, refused).answer(LOGOUT, { body: {} });
    const { settings } = client(api, { fetch });
    const call = errorFrom(settings.get());
    const logout = settings.logout();
    release();
    await logout;
    expect((await call).message).toContain("logout() was called");
    expect(api.authorizationsOf(LOGOUT)).toEqual(["Bearer token-1"]);
    expect(api.of(LOGIN)).toHaveLength(1);
  });

  test("while a login is under way that fails is done: there is no token", async () => {
    const { fetch, release } = held(LOGIN);
    api.answer(LOGIN, { status: 401 });
    const { settings } = client(api, { fetch });
    const login = errorFrom(settings.login());
    await vi.waitFor(() => expect(api.of(LOGIN)).toHaveLength(1));
    const logout = settings.logout();
    release();
    await logout;
    expect((await login).status).toBe(401);
    expect(api.of(LOGOUT)).toEqual([]);
  });

  test("may be given up while it waits for a login", async () => {
    api.answer(LOGIN, "hang");
    const { settings } = client(api, { timeoutMs: 2000, retry: { maxAttempts: 1 } });
    const login = errorFrom(settings.login());
    await vi.waitFor(() => expect(api.of(LOGIN)).toHaveLength(1));
    const error = await errorFrom(settings.logout({ signal: AbortSignal.abort() }));
    expect(error.code).toBe("aborted");
    expect((await login).code).toBe("timeout");
  });
});
