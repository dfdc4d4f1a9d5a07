import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { hide } from "../src/hide.ts";
import type { FetchLike, OnPremisesSettings } from "../src/index.ts";
import { certificate } from "./support/certificate.ts";
import {
  ACCOUNT,
  APP,
  appId,
  cloud,
  graphError,
  NUMBER,
  phoneNumberId,
  useGraph,
  wabaId,
} from "./support/cloud.ts";
import type { FakeAnswer, FakeRequest } from "./support/fake-api.ts";
import {
  CA,
  client,
  errorFrom,
  errors,
  held,
  LOGIN,
  SETTINGS,
  session,
  useFakeApi,
} from "./support/on-premises.ts";

const api = useFakeApi();
const graph = useGraph();

const password = 'Old-"secret"-1';
const newPassword = "New-secret/2";
const token = "eyJhbGciOi.payload.signature";
const urlPassword = "hook%20pass";
const verifyToken = "verify-word+1";
const appSecret = "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6";
const accessToken = `${appId}|${appSecret}`;
const basic = Buffer.from(`admin:${password}`).toString("base64");
const secrets = [
  password,
  newPassword,
  token,
  urlPassword,
  "hook pass",
  verifyToken,
  appSecret,
  basic,
];
const phone = "12125550100";

/** Everything that a log, a debugger or an error tracker may make of a value. */
function shownOf(value: unknown): string {
  const own: unknown[] =
    typeof value === "object" && value !== null
      ? Reflect.ownKeys(value).map((key) => Reflect.get(value, key))
      : [];
  return [
    inspect(value, { depth: 10, showHidden: true }),
    JSON.stringify(value),
    String(value),
    value instanceof Error ? `${value.stack}${inspect(value.cause)}` : "",
    ...own.map((each) => inspect(each, { showHidden: true, depth: 10 })),
  ].join("\n");
}

function expectNoSecret(value: unknown): void {
  const shown = shownOf(value);
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ]);
  expect(forms.filter((form) => shown.includes(form))).toEqual([]);
  expect(shown).not.toContain(phone);
}

/** What a careless server could say of a request: all that it got, in each form that text takes. */
function repeated({ headers, body, query }: FakeRequest): string {
  const [scheme = "", credentials = ""] = (headers.authorization ?? "").split(" ");
  const plain = [
    credentials,
    credentials.split("|")[1] ?? "",
    scheme === "Basic" ? Buffer.from(credentials, "base64").toString().slice("admin:".length) : "",
    body,
    ...[...body.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text ?? ""),
    query.toString(),
    `+${phone}`,
  ];
  return plain.flatMap((text) => [text, encodeURIComponent(text), JSON.stringify(text)]).join(" ");
}

const errorsOf = (status: number) => (request: FakeRequest) => {
  const said = repeated(request);
  return {
    status,
    body: {
      errors: [
        { code: 1009, title: `No: ${said}`, details: said, href: `https://a.example/${said}` },
      ],
      ...graphError(190, `No: ${said}`, { error_user_msg: said, type: said }),
    },
  };
};
const pageOf = (status: number) => (request: FakeRequest) => ({
  status,
  body: `<html>${repeated(request)}</html>`,
});
const answers: [string, FakeAnswer][] = [
  ...[200, 400, 401, 403, 429, 500].map((status): [string, FakeAnswer] => [
    `${status} with errors`,
    errorsOf(status),
  ]),
  ...[200, 302, 403, 404, 500].map((status): [string, FakeAnswer] => [
    `${status} with a page`,
    pageOf(status),
  ]),
  ["200 with something else", (request) => ({ body: { users: [{ secret: repeated(request) }] } })],
];

describe.each(answers)("a server that repeats all it got, in a %s", (_, answer) => {
  test("On-Premises: no secret in errors and the log", async () => {
    api.answer(LOGIN, { body: session(token) });
    const calls = [`GET ${SETTINGS}`, `PATCH ${SETTINGS}`, `DELETE ${SETTINGS}`, `GET ${CA}`];
    for (const call of [...calls, `POST ${CA}`]) api.answer(call, answer);
    const rig = client(api, {}, { password });
    const webhooks = { url: `https://user:${urlPassword}@example.com/hook` };
    const outcomes: PromiseSettledResult<unknown>[] = await Promise.allSettled([
      rig.settings.get(),
      rig.settings.update({ webhooks, sent_status: true }),
      rig.settings.reset(),
      rig.settings.ca.get(),
      rig.settings.ca.set(certificate),
    ]);
    api.answer(LOGIN, answer);
    outcomes.push(...(await Promise.allSettled([rig.settings.login({ newPassword })])));
    expect(outcomes.filter(({ status }) => status === "rejected").length).toBeGreaterThan(1);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expectNoSecret(outcome.reason);
    expectNoSecret([rig.warnings, rig.retries]);
    expectNoSecret(rig.settings);
  });

  test("Cloud: no secret in errors", async () => {
    for (const path of [APP, ACCOUNT, NUMBER])
      for (const method of ["GET", "POST", "DELETE"]) graph.answer(`${method} ${path}`, answer);
    const rig = cloud(graph, { accessToken });
    const url = "https://example.com/hook";
    const override = { override_callback_uri: url, verify_token: verifyToken };
    const request = { callback_url: url, verify_token: verifyToken, fields: ["messages"] };
    const outcomes = await Promise.allSettled([
      rig.apps.subscribe(appId, request),
      rig.apps.subscriptions(appId),
      rig.accounts.setOverride(wabaId, override),
      rig.numbers.setOverride(phoneNumberId, override),
    ]);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expectNoSecret(outcome.reason);
    expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
    expectNoSecret(rig);
  });
});

