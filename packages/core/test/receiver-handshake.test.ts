import { describe, expect, test } from "vitest";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { get, handshake, TOKEN } from "./support/requests.ts";

const CHALLENGE = "1158201444";

describe("a handshake is accepted", () => {
  test("whatever the order of its parameters and whatever else the callback URL carries", async () => {
    const { receive } = receiverUnderTest();
    const url = `/hook?tenant=7&hub.verify_token=${TOKEN}&hub.challenge=${CHALLENGE}&x=1&hub.mode=subscribe`;
    expect(await receive(get(url))).toMatchObject({ status: 200, body: CHALLENGE });
  });

  test.each([
    ["a number with zeros in front", "000123"],
    ["a text", "abc-DEF_9.~"],
    ["blanks and signs", " a&b=c +%25 "],
    ["other scripts", "дружба 👋"],
    ["markup", "<script>alert(1)</script>"],
    ["line breaks", "a\r\nset-cookie: b"],
    ["two kilobytes", "7".repeat(2048)],
  ])("and the challenge comes back untouched: %s", async (_what, challenge) => {
    const { receive } = receiverUnderTest();
    expect(await receive(handshake({ "hub.challenge": challenge }))).toEqual({
      status: 200,
      headers: { "content-type": "text/plain", "x-content-type-options": "nosniff" },
      body: challenge,
    });
  });

  test("and the log says so, without the token or the challenge", async () => {
    const { receive, log } = receiverUnderTest();
    await receive(handshake());
    expect(log.lines).toEqual([
      { level: "info", details: {}, message: "the callback URL was verified" },
    ]);
  });

  test("with a token of other scripts and signs", async () => {
    const token = "péché & ключ=+%🔑";
    const { receive } = receiverUnderTest({ verifyToken: token });
    expect((await receive(handshake({ "hub.verify_token": token }))).status).toBe(200);
  });

  test("and stores nothing", async () => {
    const { receive, inbox, stored } = receiverUnderTest();
    await receive(handshake());
    expect(inbox.records).toEqual([]);
    expect(stored()).toBe(0);
  });
});

describe("a handshake is refused, nothing is echoed, and the log says which part was wrong", () => {
  test.each([
    ["no query at all", "/hook", 400, 'hub.mode is missing, not "subscribe"'],
    ["an empty query", "/hook?", 400, 'hub.mode is missing, not "subscribe"'],
    [
      "no mode",
      handshake({ "hub.mode": undefined }).url,
      400,
      'hub.mode is missing, not "subscribe"',
    ],
    ["an empty mode", handshake({ "hub.mode": "" }).url, 400, 'hub.mode is empty, not "subscribe"'],
    [
      "another mode",
      handshake({ "hub.mode": "unsubscribe" }).url,
      400,
      'hub.mode is another value, not "subscribe"',
    ],
    [
      "the mode in capitals",
      handshake({ "hub.mode": "SUBSCRIBE" }).url,
      400,
      'hub.mode is another value, not "subscribe"',
    ],
    [
      "the mode twice",
      handshake({}, "&hub.mode=subscribe").url,
      400,
      'hub.mode is given more than once, not "subscribe"',
    ],
    [
      "no token",
      handshake({ "hub.verify_token": undefined }).url,
      403,
      "hub.verify_token is missing",
    ],
    [
      "the token twice, both right",
      handshake({}, `&hub.verify_token=${TOKEN}`).url,
      403,
      "hub.verify_token is given more than once",
    ],
    [
      "the token twice, the last one right",
      handshake({ "hub.verify_token": "guess" }, `&hub.verify_token=${TOKEN}`).url,
      403,
      "hub.verify_token is given more than once",
    ],
    [
      "an empty token",
      handshake({ "hub.verify_token": "" }).url,
      403,
      "hub.verify_token is not ours (0 characters came; ours has 16)",
    ],
    [
      "a wrong token",
      handshake({ "hub.verify_token": "guess" }).url,
      403,
      "hub.verify_token is not ours (5 characters came; ours has 16)",
    ],
    [
      "a token in other case",
      handshake({ "hub.verify_token": TOKEN.toUpperCase() }).url,
      403,
      "hub.verify_token is not ours (16 characters came; ours has 16)",
    ],
    [
      "a token with a blank after it",
      handshake({ "hub.verify_token": `${TOKEN} ` }).url,
      403,
      "hub.verify_token differs from ours by white space around it",
    ],
    [
      "the start of the token",
      handshake({ "hub.verify_token": TOKEN.slice(0, -1) }).url,
      403,
      "hub.verify_token is not ours (15 characters came; ours has 16)",
    ],
    [
      "no challenge",
      handshake({ "hub.challenge": undefined }).url,
      400,
      "hub.challenge is missing",
    ],
    ["an empty challenge", handshake({ "hub.challenge": "" }).url, 400, "hub.challenge is empty"],
    [
      "the challenge twice",
      handshake({}, "&hub.challenge=2").url,
      400,
      "hub.challenge is given more than once",
    ],
  ])("%s", async (_what, url, status, reason) => {
    const { receive, log } = receiverUnderTest();
    const code = status === 403 ? "handshake_rejected" : "handshake_malformed";
    expect(await receive(get(url))).toEqual({
      status,
      headers: { "content-type": "text/plain" },
      body: code,
    });
    expect(log.lines).toEqual([
      {
        level: "warn",
        details: { code },
        message: `${code}: the handshake was refused: ${reason}.`,
      },
    ]);
    expect(log.text()).not.toContain(TOKEN);
    expect(log.text()).not.toContain(CHALLENGE);
  });

  test("parameter names are the platform's, dots included", async () => {
    const { receive } = receiverUnderTest();
    const url = `/hook?hub_mode=subscribe&hub_challenge=1&hub_verify_token=${TOKEN}`;
    expect((await receive(get(url))).status).toBe(400);
  });

  test("an unreadable percent sign in the token is no crash", async () => {
    const { receive } = receiverUnderTest();
    const url = "/hook?hub.mode=subscribe&hub.challenge=1&hub.verify_token=%E0%A4%A";
    expect((await receive(get(url))).status).toBe(403);
  });
});
