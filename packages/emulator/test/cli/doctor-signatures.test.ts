import { expect, test } from "vitest";
import { examined, started } from "./support/examined.ts";
import { SECRET, VERIFY_TOKEN } from "./support/own-receiver.ts";
import "./support/run-cli.ts";

test("body re-serialised before the HMAC", async () => {
  const url = await started({ signed: (body) => JSON.stringify(JSON.parse(body.toString())) });
  const { faults: found, broken } = await examined(url);
  expect(found).toEqual(["signature_over_rewritten_json"]);
  expect(broken).toContain("signed: escaped unicode, \\u00e9 and \\/");
  expect(broken).not.toContain("signed: plain ASCII");
});

test("signature over a decoded string: read as latin1", async () => {
  const url = await started({ signed: (body) => body.toString("latin1") });
  const { faults: found, seen } = await examined(url);
  expect(found).toEqual(["signature_over_decoded_text"]);
  expect(seen).toContain("latin1");
});

test("signature over a decoded string: each chunk by itself", async () => {
  const url = await started({
    signed: (_, chunks) => chunks.reduce((text, chunk) => text + chunk.toString(), ""),
  });
  const { faults: found, seen } = await examined(url);
  expect(found).toEqual(["signature_over_decoded_text"]);
  expect(seen).toContain("each piece decoded by itself");
});

test("signature over a decoded string: escapes undone", async () => {
  const url = await started({
    signed: (body) =>
      body
        .toString()
        .replace(/\\u([\da-f]{4})/g, (_, unit) => String.fromCharCode(Number.parseInt(unit, 16)))
        .replaceAll("\\/", "/"),
  });
  expect((await examined(url)).faults).toContain("signature_over_decoded_text");
});

test("signature over a body that was read before", async () => {
  const url = await started({ signed: () => "" });
  expect((await examined(url)).faults).toEqual(["signature_over_nothing"]);
});

test("wrong secret", async () => {
  const { faults: found, unchecked } = await examined(await started({ secret: "another" }));
  expect(found).toEqual(["wrong_secret"]);
  expect(unchecked).toContain("batches and repetitions");
});

test("the same, from receivers that refuse with 400 instead of 401", async () => {
  const secret = await started({ secret: "another", refusal: 400 });
  expect((await examined(secret)).faults).toEqual(["wrong_secret"]);
  const rewritten = await started({
    signed: (body) => JSON.stringify(JSON.parse(body.toString())),
    refusal: 400,
  });
  expect((await examined(rewritten)).faults).toEqual(["signature_over_rewritten_json"]);
});

test("the verify token for a secret, a line break behind it, and none", async () => {
  const faultsWith = async (secret: string) => (await examined(await started({ secret }))).faults;
  expect(await faultsWith(VERIFY_TOKEN)).toEqual(["verify_token_as_secret"]);
  expect(await faultsWith(`${SECRET}\n`)).toEqual(["secret_with_blanks"]);
  expect(await faultsWith("undefined")).toEqual(["empty_secret"]);
});

test("none is asked for, or any is good", async () => {
  const open = await examined(await started({ checksSignature: () => true }));
  expect(open.faults).toEqual(["unsigned_accepted", "forged_accepted"]);
  const present = await started({ checksSignature: (header) => header !== undefined });
  expect((await examined(present)).faults).toEqual(["forged_accepted"]);
});

test("what is taken at the second try whoever signed it is not put down to the signature", async () => {
  const seen = new Set<string>();
  const failsOnce = (word: string) => (body: unknown) => {
    const text = JSON.stringify(body);
    const isNew = !seen.has(text);
    seen.add(text);
    if (isNew && text.includes(word)) throw new Error("what is it?");
  };
  const open = { checksSignature: () => true };
  const unknown = await examined(
    await started({ ...open, handle: failsOnce('"type":"treasure_map"') }),
  );
  expect(unknown.faults).toEqual(["unsigned_accepted", "forged_accepted", "unknown_refused"]);
  const plain = await examined(await started({ ...open, handle: failsOnce('"body":"Hello"') }));
  expect(plain.faults).toEqual(["server_error"]);
});
