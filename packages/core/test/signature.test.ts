import { describe, expect, test } from "vitest";
import { fingerprint, hmac, isSameText, isSignedBy, parseSignature } from "../src/signature.ts";

/** Digests computed with Python's hmac module, the first also with OpenSSL: not with the code under test. */
const vectors: readonly (readonly [string, string | Uint8Array, string, string])[] = [
  [
    "the second case of RFC 4231",
    "what do ya want for nothing?",
    "Jefe",
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  [
    "an ASCII body",
    '{"object":"whatsapp_business_account","entry":[]}',
    "topsecret",
    "28827c40e9cbf9cb34677cc797c149b7ccea002a187e51d0894d15f55385a025",
  ],
  [
    "letters and an emoji as the platform escapes them",
    '{"body":"Gr\\u00fc\\u00dfe \\ud83d\\udc4b"}',
    "topsecret",
    "e6df9be66315c40f2ef5c00816fe55e0cb9089a28abadb937deead681d3cf1a6",
  ],
  [
    "the same letters as UTF-8: other bytes, another signature",
    '{"body":"Grüße 👋"}',
    "topsecret",
    "a5ee13716facc252fa3a7663fc640ed83e1b672c775986ba279680ed2272dc39",
  ],
  [
    "escaped slashes, per cent, at and less-than",
    '{"url":"https:\\/\\/x.example\\/\\u0025\\u0040\\u003C"}',
    "topsecret",
    "57a5cf8ef6cd8730b95c5018ed0e5d4fd90cb71892c889b98d8d3e39b60f4449",
  ],
  [
    "the same unescaped",
    '{"url":"https://x.example/%@<"}',
    "topsecret",
    "714f3c00e7f9496c17efbae3c2d61c3d151ff31434794ff3496c3bebc9e82559",
  ],
  [
    "DEL and a raw control character",
    '{"body":"a\x7fb\\u0000c\x1f"}',
    "topsecret",
    "454f457e21324a6b7bb5279b6ec640da262f9f3d60d90df583b428c143c7e2b5",
  ],
  [
    "a byte order mark",
    "\ufeff{}",
    "topsecret",
    "1f6428547f25e50668201928e72b30f86997e17fae12d839db42f70a7c6af8bf",
  ],
  [
    "the same without the mark",
    "{}",
    "topsecret",
    "08525245d41d96cd1b6a931e7f3f580edda83032a233e8c36a5130565e6efa53",
  ],
  [
    "bytes that are no UTF-8",
    Buffer.from("7b22626f6479223a22fffec328eda080227d", "hex"),
    "topsecret",
    "922315af5ff684856a3fc83c9bba6252675b46f647969a6616b4711f1f8cef02",
  ],
  [
    "bytes that are no text",
    new Uint8Array([0, 1, 2]),
    "topsecret",
    "6191912e1c6608e11fa56fbaeb065b2a712ab3e9e33fd9073185e22e16cf88a6",
  ],
  ["nothing", "", "topsecret", "818f9cb88315ac08b5ef83f96650ca6f4e3dddcb4548e4879b746f56b57fa2b0"],
  [
    "white space and line breaks",
    "{\r\n}\r\n",
    "topsecret",
    "8b265ad1a1fb7597050c5831407bf5ec60b8eecffdd6ca6c6c0643d869d79829",
  ],
  [
    "three megabytes",
    Buffer.alloc(3_000_000, "a"),
    "topsecret",
    "6c0ae86583a2c9ac468c745ad7b4d9e0db312d6bcf8efb6b8cc203c02751aecf",
  ],
  [
    "a secret of other scripts",
    "{}",
    "schlüssel-🔑",
    "adba31322d1973edae515f452fc5606025ebc5f8874a69c7d61bd30633c49976",
  ],
  [
    "a secret longer than a block of the hash",
    "{}",
    "k".repeat(200),
    "854377059e948d72b6c302616a507ca1153be5be611a39bfc1770c26f4ade94e",
  ],
];

describe("the signature is over the bytes exactly as they came", () => {
  test.each(vectors)("%s", (_what, body, secret, digest) => {
    const bytes = typeof body === "string" ? Buffer.from(body) : body;
    expect(hmac(bytes, secret).toString("hex")).toBe(digest);
    const signature = parseSignature(`sha256=${digest}`) as Buffer;
    expect(isSignedBy([secret], bytes, signature)).toBe(true);
    expect(isSignedBy(["else", secret, "another"], bytes, signature)).toBe(true);
    expect(isSignedBy(["else", `${secret}.`], bytes, signature)).toBe(false);
    expect(isSignedBy([], bytes, signature)).toBe(false);
  });

  test("all of these are different", () => {
    expect(new Set(vectors.map(([, , , digest]) => digest)).size).toBe(vectors.length);
  });

  test("a view into a larger buffer counts from its first to its last byte", () => {
    const whole = Buffer.from("junk{}junk");
    const view = new Uint8Array(whole.buffer, whole.byteOffset + 4, 2);
    expect(hmac(view, "topsecret").toString("hex")).toBe(
      "08525245d41d96cd1b6a931e7f3f580edda83032a233e8c36a5130565e6efa53",
    );
  });
});

describe("the header", () => {
  const hex = "08525245d41d96cd1b6a931e7f3f580edda83032a233e8c36a5130565e6efa53";

  test.each([[`sha256=${hex}`], [`sha256=${hex.toUpperCase()}`], [`SHA256=${hex}`]])(
    "%s is 32 bytes",
    (header) => {
      expect(parseSignature(header)?.toString("hex")).toBe(hex);
    },
  );

  test.each([
    [""],
    [hex],
    [`sha1=${hex.slice(0, 40)}`],
    [`sha256=${hex.slice(2)}`],
    [`sha256=${hex}00`],
    [`sha256=${hex}\n`],
    [` sha256=${hex}`],
    [`sha256=${hex},sha256=${hex}`],
    [`sha256=${hex.slice(1)}z`],
  ])("%j is none", (header) => {
    expect(parseSignature(header)).toBeUndefined();
  });
});

describe("texts are compared whole", () => {
  test.each([
    ["same", "same", true],
    ["same", "Same", false],
    ["same", "same ", false],
    ["", "", true],
    ["", "a", false],
    ["ü", "u\u0308", false],
    ["a".repeat(10_000), "a".repeat(10_000), true],
    ["a".repeat(10_000), "a".repeat(9_999), false],
  ])("%j and %j: %s", (a, b, same) => {
    expect(isSameText(a, b)).toBe(same);
  });
});

describe("a fingerprint", () => {
  test("is the same for the same parts, texts or bytes", () => {
    expect(fingerprint("a", "bc")).toBe(fingerprint("a", Buffer.from("bc")));
    expect(fingerprint("a", "bc")).toMatch(/^[\w-]{22}$/);
  });

  test("differs for other parts, other order, other cuts", () => {
    const all = [["a", "bc"], ["ab", "c"], ["bc", "a"], ["abc"], ["abc", ""], ["", "abc"], []];
    expect(new Set(all.map((parts) => fingerprint(...parts))).size).toBe(all.length);
  });
});
