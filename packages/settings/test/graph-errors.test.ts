import { describe, expect, test } from "vitest";
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
import { errorFrom } from "./support/on-premises.ts";

const graph = useGraph();
const override = { override_callback_uri: "https://tenant.example.com/hook", verify_token: "word" };

describe("errors of Graph", () => {
  test("have code, title, details, type, subcode and trace", async () => {
    graph.answer(`POST ${ACCOUNT}`, {
      status: 400,
      body: graphError(100, "(#100) Before override the current callback uri …", {
        code: "100",
        error_subcode: "33",
        error_data: { details: "Subscribe first" },
      }),
    });
    const error = await errorFrom(cloud(graph).accounts.setOverride(wabaId, override));
    expect(error).toMatchObject({
      code: "api_error",
      status: 400,
      platformCode: 100,
      title: "(#100) Before override the current callback uri …",
      details: "Subscribe first",
    });
    expect(error.errors[0]).toMatchObject({
      type: "OAuthException",
      error_subcode: 33,
      fbtrace_id: "AbCdEfGhIjK",
    });
    expect(error.message).toContain("POST /{waba-id}/subscribed_apps was answered 400: 100");
    expect(error.advice).toContain("subscribed to the account first");
  });

  test.each([
    [401, 190, "access token"],
    [403, 200, "permission"],
    [400, 2200, "handshake"],
    [404, 9999, "id and the version"],
  ])("%i with %i says what to do", async (status, code, words) => {
    graph.answer(`GET ${APP}`, { status, body: graphError(code, "No") });
    const error = await errorFrom(cloud(graph).apps.subscriptions(appId));
    expect(error).toMatchObject({
      status,
      platformCode: code,
      advice: expect.stringContaining(words),
    });
  });

  test.each([["false"], [false]])("success: %j in a 200 is an error", async (value) => {
    graph.answer(`POST ${ACCOUNT}`, { body: { success: value } });
    const error = await errorFrom(cloud(graph).accounts.subscribe(wabaId));
    expect(error).toMatchObject({ code: "api_error", status: 200 });
    expect(error.message).toContain("without success");
  });

  test.each([["true"], [true]])("success: %j is success", async (value) => {
    graph.answer(`POST ${ACCOUNT}`, { body: { success: value } });
    await cloud(graph).accounts.subscribe(wabaId);
  });

  test.each([
    ["a page in HTML", { body: "<html>" }],
    ["null", { body: null }],
    ["a list", { body: [] }],
    ["a redirect", { status: 301, headers: { location: "https://example.com" } }],
    ["a page for 404", { status: 404, body: "<html>" }],
  ])("%s is not Graph's", async (_, answer) => {
    graph.answer(`GET ${ACCOUNT}`, answer);
    const error = await errorFrom(cloud(graph).accounts.subscribedApps(wabaId));
    expect(error.code).toBe("answer_unreadable");
  });

  test.each([
    ["the JSON of another service", { status: "ok" }],
    ["an empty object", {}],
    ["success in other words", { success: "done", data: null, id: null }],
  ])("%s is not Graph's, for any call", async (_, body) => {
    for (const path of [APP, ACCOUNT, NUMBER])
      for (const method of ["GET", "POST", "DELETE"]) graph.answer(`${method} ${path}`, { body });
    const { apps, accounts, numbers } = cloud(graph);
    const { override_callback_uri: callback_url, verify_token } = override;
    const calls = [
      apps.subscribe(appId, { callback_url, verify_token, fields: ["messages"] }),
      apps.subscriptions(appId),
      apps.unsubscribe(appId),
      accounts.subscribe(wabaId),
      accounts.subscribedApps(wabaId),
      accounts.unsubscribe(wabaId),
      accounts.setOverride(wabaId, override),
      numbers.callbacks(phoneNumberId),
      numbers.setOverride(phoneNumberId, override),
      numbers.removeOverride(phoneNumberId),
    ];
    for (const error of await Promise.all(calls.map(errorFrom)))
      expect(error).toMatchObject({
        code: "answer_unreadable",
        status: 200,
        advice: expect.stringContaining("baseUrl"),
      });
  });

  test("what passes is tried again, except a POST", async () => {
    const body = graphError(2, "Service temporarily unavailable");
    const answers = [
      { status: 500, body },
      { status: 429, body },
      { body: { data: [], success: true } },
    ];
    graph.answer(`GET ${ACCOUNT}`, ...answers).answer(`DELETE ${ACCOUNT}`, ...answers);
    graph.answer(`POST ${ACCOUNT}`, ...answers);
    const { accounts } = cloud(graph);
    await accounts.subscribedApps(wabaId);
    await accounts.unsubscribe(wabaId);
    const error = await errorFrom(accounts.subscribe(wabaId));
    expect(error).toMatchObject({ code: "api_error", status: 500, platformCode: 2 });
    expect(graph.of(`GET ${ACCOUNT}`)).toHaveLength(3);
    expect(graph.of(`DELETE ${ACCOUNT}`)).toHaveLength(3);
    expect(graph.of(`POST ${ACCOUNT}`)).toHaveLength(1);
  });
});
