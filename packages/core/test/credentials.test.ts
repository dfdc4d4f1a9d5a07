import { describe, expect, test } from "vitest";
import {
  authorizationsOf,
  lookUp,
  onPremisesAuth,
  secretResolver,
  tokenResolver,
} from "../src/credentials.ts";
import type { RequestHead } from "../src/http.ts";
import { signedRequest } from "./support/notifications.ts";

const request: RequestHead = signedRequest({});
const unusable = (words: string): object =>
  expect.objectContaining({
    code: "credentials_unavailable",
    message: expect.stringContaining(words),
  });

describe("a secret function", () => {
  const resolve = (answer: unknown) => secretResolver((() => answer) as never)(request);

  test("that answers a bare secret says nothing of a tenant", async () => {
    expect(await resolve("s")).toStrictEqual({ secrets: ["s"], auth: { kind: "signature" } });
    expect(await resolve(["s", "t"])).toStrictEqual({
      secrets: ["s", "t"],
      auth: { kind: "signature" },
    });
  });

  test.each<[string, unknown, string]>([
    ["a number", 5, "the appSecret function"],
    ["an empty secret", { secret: "" }, "the appSecret function"],
    [
      "a tenant that is no text",
      { secret: "s", tenant: 5 },
      "the tenant that the appSecret function",
    ],
    [
      "accounts that are no list",
      { secret: "s", accounts: "1" },
      "the accounts that the appSecret",
    ],
  ])("that answers %s is told so", async (_what, answer, words) => {
    await expect(resolve(answer)).rejects.toEqual(unusable(words));
  });

  test("is told what was wrong with its answer, as the cause", async () => {
    await expect(resolve("")).rejects.toHaveProperty(
      "cause.message",
      expect.stringMatching(/what the appSecret function answered is missing or empty\. $/),
    );
  });
});

describe("an error names the function that failed", () => {
  const fail = (): never => {
    throw new Error("no");
  };
  test.each<[string, () => unknown]>([
    ["appSecret", () => secretResolver(fail)(request)],
    ["verifyToken", () => tokenResolver(fail)(request)],
    ["verifyToken", () => tokenResolver(() => "")(request)],
    ["onPremises.tenant", () => onPremisesAuth({ authorization: "x", tenant: fail }, request)],
    ["onPremises.account", () => onPremisesAuth({ authorization: "x", account: fail }, request)],
    ["x", () => lookUp("x", fail)],
  ])("%s", async (name, ask) => {
    await expect(ask()).rejects.toEqual(unusable(`the ${name} function`));
  });
});

test("of what the account function answered the ids travel with the record, and nothing else", async () => {
  const row = { phoneNumberId: "1001", wabaId: null, accessToken: "a token" };
  const account = () => row as { phoneNumberId: string };
  const auth = await onPremisesAuth({ authorization: "x", account }, request);
  expect(auth).toStrictEqual({ kind: "on-premises", account: { phoneNumberId: "1001" } });
});

test.each([
  ["a text", "1001"],
  ["a number as an id", { phoneNumberId: 1001 }],
])("an account function that answers %s is told", async (_what, answer) => {
  const account = () => answer as never;
  await expect(onPremisesAuth({ authorization: "x", account }, request)).rejects.toEqual(
    unusable("the onPremises.account function answered something other than an object with"),
  );
});

test("an On-Premises record says of account and tenant what is known, and no more", async () => {
  const none = await onPremisesAuth({ authorization: "x" }, request);
  expect(none).toStrictEqual({ kind: "on-premises" });
});

test.each<[string, () => unknown, string]>([
  [
    "onPremises that is null",
    () => authorizationsOf(null as never),
    "onPremises must be an object",
  ],
  [
    "an empty authorization",
    () => authorizationsOf({ authorization: "" }),
    "Set it to the whole header value",
  ],
  ["no verify token", () => tokenResolver(undefined), "beside the callback URL"],
  ["no app secret", () => secretResolver(undefined), "the Meta app's App Secret"],
])("%s is refused, and what to do is told", (_what, create, words) => {
  expect(create).toThrow(
    expect.objectContaining({ code: "option_invalid", message: expect.stringContaining(words) }),
  );
});
