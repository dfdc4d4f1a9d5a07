import fc from "fast-check";
import { expect, test } from "vitest";
import { errorCodes } from "../src/errors.ts";
import type { RequestBody } from "../src/http.ts";
import { failing, inChunks, nodeStream, stalled } from "./support/body-streams.ts";
import { FUZZ_TIMEOUT_MS, runs } from "./support/fuzz.ts";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { post, SECRET, signature, signedPost, signedStream, TOKEN } from "./support/requests.ts";

const LIMIT = 300;

/** Any text of UTF-16 units, lone surrogates among them. */
const anyText = fc.string({
  unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)),
  maxLength: 40,
});
const bytes = fc.uint8Array({ maxLength: LIMIT * 2 });

const weighted = <T>(...all: [number, fc.Arbitrary<T>][]): fc.Arbitrary<T> =>
  fc.oneof(...all.map(([weight, arbitrary]) => ({ weight, arbitrary })));

const method = weighted(
  [16, fc.constant("POST")],
  [4, fc.constant("GET")],
  [1, fc.constantFrom("PUT", "HEAD", "OPTIONS", "post", "")],
  [1, anyText],
);

const query = (right: string): fc.Arbitrary<string[]> =>
  weighted(
    [6, fc.constant([right])],
    [
      1,
      fc.array(fc.oneof(fc.constantFrom(right, "", "%", "%FF", "%E0%A4%A"), anyText), {
        maxLength: 3,
      }),
    ],
  );
const url = weighted(
  [
    4,
    fc
      .tuple(query("subscribe"), query(TOKEN), query("4711"))
      .map(([modes, tokens, challenges]) =>
        [
          ...modes.map((value) => `hub.mode=${value}`),
          ...tokens.map((value) => `hub.verify_token=${value}`),
          ...challenges.map((value) => `hub.challenge=${value}`),
        ].join("&"),
      )
      .map((search) => `/webhooks?${search}`),
  ],
  [1, fc.webUrl({ withQueryParameters: true, withFragments: true })],
  [1, anyText],
);

const signatureForm = fc.stringMatching(/^sha256=[0-9a-fA-F]{64}$/);
const length = fc.constantFrom("", "0", "-1", "299", "999999999999", "1e400", "NaN");
const headers: fc.Arbitrary<Record<string, string>> = fc
  .record(
    {
      "x-hub-signature-256": weighted(
        [8, signatureForm],
        [1, fc.stringMatching(/^sha(1|256)=[0-9a-f]{0,70}$/)],
        [1, anyText],
      ),
      "x-hub-signature": fc.stringMatching(/^sha1=[0-9a-f]{40}$/),
      authorization: weighted([4, fc.constant("Basic right")], [1, anyText]),
      "content-length": fc.oneof(length, anyText),
      "content-encoding": weighted(
        [4, fc.constant("identity")],
        [1, fc.constant("gzip")],
        [1, anyText],
      ),
      "transfer-encoding": fc.constant("chunked"),
    },
    { requiredKeys: [] },
  )
  .chain((all) => fc.subarray(Object.entries(all)).map((some) => Object.fromEntries(some)));

const body: fc.Arbitrary<() => RequestBody> = fc.oneof(
  bytes.map((all) => () => ({ kind: "bytes" as const, bytes: all })),
  bytes.map((all) => () => ({ kind: "bytes" as const, bytes: all, decoded: true })),
  anyText.map((hint) => () => ({ kind: "lost" as const, hint })),
  fc
    .tuple(bytes, fc.integer({ min: 1, max: 100 }), fc.constantFrom(inChunks, nodeStream))
    .map(([all, size, streamOf]) => () => ({
      kind: "stream" as const,
      stream: streamOf(all, size),
    })),
  bytes.map((all) => () => ({
    kind: "stream" as const,
    stream: failing(all, new Error("reset")),
  })),
  bytes.map((all) => () => ({ kind: "stream" as const, stream: stalled(all) })),
  fc.anything().map((chunk) => () => ({
    kind: "stream" as const,
    stream: (async function* () {
      yield chunk as Uint8Array;
    })(),
  })),
);

