import { getEventListeners } from "node:events";
import { describe, expect, test, vi } from "vitest";
import type { FetchLike } from "../src/index.ts";
import { readRetryAfter, retryDelayMs } from "../src/retry.ts";
import { certificate } from "./support/certificate.ts";
import { closedPort } from "./support/fake-api.ts";
import {
  CA,
  client,
  errorFrom,
  errors,
  GET,
  SETTINGS,
  settled,
  useFakeApi,
} from "./support/on-premises.ts";

const api = useFakeApi();
const update = { webhooks: { url: "https://example.com/hook" } };

describe("what passes is tried again", () => {
  test.each([
    ["500 and then 200", { status: 500, body: errors(1014, "Internal error") }, "status 500"],
    ["502 in HTML", { status: 502, body: "<h1>Bad Gateway</h1>" }, "status 502"],
    ["503 without a body", { status: 503 }, "status 503"],
    ["429", { status: 429, body: errors(1015, "Too many requests") }, "status 429"],
    ["a connection that breaks", "cut", "unreachable"],
  ] as const)("%s", async (_, answer, because) => {
    api.answer(GET, answer, settled);
    api.answer(`PATCH ${SETTINGS}`, answer, { body: null });
    api.answer(`DELETE ${SETTINGS}`, answer, { body: null });
    const { settings, retries } = client(api);
    await settings.get();
    await settings.update(update);
    await settings.reset();
    expect(retries.map(({ message }) => message)).toEqual([
      `${GET}: ${because}, trying again.`,
      `PATCH ${SETTINGS}: ${because}, trying again.`,
      `DELETE ${SETTINGS}: ${because}, trying again.`,
    ]);
  });

  test("four attempts in all, then the last answer is the error", async () => {
    api.answer(GET, { status: 500, body: errors(1014, "Internal error") });
    const error = await errorFrom(client(api).settings.get());
    expect(error).toMatchObject({ code: "api_error", status: 500, platformCode: 1014 });
    expect(api.of(GET)).toHaveLength(4);
  });

  test("as often as the caller says", async () => {
    api.answer(GET, { status: 500 });
    await errorFrom(client(api, { retry: { maxAttempts: 1 } }).settings.get());
    expect(api.of(GET)).toHaveLength(1);
  });

  test("not sooner than Retry-After says, and not at all when that is too long", async () => {
    api.answer(GET, { status: 429, headers: { "retry-after": "1" } }, settled);
    const { settings, retries } = client(api);
    await settings.get();
    expect(retries[0]?.details).toEqual({ attempt: 1, delayMs: 1000 });
    api.answer(GET, { status: 503, headers: { "retry-after": "3600" } });
    const error = await errorFrom(settings.get());
    expect(error).toMatchObject({ code: "api_error", status: 503, retryAfterMs: 3_600_000 });
    expect(api.of(GET)).toHaveLength(3);
  });

  test("a refusal is not: 400, 403, 404", async () => {
    for (const status of [400, 403, 404]) {
      api.answer(GET, { status, body: errors(1009, "Parameter value is not valid") });
      expect((await errorFrom(client(api).settings.get())).status).toBe(status);
    }
    expect(api.of(GET)).toHaveLength(3);
  });
});

