import { timingSafeEqual } from "node:crypto";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { receiverUnderTest } from "../support/receiver-under-test.ts";
import { BODY, handshake, post, SECRET, signature, TOKEN } from "../support/requests.ts";

// Who guesses must not learn from how long the answer takes how much of the guess was right. Times cannot be tested; what
// can is that nothing but Node's comparison in constant time ever decides, always over as many bytes, always as often.

vi.mock("node:crypto", async (importOriginal) => {
  const crypto = await importOriginal<typeof import("node:crypto")>();
  return {
    ...crypto,
    timingSafeEqual: vi.fn((a: Buffer, b: Buffer) => crypto.timingSafeEqual(a, b)),
  };
});

const compared = vi.mocked(timingSafeEqual);
beforeEach(() => void compared.mockClear());

/** How many bytes each comparison went over. */
const comparisons = (): number[] =>
  compared.mock.calls.flatMap(([a, b]) => [a.byteLength, b.byteLength]);

const guessesAt = (secret: string): string[] => [
  "",
  "x",
  secret.slice(0, 1),
  secret.slice(0, -1),
  `${secret.slice(0, -1)}x`,
  `${secret}x`,
  "x".repeat(secret.length),
  "x".repeat(5_000),
];

describe("a guess is compared in constant time, however much of it is right", () => {
  test.each(guessesAt(TOKEN))("as the verify token: %j", async (guess) => {
    const { receive } = receiverUnderTest();
    expect((await receive(handshake({ "hub.verify_token": guess }))).status).toBe(403);
    // The second is for the log: white space around the right token.
    expect(comparisons()).toEqual([32, 32, 32, 32]);
  });

  test.each(guessesAt("Basic dGhlOnBhc3N3b3Jk"))(
    "as the On-Premises password: %j",
    async (guess) => {
      const { receive } = receiverUnderTest({
        onPremises: { authorization: "Basic dGhlOnBhc3N3b3Jk" },
      });
      expect((await receive(post(BODY, { authorization: guess }))).status).toBe(401);
      expect(comparisons()).toEqual([32, 32]);
    },
  );

  test.each([
    ["of zeros", `sha256=${"0".repeat(64)}`],
    ["right but for the last digit", signature(BODY).replace(/.$/, (d) => (d === "0" ? "1" : "0"))],
    [
      "right but for the first digit",
      signature(BODY).replace(/=./, (d) => (d === "=0" ? "=1" : "=0")),
    ],
  ])("as the signature: %s", async (_what, guess) => {
    const { receive } = receiverUnderTest({ appSecret: [SECRET, "another"] });
    expect((await receive(post(BODY, { "x-hub-signature-256": guess }))).status).toBe(401);
    expect(comparisons()).toEqual([32, 32, 32, 32]);
  });
});
