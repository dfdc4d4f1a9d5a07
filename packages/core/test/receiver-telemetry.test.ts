import { expect, test } from "vitest";
import type { WebhookRequest } from "../src/http.ts";
import { harmlessTelemetry } from "../src/telemetry/harmless-telemetry.ts";
import type { Answer } from "../src/telemetry/telemetry.ts";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { BODY, handshake, post, signature, signedPost } from "./support/requests.ts";

const PASSWORD = "Basic d2E6c2VzYW1l";

const untyped = (): never => {
  throw new Error("no secrets today");
};

async function toldOf(
  request: WebhookRequest,
  options: Parameters<typeof receiverUnderTest>[0] = {},
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const telemetry = harmlessTelemetry({
    receiving: () => ({ answered: (answer) => answers.push(answer) }),
  });
  await receiverUnderTest({ ...options, telemetry }).receive(request);
  return answers;
}

test.each<[string, WebhookRequest, Parameters<typeof receiverUnderTest>[0]]>([
  ["handshake_malformed", handshake({ "hub.mode": undefined }), {}],
  ["handshake_rejected", handshake({ "hub.verify_token": "guess" }), {}],
  ["signature_missing", post(BODY), {}],
  ["signature_malformed", post(BODY, { "x-hub-signature-256": "sha256=" }), {}],
  ["signature_mismatch", signedPost(BODY, "forged"), {}],
  ["credentials_unknown", signedPost(), { appSecret: () => undefined }],
  ["credentials_unavailable", signedPost(), { appSecret: untyped }],
  ["on_premises_rejected", post(BODY), { onPremises: { authorization: PASSWORD } }],
])("%s: whose request it was nobody knows", async (code, request, options) => {
  expect(await toldOf(request, options)).toMatchObject([{ code, isUnverified: true }]);
});

test.each<[string | undefined, number, WebhookRequest]>([
  [undefined, 200, signedPost()],
  [undefined, 200, handshake()],
  ["method_not_allowed", 405, { ...post(BODY), method: "PUT" }],
  ["body_lost", 500, post({ kind: "lost", hint: "" }, { "x-hub-signature-256": signature(BODY) })],
])("%s, %i: that is another matter", async (code, status, request) => {
  expect(await toldOf(request)).toEqual([{ status, code, isUnverified: false }]);
});
