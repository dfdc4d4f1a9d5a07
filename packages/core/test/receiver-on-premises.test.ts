import { afterEach, describe, expect, test, vi } from "vitest";
import type { OnPremisesOptions } from "../src/credentials.ts";
import { inChunks, untouchable } from "./support/body-streams.ts";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { post, signature } from "./support/requests.ts";

const BODY = '{"messages":[]}';
const PASSWORD = "Basic d2E6c2VzYW1l";
const withPassword = { authorization: PASSWORD };

afterEach(() => {
  vi.useRealTimers();
});

const authOf = async (
  onPremises: OnPremisesOptions,
  request = post(BODY, withPassword),
): Promise<unknown> => {
  const { receive, inbox } = receiverUnderTest({ onPremises });
  const { status, body } = await receive(request);
  return status === 200 ? inbox.records[0]?.auth : body;
};

describe("unsigned notifications are off by default", () => {
  test("whatever credentials they carry: 401, and the log names the option", async () => {
    const { receive, log, inbox } = receiverUnderTest();
    expect(await receive(post(BODY, withPassword))).toMatchObject({
      status: 401,
      body: "signature_missing",
    });
    expect(inbox.records).toEqual([]);
    expect(log.lines[0]?.message).toContain("see the onPremises option");
  });

  test.each([
    ["no way to check them", {}],
    ["an account only", { account: { phoneNumberId: "1" } }],
    ["an undefined authorization", { authorization: undefined }],
    ["an empty authorization", { authorization: "" }],
    ["no authorization in the list", { authorization: [] }],
    ["an authorization with white space around it", { authorization: `${PASSWORD} ` }],
    ["an undefined verify", { verify: undefined }],
    ["a verify that is no function", { verify: true }],
    ["a verify that is no function beside an authorization", { ...withPassword, verify: true }],
    ["an undefined authorization beside verify", { authorization: undefined, verify: () => true }],
  ])("an option with %s is an error at creation", (_what, onPremises) => {
    expect(() => receiverUnderTest({ onPremises: onPremises as OnPremisesOptions })).toThrow(
      expect.objectContaining({
        code: "option_invalid",
        message: expect.stringMatching(/onPremises/),
      }),
    );
  });
});

describe("with `authorization`", () => {
  test("the right header value lets a notification in", async () => {
    expect(await authOf({ authorization: PASSWORD })).toEqual({ kind: "on-premises" });
  });

  test("an undefined `verify` beside it changes nothing", async () => {
    const onPremises = { authorization: PASSWORD, verify: undefined } as OnPremisesOptions;
    expect(await authOf(onPremises)).toEqual({ kind: "on-premises" });
    expect(await authOf(onPremises, post(BODY))).toBe("on_premises_rejected");
  });

  test("any of several does", async () => {
    const authorization = ["Bearer other", PASSWORD];
    expect(await authOf({ authorization })).toEqual({ kind: "on-premises" });
    expect(await authOf({ authorization }, post(BODY, { authorization: "Bearer other" }))).toEqual({
      kind: "on-premises",
    });
  });

  test.each([
    ["no header", {}],
    ["an empty header", { authorization: "" }],
    ["another value", { authorization: "Basic else" }],
    ["other case", { authorization: PASSWORD.toLowerCase() }],
    ["the start of it", { authorization: PASSWORD.slice(0, -1) }],
    ["more than it", { authorization: `${PASSWORD}=` }],
    ["it twice", { authorization: `${PASSWORD}, ${PASSWORD}` }],
    ["it in another header", { "x-authorization": PASSWORD }],
  ])("%s: 401 before the body is read", async (_what, headers) => {
    const stream = untouchable();
    const { receive, inbox, log } = receiverUnderTest({ onPremises: { authorization: PASSWORD } });
    expect(await receive(post({ kind: "stream", stream }, headers))).toEqual({
      status: 401,
      headers: { "content-type": "text/plain" },
      body: "on_premises_rejected",
    });
    expect(stream.touched()).toBe(false);
    expect(inbox.records).toEqual([]);
    expect(log.lines).toMatchObject([{ level: "warn", details: { code: "on_premises_rejected" } }]);
  });

  test("the limits on bodies hold here too", async () => {
    const { receive } = receiverUnderTest({
      onPremises: { authorization: PASSWORD },
      bodyLimitBytes: 20,
    });
    const stream = inChunks("x".repeat(21), 5);
    expect((await receive(post({ kind: "stream", stream }, withPassword))).status).toBe(413);
    expect((await receive(post("x".repeat(21), withPassword))).status).toBe(413);
    const lost = post({ kind: "lost", hint: "" }, withPassword);
    expect((await receive(lost)).status).toBe(500);
  });
});

