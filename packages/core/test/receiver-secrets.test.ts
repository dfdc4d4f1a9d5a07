import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AppSecret, VerifyToken } from "../src/credentials.ts";
import type { RequestHead } from "../src/http.ts";
import { untouchable } from "./support/body-streams.ts";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { BODY, handshake, post, signature, signedPost, TOKEN } from "./support/requests.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = new Promise<never>(() => {});

describe("the app secret", () => {
  test.each<[string, AppSecret]>([
    ["one", "right"],
    ["several, the right one first", ["right", "old"]],
    ["several, the right one last", ["old", "older", "right"]],
    ["a function", () => "right"],
    ["a function that gives several", () => ["old", "right"]],
    ["an async function", async () => "right"],
    ["an async function that gives several", async () => ["old", "right"]],
    ["a function that gives a tenant", () => ({ secret: "right" })],
    ["a function that gives a tenant with several", () => ({ secret: ["old", "right"] })],
    ["an async function that gives a tenant", async () => ({ secret: "right", tenant: "acme" })],
  ])("may be %s", async (_form, appSecret) => {
    const { receive } = receiverUnderTest({ appSecret });
    expect((await receive(signedPost(BODY, "right"))).status).toBe(200);
    expect((await receive(signedPost(BODY, "wrong"))).status).toBe(401);
  });

  test.each([
    ["a tenant and accounts", { tenant: "acme", accounts: ["800000000000001"] }],
    ["an empty list of accounts, which lets nothing through", { accounts: [] }],
  ])("says with %s what the record is to say", async (_what, more) => {
    const { receive, inbox } = receiverUnderTest({
      appSecret: () => ({ secret: "right", ...more }),
    });
    expect((await receive(signedPost(BODY, "right"))).status).toBe(200);
    expect(inbox.records[0]?.auth).toEqual({ kind: "signature", ...more });
  });

  test("with null for tenant and accounts, from untyped code, has neither", async () => {
    const answer = { secret: "right", tenant: null, accounts: null } as unknown as string;
    const { receive, inbox } = receiverUnderTest({ appSecret: () => answer });
    expect((await receive(signedPost(BODY, "right"))).status).toBe(200);
    expect(inbox.records[0]?.auth).toEqual({ kind: "signature" });
  });

  test("may be rotated: old and new are good for a while, then the old one is not", async () => {
    let current: readonly string[] = ["old"];
    const { receive } = receiverUnderTest({ appSecret: () => current });
    const statuses = async (): Promise<number[]> => [
      (await receive(signedPost(BODY, "old"))).status,
      (await receive(signedPost(BODY, "new"))).status,
    ];
    expect(await statuses()).toEqual([200, 401]);
    current = ["new", "old"];
    expect(await statuses()).toEqual([200, 200]);
    current = ["new"];
    expect(await statuses()).toEqual([401, 200]);
  });

  test("is asked for with the request's method, url, params and headers", async () => {
    const asked: RequestHead[] = [];
    const { receive } = receiverUnderTest({
      appSecret: (request) => {
        asked.push(request);
        return request.params.tenant;
      },
    });
    const headers = { "x-hub-signature-256": signature(BODY, "acme"), host: "hooks.example" };
    const request = { ...post(BODY, headers, "/hooks/acme?a=1"), params: { tenant: "acme" } };
    expect((await receive(request)).status).toBe(200);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: "POST", url: "/hooks/acme?a=1" });
    expect(asked[0]?.header("host")).toBe("hooks.example");
    expect(asked[0]?.header("accept")).toBeUndefined();
  });

  test.each<[string, AppSecret]>([
    ["undefined", () => undefined],
    ["a promise of undefined", async () => undefined],
    ["null, from untyped code", (() => null) as unknown as AppSecret],
  ])("%s means that nobody knows this request: 401, body untouched", async (_what, appSecret) => {
    const { receive, log } = receiverUnderTest({ appSecret });
    const stream = untouchable();
    const headers = { "x-hub-signature-256": signature(BODY, "") };
    const response = await receive(post({ kind: "stream", stream }, headers));
    expect(response).toMatchObject({ status: 401, body: "credentials_unknown" });
    expect(stream.touched()).toBe(false);
    expect(log.lines).toEqual([
      {
        level: "warn",
        details: { code: "credentials_unknown" },
        message: expect.stringContaining("the appSecret function knows nothing"),
      },
    ]);
  });

  test.each<[string, AppSecret]>([
    [
      "throws",
      () => {
        throw new RangeError("secret store: 5e1f0c9a7b3d4e2f");
      },
    ],
    [
      "rejects",
      async () => {
        throw new RangeError("secret store: 5e1f0c9a7b3d4e2f");
      },
    ],
  ])(
    "a function that %s: 503, so that the platform delivers again; the log has the kind of error",
    async (_what, appSecret) => {
      const { receive, log, inbox } = receiverUnderTest({ appSecret });
      expect(await receive(signedPost())).toEqual({
        status: 503,
        headers: { "content-type": "text/plain", "retry-after": "5" },
        body: "credentials_unavailable",
      });
      expect(inbox.records).toEqual([]);
      expect(log.lines).toEqual([
        {
          level: "error",
          details: { code: "credentials_unavailable", cause: "RangeError" },
          message: expect.stringContaining("the appSecret function failed"),
        },
      ]);
    },
  );

  test("a function that takes a second is in time, one that takes longer is not: 503", async () => {
    const slow = (delayMs: number): AppSecret => {
      return () => new Promise((resolve) => setTimeout(() => resolve("right"), delayMs));
    };
    const inTime = receiverUnderTest({ appSecret: slow(999) });
    const tooLate = receiverUnderTest({ appSecret: slow(1_001) });
    const answers = Promise.all([
      inTime.receive(signedPost(BODY, "right")),
      tooLate.receive(signedPost(BODY, "right")),
    ]);
    await vi.advanceTimersByTimeAsync(1_001);
    expect((await answers).map(({ status }) => status)).toEqual([200, 503]);
    expect(tooLate.log.lines[0]).toMatchObject({
      level: "error",
      details: { code: "credentials_unavailable", cause: "TimeoutError" },
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a function that never answers hangs no request", async () => {
    const { receive } = receiverUnderTest({ appSecret: () => never });
    const answer = receive(signedPost());
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await answer).status).toBe(503);
  });

  test.each([
    ["an empty text", ""],
    ["an empty list", []],
    ["a list with a hole", ["right", ""]],
    ["white space around it", " right"],
    ["a tenant without a secret", { tenant: "acme" }],
    ["a tenant with an empty secret", { secret: "", tenant: "acme" }],
    ["a tenant without a name", { secret: "right", tenant: "" }],
    ["a tenant whose name is no text", { secret: "right", tenant: 5 }],
    ["accounts that are no list", { secret: "right", accounts: "800000000000001" }],
    ["accounts that are no texts", { secret: "right", accounts: ["800000000000001", 5] }],
    ["a number", 5],
    ["a boolean", true],
  ])("a function that answers with %s lets nothing in: 503", async (_what, answer) => {
    const { receive, inbox } = receiverUnderTest({ appSecret: () => answer as string });
    for (const secret of ["", "right", "undefined", "5", "true"])
      expect((await receive(signedPost(BODY, secret))).status).toBe(503);
    expect(inbox.records).toEqual([]);
  });
});

