import { afterAll, beforeAll, beforeEach } from "vitest";
import {
  createOnPremisesSettings,
  type FetchLike,
  type OnPremisesSettings,
  type OnPremisesSettingsOptions,
  SettingsError,
} from "../../src/index.ts";
import { FakeApi } from "./fake-api.ts";

export const SETTINGS = "/v1/settings/application";
export const CA = "/v1/certificates/webhooks/ca";
export const LOGIN = "POST /v1/users/login";
export const GET = `GET ${SETTINGS}`;
export const meta = { api_status: "stable", version: "2.45.1" };
/** An answer to `GET`. */
export const settled = { body: { settings: { application: {} }, meta } };
/** An answer to a token that is not valid. */
export const refused = { status: 401, body: errors(1005, "Access denied") };
/** Credentials for `client`: a token, and nothing to renew it with. */
export const onlyToken = { username: undefined, password: undefined, token: "given" };

/** A login's answer. */
export function session(token: string, expiresAt = new Date(Date.now() + 7 * 86_400_000)): object {
  const expires_after = `${expiresAt.toISOString().slice(0, 19).replace("T", " ")}+00:00`;
  return { users: [{ token, expires_after }], meta };
}

/** The platform's error object. */
export function errors(code: number, title: string, details?: string): object {
  return { errors: [{ code, title, ...(details === undefined ? {} : { details }) }], meta };
}

/** A fake API for a test file; each test starts with an empty one that lets everybody log in. */
export function useFakeApi(): FakeApi {
  const api = new FakeApi();
  beforeAll(() => api.start());
  beforeEach(() => {
    api.reset();
    api.answer(LOGIN, { body: session("token-1") }, { body: session("token-2") });
  });
  afterAll(() => api.end());
  return api;
}

export interface Line {
  readonly details: object;
  readonly message: string;
}

export interface Rig {
  readonly settings: OnPremisesSettings;
  readonly warnings: Line[];
  readonly retries: Line[];
}

type Given = Partial<Omit<OnPremisesSettingsOptions, "username" | "password" | "token">>;

/** A client that waits hardly at all between attempts, and its log. */
export function client(api: FakeApi, given: Given = {}, credentials: object = {}): Rig {
  const warnings: Line[] = [];
  const retries: Line[] = [];
  const settings = createOnPremisesSettings({
    baseUrl: api.url,
    username: "admin",
    password: "Old-secret-1",
    retry: { minDelayMs: 1, maxDelayMs: 2000 },
    logger: {
      warn: (details, message) => warnings.push({ details, message }),
      debug: (details, message) => retries.push({ details, message }),
    },
    ...given,
    ...credentials,
  });
  return { settings, warnings, retries };
}

/** A fetch that holds the answers to one kind of call, from the n-th on, until they are released. */
export function held(call: string, from = 1): { readonly fetch: FetchLike; release(): void } {
  let count = 0;
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const fetch: FetchLike = async (url, init) => {
    const isHeld = `${init.method} ${new URL(url).pathname}` === call && ++count >= from;
    const response = await globalThis.fetch(url, init);
    if (isHeld) await released;
    return response;
  };
  return { fetch, release };
}

/** The error that a call rejects with. Anything else fails the test. */
export async function errorFrom(call: Promise<unknown>): Promise<SettingsError> {
  const outcome: unknown = await call.then(
    () => new Error("the call resolved"),
    (error: unknown) => error,
  );
  if (!(outcome instanceof SettingsError)) throw outcome;
  return outcome;
}