describe("with `verify`", () => {
  test("the function decides, and sees the request with its body", async () => {
    const seen: unknown[] = [];
    const onPremises: OnPremisesOptions = {
      verify: (request) => {
        seen.push([
          request.method,
          request.url,
          request.params,
          request.header("x-key"),
          Buffer.from(request.body).toString(),
        ]);
        return request.header("x-key") === "k";
      },
    };
    const stream = (): AsyncIterable<Uint8Array> => inChunks(BODY, 3);
    const ok = post({ kind: "stream", stream: stream() }, { "x-key": "k" }, "/hooks?a=1");
    const wrong = post({ kind: "stream", stream: stream() }, { "x-key": "x" });
    expect(await authOf(onPremises, ok)).toEqual({ kind: "on-premises" });
    expect(await authOf(onPremises, wrong)).toBe("on_premises_rejected");
    expect(seen[0]).toEqual(["POST", "/hooks?a=1", {}, "k", BODY]);
  });

  test.each([
    ["true", true, { kind: "on-premises" }],
    ["a promise of true", Promise.resolve(true), { kind: "on-premises" }],
    ["false", false, "on_premises_rejected"],
    ["a promise of false", Promise.resolve(false), "on_premises_rejected"],
    ["undefined", undefined, "on_premises_rejected"],
    ["something truthy that is not true", 1, "on_premises_rejected"],
    ["a promise of something truthy", Promise.resolve("yes"), "on_premises_rejected"],
  ])("that answers %s", async (_what, answer, expected) => {
    expect(await authOf({ verify: () => answer as boolean })).toEqual(expected);
  });

  test.each<[string, () => boolean | Promise<boolean>]>([
    [
      "throws",
      () => {
        throw new Error("down");
      },
    ],
    ["rejects", () => Promise.reject(new Error("down"))],
  ])("that %s: 503, nothing stored", async (_what, verify) => {
    const { receive, inbox, log } = receiverUnderTest({ onPremises: { verify } });
    expect(await receive(post(BODY))).toMatchObject({
      status: 503,
      headers: { "retry-after": "5" },
      body: "credentials_unavailable",
    });
    expect(inbox.records).toEqual([]);
    expect(log.lines[0]?.message).toContain("the onPremises.verify function failed");
  });

  test("that takes more than a second: 503", async () => {
    vi.useFakeTimers();
    const { receive } = receiverUnderTest({ onPremises: { verify: () => new Promise(() => {}) } });
    const answer = receive(post(BODY));
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await answer).body).toBe("credentials_unavailable");
  });

  test("and `authorization`, both must pass", async () => {
    const both = (verdict: boolean) => ({ authorization: PASSWORD, verify: () => verdict });
    expect(await authOf(both(true))).toEqual({ kind: "on-premises" });
    expect(await authOf(both(false))).toBe("on_premises_rejected");
    expect(await authOf(both(true), post(BODY))).toBe("on_premises_rejected");
  });
});

describe("a request with a signature header stands or falls by its signature alone", () => {
  test.each([
    ["a wrong signature", { "x-hub-signature-256": signature(BODY, "else") }, "signature_mismatch"],
    ["a malformed signature", { "x-hub-signature-256": "sha256=" }, "signature_malformed"],
    ["an empty signature", { "x-hub-signature-256": "" }, "signature_malformed"],
    ["a SHA-1 signature", { "x-hub-signature": "sha1=0" }, "signature_missing"],
  ])("%s beside the right authorization: 401", async (_what, headers, code) => {
    const verify = vi.fn(() => true);
    const onPremises = { authorization: PASSWORD, verify };
    expect(await authOf(onPremises, post(BODY, { ...withPassword, ...headers }))).toBe(code);
    expect(verify).not.toHaveBeenCalled();
  });

  test("a right signature is a Cloud notification, whatever else the request carries", async () => {
    const headers = { ...withPassword, "x-hub-signature-256": signature(BODY) };
    const onPremises = { authorization: PASSWORD, account: { phoneNumberId: "1" } };
    expect(await authOf(onPremises, post(BODY, headers))).toEqual({ kind: "signature" });
  });
});

describe("the business number, which the body does not say", () => {
  const account = { phoneNumberId: "109447120836512", displayPhoneNumber: "12125550188" };

  test("may be a value", async () => {
    const onPremises = { authorization: PASSWORD, account, tenant: "acme" };
    expect(await authOf(onPremises)).toEqual({ kind: "on-premises", account, tenant: "acme" });
  });

  test.each<[string, (answer: unknown) => unknown]>([
    ["a function", (answer) => answer],
    ["an async function", async (answer) => answer],
  ])("may be %s of the request", async (_form, wrap) => {
    const onPremises = {
      authorization: PASSWORD,
      account: ({ params }) => wrap({ phoneNumberId: params.number }),
      tenant: ({ params }) => wrap(`tenant of ${params.number}`),
    } as OnPremisesOptions;
    const request = { ...post(BODY, withPassword), params: { number: "7" } };
    expect(await authOf(onPremises, request)).toEqual({
      kind: "on-premises",
      account: { phoneNumberId: "7" },
      tenant: "tenant of 7",
    });
  });

  test("is asked for only after the check", async () => {
    const ask = vi.fn(() => account);
    const refused = post(BODY, { authorization: "Basic else" });
    await authOf({ authorization: PASSWORD, account: ask }, refused);
    await authOf({ verify: () => false, account: ask });
    expect(ask).not.toHaveBeenCalled();
  });

  test("an unknown tenant is 401, an unknown number is let in without one", async () => {
    const authorization = PASSWORD;
    expect(await authOf({ authorization, tenant: () => undefined })).toBe("credentials_unknown");
    expect(await authOf({ authorization, account: () => undefined })).toEqual({
      kind: "on-premises",
      account: {},
    });
  });

  test.each(["account", "tenant"])("%s: a throw is 503", async (option) => {
    const failing = { authorization: PASSWORD, [option]: () => Promise.reject(new Error("down")) };
    expect(await authOf(failing)).toBe("credentials_unavailable");
  });
});