describe("a server that says nothing", () => {
  test.each(["hang", "stall"] as const)(
    "%s: the call ends after timeoutMs, each time",
    async (how) => {
      const given = { timeoutMs: 100, retry: { maxAttempts: 2, minDelayMs: 1 } };
      const { settings } = client(api, given, { token: "given" });
      api.answer(GET, how);
      const error = await errorFrom(settings.get());
      expect(error).toMatchObject({ code: "timeout", message: expect.stringContaining("100 ms") });
      expect(api.of(GET)).toHaveLength(2);
    },
  );

  test("the next attempt may succeed", async () => {
    const { settings } = client(api, { timeoutMs: 1000 }, { token: "given" });
    api.answer(GET, "hang", settled);
    expect(await settings.get()).toEqual({});
  });

  test("a fetch that hears no signal is left alone after timeoutMs", async () => {
    const deaf: FetchLike = () => new Promise(() => {});
    const rig = client(api, { fetch: deaf, timeoutMs: 20, retry: { maxAttempts: 1 } });
    expect((await errorFrom(rig.settings.get())).code).toBe("timeout");
  });

  test("the caller may give up: while it waits for the answer", async () => {
    const { settings } = client(api);
    await settings.login();
    api.answer(GET, "hang");
    const controller = new AbortController();
    const call = errorFrom(settings.get({ signal: controller.signal }));
    await vi.waitFor(() => expect(api.of(GET)).toHaveLength(1));
    controller.abort();
    expect((await call).code).toBe("aborted");
    expect(api.of(GET)).toHaveLength(1);
  });

  test("the caller may give up: between two attempts", async () => {
    const { settings, retries } = client(api, {
      retry: { minDelayMs: 600_000, maxDelayMs: 600_000 },
    });
    api.answer(GET, { status: 500 });
    const controller = new AbortController();
    const call = errorFrom(settings.get({ signal: controller.signal }));
    await vi.waitFor(() => expect(retries).toHaveLength(1));
    controller.abort();
    expect((await call).code).toBe("aborted");
  });

  test("the caller may give up: before anything, and while others wait for the same login", async () => {
    api.answer(GET, settled).answer("POST /v1/users/login", "hang");
    const { settings } = client(api);
    expect((await errorFrom(settings.get({ signal: AbortSignal.abort() }))).code).toBe("aborted");
    expect(api.requests).toEqual([]);
    const controller = new AbortController();
    const call = errorFrom(settings.get({ signal: controller.signal }));
    await vi.waitFor(() => expect(api.requests).toHaveLength(1));
    controller.abort();
    expect((await call).code).toBe("aborted");
  });
});

describe("login and logout take a signal, too", () => {
  const NEW_PASSWORD = "Correct-horse-7";

  test.each([
    ["login", "POST /v1/users/login", {}],
    ["login with a new password", "POST /v1/users/login", { newPassword: NEW_PASSWORD }],
    ["logout", "POST /v1/users/logout", undefined],
  ])("%s", async (_, route, login) => {
    const { settings } = client(api);
    await settings.login();
    const before = api.of(route).length;
    const call = (signal: AbortSignal): Promise<unknown> =>
      login === undefined ? settings.logout({ signal }) : settings.login({ ...login, signal });
    expect((await errorFrom(call(AbortSignal.abort()))).code).toBe("aborted");
    expect(api.of(route)).toHaveLength(before);
    api.answer(route, "hang");
    const controller = new AbortController();
    const waiting = errorFrom(call(controller.signal));
    await vi.waitFor(() => expect(api.of(route)).toHaveLength(before + 1));
    controller.abort();
    expect((await waiting).code).toBe("aborted");
  });
});

test("a signal that lives longer than its calls keeps nothing of them", async () => {
  api.answer(GET, { status: 500 }, settled);
  const { signal } = new AbortController();
  await client(api).settings.get({ signal });
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

describe("no answer at all", () => {
  test("nobody listens", async () => {
    const baseUrl = `http://127.0.0.1:${await closedPort()}`;
    const error = await errorFrom(client(api, { baseUrl }).settings.get());
    expect(error).toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("ECONNREFUSED"),
      advice: expect.stringContaining("baseUrl"),
    });
    expect(error.cause).toBeUndefined();
  });

  test.each([
    ["by nobody", "DEPTH_ZERO_SELF_SIGNED_CERT", "NODE_EXTRA_CA_CERTS"],
    ["any more", "CERT_HAS_EXPIRED", "renew it"],
    ["yet", "CERT_NOT_YET_VALID", "the clocks"],
    ["for this name", "ERR_TLS_CERT_ALTNAME_INVALID", "in baseUrl"],
  ])("a certificate that is not trusted %s says what to do", async (_, code, words) => {
    const fetch: FetchLike = async () => {
      throw new TypeError("fetch failed", { cause: Object.assign(new Error("tls"), { code }) });
    };
    const error = await errorFrom(client(api, { fetch }).settings.get());
    expect(error.message).toContain(code);
    expect(error.advice).toContain(words);
    if (words !== "NODE_EXTRA_CA_CERTS") expect(error.advice).not.toContain("NODE_EXTRA_CA_CERTS");
  });
});