describe("the verify token", () => {
  const at = (token: string) => handshake({ "hub.verify_token": token });

  test.each<[string, VerifyToken]>([
    ["one", "right"],
    ["several", ["old", "right"]],
    ["a function", () => "right"],
    ["a function that gives several", () => ["old", "right"]],
    ["an async function", async () => ["right"]],
  ])("may be %s", async (_form, verifyToken) => {
    const { receive } = receiverUnderTest({ verifyToken });
    expect((await receive(at("right"))).status).toBe(200);
    expect((await receive(at("wrong"))).status).toBe(403);
  });

  test("is asked for with the request", async () => {
    const { receive } = receiverUnderTest({ verifyToken: ({ params }) => params.tenant });
    expect((await receive({ ...at("acme"), params: { tenant: "acme" } })).status).toBe(200);
    expect((await receive({ ...at("acme"), params: { tenant: "else" } })).status).toBe(403);
  });

  test.each<[string, VerifyToken, number, string]>([
    ["undefined: nobody knows this request", () => undefined, 401, "credentials_unknown"],
    ["a rejection", () => Promise.reject(new Error("no")), 503, "credentials_unavailable"],
    [
      "an empty text, which must not match an empty token",
      () => "",
      503,
      "credentials_unavailable",
    ],
  ])("a function may answer with %s", async (_what, verifyToken, status, code) => {
    const { receive } = receiverUnderTest({ verifyToken });
    expect(await receive(at(""))).toMatchObject({ status, body: code });
  });

  test("a function that takes more than a second: 503", async () => {
    const { receive } = receiverUnderTest({ verifyToken: () => never });
    const answer = receive(handshake());
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await answer).toMatchObject({ status: 503, body: "credentials_unavailable" });
  });
});

describe("a secret or token that can never work is an error at creation, which says what to set", () => {
  test.each([
    ["appSecret", undefined],
    ["appSecret", null],
    ["appSecret", ""],
    ["appSecret", []],
    ["appSecret", ["", "right"]],
    ["appSecret", 5],
    ["appSecret", { secret: "right" }],
    ["appSecret", " right"],
    ["appSecret", "right\n"],
    ["verifyToken", undefined],
    ["verifyToken", ""],
    ["verifyToken", [TOKEN, undefined]],
    ["verifyToken", `${TOKEN} `],
  ])("%s: %j", (option, value) => {
    const create = (): unknown => receiverUnderTest({ [option]: value as string });
    expect(create).toThrow(
      expect.objectContaining({
        name: "WebhookError",
        code: "option_invalid",
        status: undefined,
        message: expect.stringMatching(
          new RegExp(`^option_invalid: ${option} (is missing or empty|has white space around it)`),
        ),
      }),
    );
    if (typeof value === "string" && value.trim() !== "") expect(create).not.toThrow(value.trim());
  });
});
