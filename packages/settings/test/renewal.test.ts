import { afterEach, describe, expect, test, vi } from "vitest";
import type { OnPremisesSettings } from "../src/index.ts";
import {
  client,
  errorFrom,
  errors,
  GET,
  held,
  LOGIN,
  session,
  settled,
  useFakeApi,
} from "./support/on-premises.ts";

const api = useFakeApi();
const overloaded = { status: 503, body: errors(1016, "System overloaded") };

afterEach(() => {
  vi.useRealTimers();
});

/** Moves the clock alone; timers and connections run as ever. */
function moveClockBy(ms: number): void {
  const now = Date.now();
  vi.useFakeTimers({ toFake: ["Date"], now: now + ms });
}
const HOUR = 3_600_000;
const PATIENCE_MS = 10_000;

/** Calls until the renewal, for which no call waits, has brought the token. */
async function renewedTo(token: string, settings: OnPremisesSettings): Promise<void> {
  await vi.waitFor(async () => {
    await settings.get();
    expect(api.authorizationsOf(GET).at(-1)).toBe(`Bearer ${token}`);
  }, PATIENCE_MS);
}

describe("a token", () => {
  test("is renewed within the last hour of its 7 days, and not before", async () => {
    api.answer(GET, settled);
    const { settings } = client(api);
    await settings.get();
    moveClockBy(7 * 24 * HOUR - 2 * HOUR);
    await settings.get();
    expect(api.of(LOGIN)).toHaveLength(1);
    moveClockBy(1.5 * HOUR);
    await settings.get();
    await renewedTo("token-2", settings);
    expect(api.authorizationsOf(GET).slice(0, 3)).toEqual(Array(3).fill("Bearer token-1"));
    expect(api.of(LOGIN)).toHaveLength(2);
  });

  test("is used while its renewal hangs: no call waits for the next one", async () => {
    const { fetch, release } = held(LOGIN, 2);
    api.answer(GET, settled);
    const { settings } = client(api, { fetch });
    await settings.get();
    moveClockBy(7 * 24 * HOUR - HOUR / 2);
    await settings.get();
    await settings.get();
    expect(api.authorizationsOf(GET)).toEqual(Array(3).fill("Bearer token-1"));
    release();
    await renewedTo("token-2", settings);
    expect(api.of(LOGIN)).toHaveLength(2);
  });

  test("that lives for minutes is not renewed at every call", async () => {
    api.answer(LOGIN, { body: session("token-1", new Date(Date.now() + 600_000)) });
    api.answer(GET, settled);
    const { settings } = client(api);
    await settings.get();
    await settings.get();
    expect(api.of(LOGIN)).toHaveLength(1);
  });

  test("that has expired by a clock that goes wrong is used until it is refused", async () => {
    api.answer(LOGIN, { body: session("token-1", new Date(Date.now() - HOUR)) });
    api.answer(GET, settled);
    const { settings } = client(api);
    await settings.get();
    await settings.get();
    expect(api.of(LOGIN)).toHaveLength(1);
  });
});

describe("a renewal that fails", () => {
  const given = { retry: { maxAttempts: 1 } };

  test("leaves the token in use while it is valid, and is tried again at half of what is left", async () => {
    const expiresAt = new Date(Date.now() + 2 * HOUR);
    api.answer(LOGIN, { body: session("token-1", expiresAt) }, overloaded);
    api.answer(GET, settled);
    const { settings, warnings } = client(api, given);
    await settings.get();
    moveClockBy(1.1 * HOUR);
    await Promise.all([settings.get(), settings.get()]);
    await vi.waitFor(() => expect(warnings).toHaveLength(1), PATIENCE_MS);
    await settings.get();
    expect(api.of(LOGIN)).toHaveLength(2);
    expect(new Set(api.authorizationsOf(GET))).toEqual(new Set(["Bearer token-1"]));
    expect(warnings).toEqual([
      {
        details: { code: "api_error", status: 503, expiresAt: expect.any(Date) },
        message: "The token could not be renewed; it is used until it expires.",
      },
    ]);
    moveClockBy(0.5 * HOUR);
    api.answer(LOGIN, { body: session("token-2", new Date(Date.now() + 8 * HOUR)) });
    await renewedTo("token-2", settings);
  });

  test("fails the call once the token has expired", async () => {
    api.answer(LOGIN, { body: session("token-1", new Date(Date.now() + 2 * HOUR)) }, overloaded);
    api.answer(GET, settled);
    const { settings } = client(api, given);
    await settings.get();
    moveClockBy(2 * HOUR);
    expect(await errorFrom(settings.get())).toMatchObject({ status: 503, platformCode: 1016 });
    expect(api.of(GET)).toHaveLength(1);
  });

  test("fails the call when the client has refused the token", async () => {
    api.answer(LOGIN, { body: session("token-1") }, overloaded);
    api.answer(GET, settled, { status: 401 });
    const { settings } = client(api, given);
    await settings.get();
    expect(await errorFrom(settings.get())).toMatchObject({ status: 503, platformCode: 1016 });
  });

  test("is told to who asked for the login", async () => {
    api.answer(LOGIN, { body: session("token-1") }, overloaded);
    const { settings } = client(api, given);
    await settings.login();
    expect(await errorFrom(settings.login())).toMatchObject({ status: 503 });
  });
});
