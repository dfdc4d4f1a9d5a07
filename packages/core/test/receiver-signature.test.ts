import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { untouchable } from "./support/body-streams.ts";
import { receiverUnderTest } from "./support/receiver-under-test.ts";
import { BODY, post, SECRET, signature, signedPost } from "./support/requests.ts";

const GOOD = signature(BODY);
const HEX = GOOD.slice("sha256=".length);

describe("a signature that is missing or malformed is answered 401 before the body is read", () => {
  test.each([
    ["no header", undefined, "signature_missing"],
    ["an empty header", "", "signature_malformed"],
    ["the digits alone", HEX, "signature_malformed"],
    ["sha1 in the new header", `sha1=${HEX.slice(0, 40)}`, "signature_malformed"],
    ["another algorithm", `sha512=${HEX}${HEX}`, "signature_malformed"],
    ["capital letters in the algorithm's name only", `SHA-256=${HEX}`, "signature_malformed"],
    ["one digit too few", GOOD.slice(0, -1), "signature_malformed"],
    ["one digit too many", `${GOOD}0`, "signature_malformed"],
    ["no digits", "sha256=", "signature_malformed"],
    ["a letter that is no digit", `${GOOD.slice(0, -1)}g`, "signature_malformed"],
    ["Base64", `sha256=${Buffer.from(HEX, "hex").toString("base64")}`, "signature_malformed"],
    ["a blank inside", `sha256= ${HEX}`, "signature_malformed"],
    ["a line break at the end", `${GOOD}\n`, "signature_malformed"],
    ["a second line", `${GOOD}\n${GOOD}`, "signature_malformed"],
    ["the header twice, both right", `${GOOD}, ${GOOD}`, "signature_malformed"],
    [
      "the header twice, the first right",
      `${GOOD}, sha256=${"0".repeat(64)}`,
      "signature_malformed",
    ],
    ["digits of another script", `sha256=${"١".repeat(64)}`, "signature_malformed"],
  ])("%s", async (_what, header, code) => {
    const stream = untouchable();
    const { receive, inbox, log } = receiverUnderTest();
    const request = post({ kind: "stream", stream }, { "x-hub-signature-256": header });
    expect(await receive(request)).toMatchObject({ status: 401, body: code });
    expect(stream.touched()).toBe(false);
    expect(inbox.records).toEqual([]);
    expect(log.lines).toMatchObject([{ level: "warn", details: { code } }]);
    if (code === "signature_malformed")
      expect(log.lines[0]?.message).toContain("not one `sha256=` and 64 hex digits");
  });

  test("only the old SHA-1 header, and that right: the log says that this one is not enough", async () => {
    const stream = untouchable();
    const { receive, log } = receiverUnderTest();
    const sha1 = `sha1=${createHmac("sha1", SECRET).update(BODY).digest("hex")}`;
    const request = post({ kind: "stream", stream }, { "x-hub-signature": sha1 });
    expect(await receive(request)).toMatchObject({ status: 401, body: "signature_missing" });
    expect(stream.touched()).toBe(false);
    expect(log.lines[0]?.message).toContain("only the old SHA-1 signature header");
  });

  test("the secret function is not even asked", async () => {
    let asked = false;
    const { receive } = receiverUnderTest({
      appSecret: () => {
        asked = true;
        return SECRET;
      },
    });
    expect((await receive(post(BODY))).status).toBe(401);
    expect((await receive(post(BODY, { "x-hub-signature-256": "sha256=" }))).status).toBe(401);
    expect(asked).toBe(false);
  });
});

describe("a signature is accepted", () => {
  test("in capital digits", async () => {
    const { receive } = receiverUnderTest();
    const request = post(BODY, { "x-hub-signature-256": `sha256=${HEX.toUpperCase()}` });
    expect((await receive(request)).status).toBe(200);
  });

  test("beside a SHA-1 header, right or wrong: that one is not looked at", async () => {
    const { receive } = receiverUnderTest();
    const headers = { "x-hub-signature-256": GOOD, "x-hub-signature": "sha1=nonsense" };
    expect((await receive(post(BODY, headers))).status).toBe(200);
  });
});

describe("a signature is refused", () => {
  test("when a single bit of the body differs", async () => {
    const { receive, inbox } = receiverUnderTest();
    for (let at = 0; at < BODY.length; at++) {
      const bytes = Buffer.from(BODY);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      const response = await receive(post(bytes, { "x-hub-signature-256": GOOD }));
      expect(response.status).toBe(401);
    }
    expect(inbox.records).toEqual([]);
  });

  test("when a single digit of it differs", async () => {
    const { receive } = receiverUnderTest();
    for (let at = 0; at < HEX.length; at++) {
      const digit = ((Number.parseInt(HEX.charAt(at), 16) + 1) % 16).toString(16);
      const header = `sha256=${HEX.slice(0, at)}${digit}${HEX.slice(at + 1)}`;
      expect((await receive(post(BODY, { "x-hub-signature-256": header }))).status).toBe(401);
    }
  });

  test("when it was made with the verify token, or with nothing", async () => {
    const { receive } = receiverUnderTest();
    expect((await receive(signedPost(BODY, "open-sesame-2026"))).status).toBe(401);
    expect((await receive(signedPost(BODY, ""))).status).toBe(401);
  });
});

describe("the log helps to find the cause of a mismatch", () => {
  test.each([
    [
      "a wrong secret",
      post('{"a":1}', { "x-hub-signature-256": GOOD }),
      "does not match the app secret over the 7 bytes received. Most often the secret is not this app's",
    ],
    ["a body that something else has read", post("", { "x-hub-signature-256": GOOD }), "is empty"],
    [
      "a body that a parser made a string of",
      post(
        { kind: "bytes", bytes: Buffer.from('{"a":1}'), decoded: true },
        { "x-hub-signature-256": GOOD },
      ),
      "the body parser that handed the body over as a string",
    ],
    [
      "slashes that lost their backslash",
      post('{"url":"https://x.example"}', { "x-hub-signature-256": GOOD }),
      "may have parsed and written it again",
    ],
    [
      "letters that lost their escapes",
      post('{"name":"Zoë"}', { "x-hub-signature-256": GOOD }),
      "may have parsed and written it again",
    ],
    [
      "DEL, the last character of ASCII",
      post('{"name":"\x7f"}', { "x-hub-signature-256": GOOD }),
      "Most often the secret is not this app's",
    ],
    [
      "slashes and letters as the platform escapes them",
      post('{"url":"https:\\/\\/x.example","name":"Zo\\u00eb"}', { "x-hub-signature-256": GOOD }),
      "Most often the secret is not this app's",
    ],
  ])("%s", async (_what, request, explanation) => {
    const { receive, log } = receiverUnderTest();
    expect((await receive(request)).status).toBe(401);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toMatchObject({ level: "warn", details: { code: "signature_mismatch" } });
    expect(log.lines[0]?.message).toContain(explanation);
  });

  test("how many secrets were tried", async () => {
    const { receive, log } = receiverUnderTest({ appSecret: ["one", "two", "three"] });
    await receive(signedPost(BODY, "four"));
    expect(log.lines[0]?.message).toContain("any of 3 app secrets");
  });
});
