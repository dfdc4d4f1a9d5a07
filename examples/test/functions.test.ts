import { beforeAll, describe, expect, test, vi } from "vitest";
import { handlesSigned, refusesOthers, shakesHands } from "./support/platform.ts";
import { fixture, type Started, settings, sign, startScript, urlOf } from "./support/start.ts";

describe("AWS Lambda", () => {
  let app: Started;
  let url: string;

  beforeAll(async () => {
    app = startScript("example:lambda", settings);
    url = await urlOf(app);
  });

  test("shakes hands", () => shakesHands(url));
  test("answers 401 to what another secret signed", () => refusesOthers(url, app));
  test("answers 200 to a signed notification, and the handlers run", () => handlesSigned(url, app));

  test.each([
    ["text", "utf8"],
    ["base64", "base64"],
  ] as const)(
    "of a body in %s the handlers have run when the answer comes",
    async (_, encoding) => {
      vi.resetModules();
      for (const [name, value] of Object.entries({ ...settings, WHATSAPP_INBOX: "inline" }))
        vi.stubEnv(name, value);
      vi.spyOn(console, "error").mockReturnValue();
      const log = vi.spyOn(console, "log").mockReturnValue();
      const { handler } = await import("../lambda/handler.ts");
      // Beyond ASCII: the signature is over the bytes.
      const body = fixture("messages/text-now");
      const answer = await handler({
        ...event,
        headers: sign(body),
        body: Buffer.from(body).toString(encoding),
        isBase64Encoded: encoding === "base64",
      });
      expect(answer).toMatchObject({ statusCode: 200, body: "" });
      expect(log).toHaveBeenCalledWith(expect.stringContaining('"name":"message.text"'));
    },
  );
});

/** As a function URL gives it. */
const event = {
  version: "2.0",
  routeKey: "$default",
  rawPath: "/webhooks/whatsapp",
  rawQueryString: "",
  requestContext: {
    accountId: "anonymous",
    apiId: "example",
    domainName: "example.lambda-url.eu-central-1.on.aws",
    domainPrefix: "example",
    http: {
      method: "POST",
      path: "/webhooks/whatsapp",
      protocol: "HTTP/1.1",
      sourceIp: "192.0.2.1",
      userAgent: "facebookexternalua",
    },
    requestId: "example",
    routeKey: "$default",
    stage: "$default",
    time: "08/Mar/2026:16:37:08 +0000",
    timeEpoch: 1_772_987_828_000,
  },
};
