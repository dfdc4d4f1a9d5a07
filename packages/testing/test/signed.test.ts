import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { authorized, signed } from "../src/index.ts";

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe("signed", () => {
  test("writes JSON as the platform does", () => {
    const { body } = signed({ a: "é/🥖\u007f", "/ü": ["\\", '"'] }, "secret");
    expect(textOf(body)).toBe('{"a":"\\u00e9\\/\\ud83e\\udd56\u007f","\\/\\u00fc":["\\\\","\\""]}');
    expect(JSON.parse(textOf(body))).toEqual({ a: "é/🥖\u007f", "/ü": ["\\", '"'] });
  });

  test("writes UTF-8 when asked", () => {
    expect(textOf(signed({ a: "é/🥖" }, "secret", { utf8: true }).body)).toBe('{"a":"é/🥖"}');
  });

  test("sends text and bytes as they are", () => {
    expect(textOf(signed("é/ no JSON", "secret").body)).toBe("é/ no JSON");
    const bytes = Uint8Array.of(0xff, 0x00, 0x2f);
    expect([...signed(bytes, "secret").body]).toEqual([...bytes]);
  });

  test("signs what it sends, both ways that the platform does", () => {
    const { body, headers } = signed({ a: "é" }, "secret");
    const mac = (hash: string): string => createHmac(hash, "secret").update(body).digest("hex");
    expect(headers).toMatchObject({
      "Content-Type": "application/json",
      "X-Hub-Signature-256": `sha256=${mac("sha256")}`,
      "X-Hub-Signature": `sha1=${mac("sha1")}`,
    });
  });

  test("a known signature, computed elsewhere", () => {
    // printf '{"object":"test"}' | openssl dgst -sha256 -hmac key
    expect(signed('{"object":"test"}', "key").headers["X-Hub-Signature-256"]).toBe(
      "sha256=81b6a655344578c47ac06a19c7a5fe56ac8f86735376506eb315ddba0f212efe",
    );
  });
});

test("authorized signs nothing", () => {
  const { body, headers } = authorized({ a: "é/" }, "Basic abc");
  expect(textOf(body)).toBe('{"a":"é/"}');
  expect(headers).toEqual({ "Content-Type": "application/json", Authorization: "Basic abc" });
});