describe("a token that was replaced before the answer to it came", () => {
  test.each<[string, (settings: OnPremisesSettings) => Promise<unknown>]>([
    [`DELETE ${SETTINGS}`, (settings) => settings.reset()],
    [`PATCH ${SETTINGS}`, (settings) => settings.update({ sent_status: true })],
    [`GET ${CA}`, (settings) => settings.ca.get()],
    ["POST /v1/users/logout", (settings) => settings.logout()],
  ])("%s", async (name, slowly) => {
    api.answer(LOGIN, { body: session(token) }, { body: session("token-2") });
    api.answer(name, errorsOf(400));
    api.answer(`GET ${SETTINGS}`, { status: 401 }, { body: { settings: { application: {} } } });
    const { fetch, release } = held(name);
    const { settings } = client(api, { fetch }, { password });
    await settings.login();
    const call = errorFrom(slowly(settings));
    await vi.waitFor(() => expect(api.of(name)).toHaveLength(1));
    await settings.get();
    release();
    const error = await call;
    expect(error.message).toContain("[hidden]");
    expectNoSecret(error);
  });
});

test("what fetch throws may name a header: neither its text nor the error itself is passed on", async () => {
  const fetch: FetchLike = async (_, { headers }) => {
    throw Object.assign(new TypeError(`invalid header ${headers.authorization}`), {
      code: `invalid ${headers.authorization}`,
      cause: new Error(String(headers.authorization)),
    });
  };
  expectNoSecret(await errorFrom(client(api, { fetch }, { password, token }).settings.get()));
  expectNoSecret(await errorFrom(cloud(graph, { fetch, accessToken }).apps.subscriptions(appId)));
});

test("what is refused before it is sent is not repeated", async () => {
  const rig = client(api, {}, { password, token });
  const wrong: object = {
    callback_persist: token,
    webhooks: { url: `ftp://user:${urlPassword}@h` },
    log_level: 1,
  };
  expectNoSecret(await errorFrom(rig.settings.update(wrong)));
  expectNoSecret(
    await errorFrom(rig.settings.update({ webhooks: { url: `ftp://u:${urlPassword}@h` } })),
  );
  expectNoSecret(await errorFrom(rig.settings.update({ on_call_pager: [phone] } as object)));
  expectNoSecret(await errorFrom(rig.settings.login({ newPassword: token })));
  for (const options of [{ token: `${token}\n` }, { password: `${password}`, username: "a:b" }])
    expect(() => client(api, {}, options)).toThrow(
      expect.toSatisfy((error: unknown) => {
        expectNoSecret(error);
        return true;
      }),
    );
});

test("a login's token is there for who asks, and for nobody who prints", async () => {
  api.answer(LOGIN, { body: session(token) });
  const login = await client(api, {}, { password }).settings.login();
  expect(login.token).toBe(token);
  expectNoSecret(login);
  expectNoSecret({ ...login });
});

test.each([
  ["bytes that are no UTF-8", "%ff-pass"],
  ["such bytes, and what a URL spells in another way", '%ff"pass|'],
  ["a percent sign", "100%-pass"],
])("a password in a callback URL with %s is hidden, and fails no update", async (_, written) => {
  const PATCH = `PATCH ${SETTINGS}`;
  const said: FakeAnswer = ({ body }) => ({ status: 400, body: errors(1009, "No", body) });
  api.answer(PATCH, { body: null }, said);
  const { settings } = client(api);
  const patch = { webhooks: { url: `https://user:${written}@example.com/hook` } };
  expect(await settings.update(patch)).toEqual({ restartRequired: [], settings: undefined });
  const error = await errorFrom(settings.update(patch));
  expect(error.details).toContain("https://user:[hidden]@example.com/hook");
  expect(error.details).not.toContain("pass");
});

test("a verify token that no URL can spell is hidden all the same", async () => {
  const half = "word-\ud800-end";
  const said: FakeAnswer = ({ body }) => ({ status: 400, body: graphError(100, `No: ${body}`) });
  graph.answer(`POST ${ACCOUNT}`, said);
  const override = { override_callback_uri: "https://example.com/hook", verify_token: half };
  const error = await errorFrom(cloud(graph).accounts.setOverride(wabaId, override));
  expect(error).toMatchObject({ code: "api_error", platformCode: 100 });
  expect(error.title).toContain('"verify_token":"[hidden]"');
});

test("hide leaves ids of accounts, which are no telephone numbers", () => {
  expect(hide(`Object 200000000000002 of +${phone}, (#100) 1a${phone}b`, [])).toBe(
    "Object 200000000000002 of [number], (#100) 1a[number]b",
  );
});

test("hide takes the longest spelling first and no empty secret", () => {
  expect(hide("a%2Fb a/b x", ["a/b", ""])).toBe("[hidden] [hidden] x");
});
