import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createReceiver } from "../src/receiver.ts";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { recordingInbox } from "./support/recording-inbox.ts";
import { BODY, handshake, post, SECRET, signedPost, TOKEN } from "./support/requests.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 1_795_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const forged = signedPost(BODY, "forged");
const unsigned = post(BODY);
const sha1Only = post(BODY, { "x-hub-signature": "sha1=0" });

describe("what strangers can cause is logged once a minute for each cause", () => {
  test("the first time at once, then nothing, then once more with how many were left out", async () => {
    const { receive, log } = receiverUnderTest();
    for (let i = 0; i < 1_000; i++) await receive(forged);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]?.details).toEqual({ code: "signature_mismatch" });

    vi.advanceTimersByTime(59_999);
    await receive(forged);
    expect(log.lines).toHaveLength(1);

    vi.advanceTimersByTime(1);
    await receive(forged);
    expect(log.lines).toHaveLength(2);
    expect(log.lines[1]?.details).toEqual({ code: "signature_mismatch", suppressed: 1_000 });
    expect(log.lines[1]?.message).toBe(log.lines[0]?.message);
  });

  test("and its cause is looked for no more often, as that takes time", async () => {
    const bytes = new Uint8Array(Buffer.from(BODY));
    const looked = vi.spyOn(bytes, "some");
    const { receive } = receiverUnderTest();
    for (let i = 0; i < 3; i++) await receive(signedPost(bytes, "forged"));
    expect(looked).toHaveBeenCalledTimes(1);
  });

  test("a minute stays one when the clock is set back", async () => {
    const { receive, log } = receiverUnderTest();
    await receive(forged);
    vi.setSystemTime(Date.now() - 3_600_000);
    vi.advanceTimersByTime(60_000);
    await receive(forged);
    expect(log.lines).toHaveLength(2);
  });

  test("after a quiet minute nothing counts as left out", async () => {
    const { receive, log } = receiverUnderTest();
    await receive(forged);
    vi.advanceTimersByTime(60_000);
    await receive(forged);
    expect(log.lines.map(({ details }) => details)).toEqual([
      { code: "signature_mismatch" },
      { code: "signature_mismatch" },
    ]);
  });

  test("causes with codes of their own do not silence each other", async () => {
    const { receive, log } = receiverUnderTest();
    const put = { ...unsigned, method: "PUT" };
    for (let i = 0; i < 3; i++)
      for (const request of [forged, unsigned, put]) await receive(request);
    expect(log.lines.map(({ details }) => details.code)).toEqual([
      "signature_mismatch",
      "signature_missing",
      "method_not_allowed",
    ]);
  });

  test("a scanner without any signature does not hide that the platform's is of the old kind", async () => {
    const { receive, log } = receiverUnderTest();
    for (let i = 0; i < 3; i++) for (const request of [unsigned, sha1Only]) await receive(request);
    expect(log.lines).toHaveLength(2);
    expect(log.lines[1]?.message).toContain("SHA-1");
  });

  test("a handshake that is tried again is told what is wrong now", async () => {
    const { receive, log } = receiverUnderTest();
    const attempts = [
      { "hub.verify_token": "guess" },
      { "hub.verify_token": "another guess" },
      { "hub.verify_token": `${TOKEN} ` },
      { "hub.verify_token": undefined },
      { "hub.challenge": undefined },
    ];
    for (const query of attempts) await receive(handshake(query));
    expect(log.lines.map(({ message }) => message.split("refused: ")[1])).toEqual([
      "hub.verify_token is not ours (5 characters came; ours has 16).",
      "hub.verify_token differs from ours by white space around it.",
      "hub.verify_token is missing.",
      "hub.challenge is missing.",
    ]);
  });

  test("strangers cannot make it remember ever more causes", async () => {
    const { receive, log } = receiverUnderTest();
    for (let i = 1; i < 200; i++) {
      await receive({ ...unsigned, method: `M${"x".repeat(i)}` });
      await receive(handshake({ "hub.verify_token": "x".repeat(i + TOKEN.length) }));
      await receive(post("x".repeat(i), { "x-hub-signature-256": `sha256=${"0".repeat(64)}` }));
    }
    expect(log.lines).toHaveLength(3);
  });

  test("a clock that ticks between diagnosis and log leaves no empty line", async () => {
    const { receive, log } = receiverUnderTest();
    await receive(forged);
    const now = vi.spyOn(Date, "now");
    now.mockReturnValueOnce(Date.now() + 59_999).mockReturnValue(1_795_000_060_000);
    await receive(forged);
    now.mockRestore();
    for (const { message } of log.lines) expect(message).toMatch(/the signature does not match/);
  });
});

describe("the level tells whose trouble it is", () => {
  test.each([
    ["a forged notification", forged, "warn"],
    ["an unsigned one", unsigned, "warn"],
    ["a wrong handshake", handshake({ "hub.verify_token": "guess" }), "warn"],
    [
      "a lost body",
      post({ kind: "lost", hint: "" }, { "x-hub-signature-256": `sha256=${"0".repeat(64)}` }),
      "error",
    ],
  ])("%s: %s", async (_what, request, level) => {
    const { receive, log } = receiverUnderTest();
    await receive(request);
    expect(log.lines.map((line) => line.level)).toEqual([level]);
  });

  test("a good notification is not logged at all", async () => {
    const { receive, log } = receiverUnderTest();
    await receive(signedPost());
    expect(log.lines).toEqual([]);
  });
});

test("a logger that throws changes no answer", async () => {
  const broken = (): never => {
    throw new Error("log file is gone");
  };
  const { receive } = createReceiver({
    appSecret: SECRET,
    verifyToken: TOKEN,
    bodyLimitBytes: 1_000,
    readTimeoutMs: 1_000,
    unverifiedLimitBytes: 1_000,
    logger: { debug: broken, info: broken, warn: broken, error: broken },
    inbox: recordingInbox(),
    onArrival() {},
  });
  expect((await receive(handshake())).status).toBe(200);
  expect((await receive(signedPost())).status).toBe(200);
  expect((await receive(forged)).status).toBe(401);
  expect((await receive(unsigned)).status).toBe(401);
});