describe("an answer from somebody else", () => {
  test("a redirect is not followed", async () => {
    api.answer(GET, { status: 302, headers: { location: `${api.url}/elsewhere` } });
    const error = await errorFrom(client(api).settings.get());
    expect(error).toMatchObject({ code: "answer_unreadable", status: 302 });
    expect(api.of("GET /elsewhere")).toEqual([]);
  });

  test("a page in HTML with 200, 403 or 404 is not taken for the API", async () => {
    for (const status of [200, 403, 404]) {
      api.answer(`PATCH ${SETTINGS}`, { status, body: "<html>Sign in</html>" });
      const error = await errorFrom(client(api).settings.update(update));
      expect(error).toMatchObject({ code: "answer_unreadable", status });
    }
  });

  test("more than a megabyte is not read to its end", async () => {
    api.answer(GET, { body: `{"settings":"${"x".repeat(2_000_000)}"}` });
    const error = await errorFrom(client(api).settings.get());
    expect(error).toMatchObject({ code: "answer_unreadable", status: 200 });
  });
});

test("a fetch whose answers have only text() will do, and gets what it needs", async () => {
  const seen: unknown[] = [];
  const fetch: FetchLike = async (url, init) => {
    seen.push([url, init.method, init.redirect]);
    const isLogin = url.endsWith("/login");
    const body = isLogin ? '{"users":[{"token":"t"}]}' : certificate;
    return { status: 200, headers: { get: () => null }, text: async () => body };
  };
  const { ca } = client(api, { fetch, baseUrl: "https://wa.example.com:9090" }).settings;
  expect(await ca.get()).toBe(certificate);
  expect(seen).toEqual([
    ["https://wa.example.com:9090/v1/users/login", "POST", "manual"],
    [`https://wa.example.com:9090${CA}`, "GET", "manual"],
  ]);
});

test("a logger that throws or rejects fails no call", async () => {
  api.answer(`PATCH ${SETTINGS}`, { status: 500 }, { body: null });
  const logger = {
    debug: () => Promise.reject(new Error("debug")),
    warn: () => {
      throw new Error("warn");
    },
  };
  await client(api, { logger }).settings.update({ sent_status: true });
  expect(api.of(`PATCH ${SETTINGS}`)).toHaveLength(2);
});

describe("delays", () => {
  const policy = { maxAttempts: 6, minDelayMs: 100, maxDelayMs: 1000 };
  const delays = (random: number) =>
    [1, 2, 3, 4, 5, 6].map((attempt) => retryDelayMs(policy, attempt, 0, () => random));

  test("double up to the longest, with up to half taken off", () => {
    expect(delays(0)).toEqual([100, 200, 400, 800, 1000, undefined]);
    expect(delays(1)).toEqual([50, 100, 200, 400, 500, undefined]);
  });

  test("are at least what was asked for", () => {
    expect(retryDelayMs(policy, 1, 1000, () => 1)).toBe(1000);
    expect(retryDelayMs(policy, 1, 1001)).toBeUndefined();
  });

  test.each([
    ["3", 3000],
    [" 0 ", 0],
    ["1.5", 1500],
    ["Wed, 25 Nov 2026 00:00:30 GMT", 30_000],
    ["Tue, 24 Nov 2026 00:00:00 GMT", 0],
    ["soon", undefined],
    ["-3", undefined],
    ["", undefined],
    [null, undefined],
  ])("Retry-After: %j", (header, expected) => {
    expect(readRetryAfter(header, Date.parse("2026-11-25T00:00:00Z"))).toBe(expected);
  });
});
