import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OnPremisesOptions } from "../src/credentials.ts";
import type { WebhookRequest } from "../src/http.ts";
import { failing, inChunks } from "./support/body-streams.ts";
import { runs } from "./support/fuzz.ts";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { recordingInbox } from "./support/recording-inbox.ts";
import { handshake, post, signature, signedPost } from "./support/requests.ts";

/** What must never be seen again: each with a mark of its own, long enough not to occur by chance. */
const sensitive = fc.record({
  secret: fc.stringMatching(/^sec[0-9a-f]{16}$/),
  otherSecret: fc.stringMatching(/^sec[0-9a-f]{16}$/),
  token: fc.stringMatching(/^tok[\w!$%&*+=? -]{12}x$/),
  guess: fc.stringMatching(/^gue[\w!$%&*+=? -]{12}x$/),
  challenge: fc.stringMatching(/^cha[0-9]{12}$/),
  password: fc.stringMatching(/^Basic pas[0-9A-Za-z]{12}$/),
  phone: fc.stringMatching(/^49151[0-9]{8}$/),
  messageId: fc.stringMatching(/^wamid\.HB[0-9A-Za-z]{20}$/),
  text: fc.stringMatching(/^txt[a-z äöü🔑]{12}x$/u),
});
type Sensitive = typeof sensitive extends fc.Arbitrary<infer T> ? T : never;

const bodyOf = ({ phone, messageId, text }: Sensitive): string =>
  JSON.stringify({ messages: [{ id: messageId, from: phone, text: { body: text } }] });

/** An error as a database driver might write it: full of what it was given. */
const gossip = (all: Sensitive): Error => {
  const error = new Error(`could not write ${JSON.stringify(all)}`);
  error.stack = `Error: ${JSON.stringify(all)}`;
  return Object.assign(error, { detail: all, cause: all });
};

const headersOf = (all: Sensitive): Record<string, string> => ({
  authorization: all.password,
  "x-api-key": all.secret,
});

/** Every way a request can fail, and some that succeed. */
function requestsOf(all: Sensitive): WebhookRequest[] {
  const body = bodyOf(all);
  const signed = { ...headersOf(all), "x-hub-signature-256": signature(body, all.secret) };
  const url = `/hooks?phone=${all.phone}&token=${all.token}`;
  return [
    signedPost(body, all.secret),
    signedPost(body, all.otherSecret),
    post(body, headersOf(all), url),
    post(body, { ...signed, "x-hub-signature-256": `sha256=${all.secret}` }, url),
    post(body, { "x-hub-signature": `sha1=${all.secret}` }, url),
    post({ kind: "bytes", bytes: Buffer.from(`${body} `), decoded: true }, signed),
    post({ kind: "stream", stream: inChunks(body.repeat(40), 100) }, signed),
    post({ kind: "stream", stream: failing(body, gossip(all)) }, signed),
    post({ kind: "stream", stream: inChunks(body, 9) }, { ...signed, "content-encoding": "gzip" }),
    { ...post(body, signed, url), method: "PUT" },
    handshake({ "hub.verify_token": all.token, "hub.challenge": undefined }),
    handshake({ "hub.verify_token": all.guess, "hub.challenge": all.challenge }),
    handshake({ "hub.verify_token": ` ${all.token}`, "hub.challenge": all.challenge }),
    handshake({ "hub.verify_token": all.guess }, `&hub.verify_token=${all.token}`),
    handshake({ "hub.mode": all.guess, "hub.challenge": all.challenge }),
  ];
}

function expectNothingOf(all: Sensitive, seen: string): void {
  for (const [name, value] of Object.entries(all)) {
    for (const form of [value, encodeURIComponent(value), value.slice(3, -1), value.slice(0, 11)])
      expect(seen.includes(form), `${name} in: ${seen}`).toBe(false);
  }
}

const failures: [string, (all: Sensitive) => Parameters<typeof receiverUnderTest>[0]][] = [
  [
    "with secrets in the options",
    (all) => ({ appSecret: [all.secret, all.otherSecret.repeat(2)] }),
  ],
  [
    "with functions that throw",
    (all) => ({
      appSecret: () => Promise.reject(gossip(all)),
      verifyToken: () => {
        throw gossip(all);
      },
    }),
  ],
  [
    "with functions that throw texts",
    (all) => ({ appSecret: () => Promise.reject(JSON.stringify(all)) }),
  ],
  [
    "with functions that answer wrongly",
    (all) => ({ appSecret: () => ` ${all.secret}`, verifyToken: () => [all.token, ""] }),
  ],
  [
    "with an inbox that fails",
    (all) => ({ inbox: recordingInbox(() => Promise.reject(gossip(all))) }),
  ],
  ["with On-Premises passwords", (all) => ({ onPremises: { authorization: `${all.password}x` } })],
  [
    "with an On-Premises check that throws",
    (all) => ({ onPremises: { verify: () => Promise.reject(gossip(all)) } }),
  ],
  [
    "with an account function that throws",
    (all) => ({
      onPremises: { authorization: all.password, account: () => Promise.reject(gossip(all)) },
    }),
  ],
];

describe("no secret, token, number, id or payload is in a log or an answer", () => {
  test.each(failures)("%s", async (_what, optionsOf) => {
    await fc.assert(
      fc.asyncProperty(sensitive, async (all) => {
        const seen: string[] = [];
        for (const request of requestsOf(all)) {
          // A receiver for each, so that no line is left out for having been written before.
          const { receive, log } = receiverUnderTest({
            appSecret: all.secret,
            verifyToken: all.token,
            bodyLimitBytes: 2_000,
            ...optionsOf(all),
          });
          const response = await receive(request);
          seen.push(JSON.stringify(response), log.text());
        }
        expectNothingOf(all, seen.join("\n"));
      }),
      runs(15),
    );
  });

  test("nor in an error at creation", () => {
    fc.assert(
      fc.property(sensitive, (all) => {
        const wrong = [
          { appSecret: ` ${all.secret}` },
          { appSecret: [all.secret, ""] },
          { verifyToken: `${all.token}\t` },
          { onPremises: { authorization: `${all.password} ` } },
          { onPremises: { verify: all.password } as unknown as OnPremisesOptions },
        ];
        for (const options of wrong) {
          let message = "nothing was thrown";
          try {
            receiverUnderTest(options);
          } catch (error) {
            message = `${(error as Error).stack}`;
          }
          expect(message).toContain("option_invalid");
          expectNothingOf(all, message);
        }
      }),
    );
  });
});
