import { describe, expect, test, vi } from "vitest";
import type { FetchLike } from "../src/index.ts";
import { closedPort, type FakeAnswer } from "./support/fake-api.ts";
import { client, errorFrom, errors, LOGIN, useFakeApi } from "./support/on-premises.ts";

const api = useFakeApi();
const newPassword = "New-secret-2";
const perhaps = expect.stringMatching(/may have been changed.*new one from now on.*the old one/);

describe("a login with a new password that may have been done says which one to try", () => {
  test.each<[string, string, FakeAnswer]>([
    ["no answer", "timeout", "hang"],
    ["half an answer", "timeout", "stall"],
    ["a connection that breaks", "unreachable", "cut"],
    ["a 500", "api_error", { status: 500, body: errors(1014, "Internal error") }],
    ["a gateway's 504", "api_error", { status: 504, body: "<h1>Gateway Timeout</h1>" }],
    ["a 200 without a token", "answer_unreadable", { body: { users: [] } }],
    ["a 200 with a page", "answer_unreadable", { body: "<html>" }],
    ["a 200 that is too long", "answer_unreadable", { body: "x".repeat(1_100_000) }],
  ])("%s", async (_, code, answer) => {
    api.answer(LOGIN, answer);
    const { settings } = client(api, {
      timeoutMs: answer === "hang" || answer === "stall" ? 2000 : 10_000,
    });
    const error = await errorFrom(settings.login({ newPassword }));
    expect(error).toMatchObject({ code, advice: perhaps, message: perhaps });
    expect(error.message).not.toContain("call again");
    expect(error.message).not.toContain(newPassword);
    expect(api.of(LOGIN)).toHaveLength(1);
  });

  test("one that is given up while it is under way", async () => {
    api.answer(LOGIN, "hang");
    const controller = new AbortController();
    const { signal } = controller;
    const call = errorFrom(client(api).settings.login({ newPassword, signal }));
    await vi.waitFor(() => expect(api.of(LOGIN)).toHaveLength(1));
    controller.abort();
    expect(await call).toMatchObject({ code: "aborted", advice: perhaps });
  });
});

describe("one that was not done says what is wrong", () => {
  test.each<[string, FakeAnswer, string]>([
    ["a refusal", { status: 400, body: errors(1009, "No") }, "8 to 64 characters"],
    ["a page for 403", { status: 403, body: "<html>" }, "baseUrl"],
  ])("%s", async (_, answer, words) => {
    api.answer(LOGIN, answer);
    const error = await errorFrom(client(api).settings.login({ newPassword }));
    expect(error.advice).toContain(words);
    expect(error.advice).not.toContain("may have been");
  });

  test("nobody listens, or the certificate is not trusted", async () => {
    const baseUrl = `http://127.0.0.1:${await closedPort()}`;
    const fetch: FetchLike = async () => {
      throw Object.assign(new Error("tls"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    };
    const closed = await errorFrom(client(api, { baseUrl }).settings.login({ newPassword }));
    expect(closed.advice).toContain("Check baseUrl");
    const untrusted = await errorFrom(client(api, { fetch }).settings.login({ newPassword }));
    expect(untrusted.advice).toContain("NODE_EXTRA_CA_CERTS");
  });

  test("one that is given up before it is sent", async () => {
    const signal = AbortSignal.abort();
    const error = await errorFrom(client(api).settings.login({ newPassword, signal }));
    expect(error.advice).toBeUndefined();
    expect(api.requests).toEqual([]);
  });
});

test("a plain login without an answer may be called again", async () => {
  api.answer(LOGIN, "hang");
  const { settings } = client(api, { timeoutMs: 200, retry: { maxAttempts: 1 } });
  expect((await errorFrom(settings.login())).advice).toContain("call again");
});
