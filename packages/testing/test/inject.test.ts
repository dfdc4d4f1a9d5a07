import { createWebhooks, type RequestHead } from "@whatsapp-webhooks/core";
import { describe, expect, test } from "vitest";
import {
  authorized,
  fixtureNames,
  inject,
  loadFixture,
  notification,
  onPremises,
  signed,
} from "../src/index.ts";

const SECRET = "the secret of these tests";
const logger = { debug() {}, info() {}, warn() {}, error() {} };

describe("inject", () => {
  test("runs the handlers of a notification without a server", async () => {
    const webhooks = createWebhooks({ appSecret: SECRET, verifyToken: "t", logger });
    const texts: string[] = [];
    webhooks.on("message.text", (event) => texts.push(event.data.text.body));
    const response = await inject(webhooks, signed(notification({ text: "Hello" }), SECRET));
    await webhooks.idle();
    expect(response.status).toBe(200);
    expect(texts).toEqual(["Hello"]);
  });

  test("resolves with the refusal of a forged one", async () => {
    const webhooks = createWebhooks({ appSecret: SECRET, verifyToken: "t", logger });
    const response = await inject(webhooks, signed(notification(), "another secret"));
    expect(response).toMatchObject({ status: 401, body: "signature_mismatch" });
  });

  test("a signature that is given twice is refused, as from a server", async () => {
    const webhooks = createWebhooks({ appSecret: SECRET, verifyToken: "t", logger });
    const { body, headers } = signed(notification(), SECRET);
    const twice = { "x-hub-signature-256": "sha256=bad", ...headers };
    const response = await inject(webhooks, { body, headers: twice });
    expect(response).toMatchObject({ status: 401, body: "signature_malformed" });
  });

  test("resolves with the refusal of a header that no server lets through", async () => {
    const onPremisesOptions = { authorization: "Basic abc" };
    const webhooks = createWebhooks({
      appSecret: SECRET,
      verifyToken: "t",
      logger,
      onPremises: onPremisesOptions,
    });
    for (const authorization of ["Basic ключ", "Basic abc\n"]) {
      const response = await inject(webhooks, authorized(onPremises(), authorization));
      expect(response.status).toBe(401);
    }
    const { body, headers } = signed(notification(), SECRET);
    for (const odd of [{ "X-Name": "Zoë ✓" }, { "näme ": "x" }])
      expect(await inject(webhooks, { body, headers: { ...headers, ...odd } })).toMatchObject({
        status: 200,
      });
  });

  test("takes On-Premises notifications with their authorization", async () => {
    const onPremisesOptions = { authorization: "Basic abc" };
    const webhooks = createWebhooks({
      appSecret: SECRET,
      verifyToken: "t",
      logger,
      onPremises: onPremisesOptions,
    });
    const sources: string[] = [];
    webhooks.on("message", ({ source }) => sources.push(source));
    const response = await inject(webhooks, authorized(onPremises({ text: "Hi" }), "Basic abc"));
    await webhooks.idle();
    expect(response.status).toBe(200);
    expect(sources).toEqual(["on-premises"]);
  });

  test("what is unique is handled each time, whatever it is", async () => {
    const webhooks = createWebhooks({
      appSecret: SECRET,
      verifyToken: "t",
      logger,
      onPremises: { authorization: "Basic abc" },
    });
    // A profile is told of when it is new, whatever brings it.
    const isTold = (name: string): boolean => name !== "contact";
    const names: string[] = [];
    webhooks.on("*", ({ name }) => {
      if (isTold(name)) names.push(name);
    });
    for (const fixture of fixtureNames()) {
      const isOnPremises = fixture.startsWith("on-premises/");
      names.length = 0;
      for (let time = 0; time < 2; time++)
        await inject(
          webhooks,
          isOnPremises
            ? authorized(onPremises({ fixture, unique: true }), "Basic abc")
            : signed(notification({ fixture, unique: true }), SECRET),
        );
      await webhooks.idle();
      const once = loadFixture(fixture).events.filter(isTold);
      expect([...names].sort(), fixture).toEqual([...once, ...once].sort());
    }
  });

  test("shows secret functions the request that it stands for", async () => {
    const seen: RequestHead[] = [];
    const appSecret = (request: RequestHead): string => {
      seen.push(request);
      return SECRET;
    };
    const webhooks = createWebhooks({ appSecret, verifyToken: "t", logger });
    const request = signed(notification(), SECRET);
    await inject(webhooks, request, { url: "/wa/north?a=b", params: { tenant: "north" } });
    await inject(webhooks, request);
    expect(seen).toMatchObject([
      { method: "POST", url: "/wa/north?a=b", params: { tenant: "north" } },
      { method: "POST", url: "/webhooks/whatsapp", params: {} },
    ]);
    expect(seen[0]?.header("content-type")).toBe("application/json");
    expect(seen[0]?.header("x-none")).toBeUndefined();
  });
});