const documented = new Set<number>([200]);
for (const row of Object.values(errorCodes)) if ("status" in row) documented.add(row.status);

test(
  "whatever is requested, the answer comes, and is one of the documented ones",
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.record({ method, url, headers, body }),
        fc.boolean(),
        async (request, letsOnPremisesIn) => {
          const { receive, inbox } = receiverUnderTest({
            bodyLimitBytes: LIMIT,
            readTimeoutMs: 5,
            unverifiedLimitBytes: LIMIT * 2,
            ...(letsOnPremisesIn ? { onPremises: { authorization: "Basic right" } } : {}),
          });
          const response = await receive({
            ...post(request.body(), request.headers, request.url),
            method: request.method,
          });
          seen.add(response.status === 200 ? request.method : response.body);
          expect(documented).toContain(response.status);
          if (response.body !== "") expect(response.headers["content-type"]).toBe("text/plain");
          expect("retry-after" in response.headers).toBe(response.status === 503);
          if (response.status !== 200) {
            expect(Object.keys(errorCodes)).toContain(response.body);
            expect(response.body).not.toBe("receiver_failed");
            expect(inbox.records).toEqual([]);
          } else if (request.method === "GET") {
            expect(request.url).toContain(TOKEN);
            expect(inbox.records).toEqual([]);
          } else {
            expect(request.method).toBe("POST");
            expect(inbox.records).toHaveLength(1);
            const { authorization, ...others } = request.headers;
            // Nothing here can sign: only the On-Premises password opens, and only without any signature header.
            expect(letsOnPremisesIn && authorization).toBe("Basic right");
            expect(Object.keys(others)).not.toContain("x-hub-signature-256");
            expect(Object.keys(others)).not.toContain("x-hub-signature");
            expect(inbox.records[0]?.auth.kind).toBe("on-premises");
          }
        },
      ),
      runs(2_000),
    );
    // Had these not come up, the requests would not be as arbitrary as they should be.
    expect([...seen]).toEqual(
      expect.arrayContaining([
        "GET",
        "POST",
        "method_not_allowed",
        "handshake_malformed",
        "handshake_rejected",
        "signature_missing",
        "signature_malformed",
        "signature_mismatch",
        "on_premises_rejected",
        "body_aborted",
        "body_timeout",
        "body_too_large",
        "body_encoded",
        "body_lost",
      ]),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  "any bytes that are signed are answered 200 and kept as they are",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: LIMIT, size: "max" }), async (all) => {
        const { receive, inbox, log } = receiverUnderTest({ bodyLimitBytes: LIMIT });
        expect((await receive(signedPost(all))).status).toBe(200);
        expect((await receive(signedStream(all, inChunks(all, 7)))).status).toBe(200);
        expect((await receive(signedStream(all, nodeStream(all, 11)))).status).toBe(200);
        for (const record of inbox.records) expect(Buffer.from(record.body).equals(all)).toBe(true);
        expect(new Set(inbox.records.map(({ id }) => id)).size).toBe(1);
        expect(log.lines).toEqual([]);
      }),
      runs(300),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  "no other bytes pass with the signature of some bytes",
  async () => {
    const { receive, inbox } = receiverUnderTest();
    await fc.assert(
      fc.asyncProperty(bytes, bytes, async (signed, sent) => {
        fc.pre(!Buffer.from(signed).equals(sent));
        const request = post(sent, { "x-hub-signature-256": signature(signed, SECRET) });
        expect((await receive(request)).status).toBe(401);
      }),
      runs(500),
    );
    expect(inbox.records).toEqual([]);
  },
  FUZZ_TIMEOUT_MS,
);

test("a challenge goes back untouched, whatever it is", async () => {
  const { receive } = receiverUnderTest();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", minLength: 1 }), async (challenge) => {
      const query = new URLSearchParams({
        "hub.mode": "subscribe",
        "hub.challenge": challenge,
        "hub.verify_token": TOKEN,
      });
      const request = { ...post("", {}, `/hook?${query}`), method: "GET" };
      expect(await receive(request)).toMatchObject({ status: 200, body: challenge });
    }),
  );
});
