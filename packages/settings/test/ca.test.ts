import { describe, expect, test } from "vitest";
import { certificate } from "./support/certificate.ts";
import { CA, client, errorFrom, errors, meta, useFakeApi } from "./support/on-premises.ts";

const api = useFakeApi();
const GET = `GET ${CA}`;
const POST = `POST ${CA}`;
const DELETE = `DELETE ${CA}`;
const none = [
  ["without a body", { status: 404 }],
  ["with null", { status: 404, body: null }],
  ["with an empty object", { status: 404, body: {} }],
  ["with the object that has the version", { status: 404, body: { meta } }],
  ["with the error object", { status: 404, body: errors(1006, "Resource not found") }],
] as const;

test("the stored certificates are PEM", async () => {
  api.answer(GET, { body: certificate, headers: { "content-type": "text/plain" } });
  expect(await client(api).settings.ca.get()).toBe(certificate);
});

test.each(none)("a 404 %s is none", async (_, answer) => {
  api.answer(GET, answer).answer(DELETE, answer);
  const { ca } = client(api).settings;
  expect(await ca.get()).toBeUndefined();
  expect(await ca.remove()).toBeUndefined();
});

test("a 404 in HTML comes from somebody else", async () => {
  const { ca } = client(api).settings;
  for (const call of [ca.get(), ca.remove()])
    expect(await errorFrom(call)).toMatchObject({ code: "answer_unreadable", status: 404 });
});

test.each([
  ["a text of a proxy", "default backend - 404", "answer_unreadable"],
  ["a list", [], "answer_unreadable"],
  ["an object of another service", { message: "no Route matched" }, "api_error"],
])("so does a 404 with %s", async (_, body, code) => {
  api.answer(GET, { status: 404, body }).answer(DELETE, { status: 404, body });
  const { ca } = client(api).settings;
  for (const error of await Promise.all([ca.get(), ca.remove()].map(errorFrom)))
    expect(error).toMatchObject({
      code,
      status: 404,
      advice: expect.stringMatching(/check baseUrl/i),
    });
});

test.each([
  ["null", { body: null }],
  ["nothing", {}],
])("a 200 with %s is none", async (_, answer) => {
  api.answer(GET, answer);
  expect(await client(api).settings.ca.get()).toBeUndefined();
});

test.each([
  ["HTML", "<html></html>"],
  ["an object", "{}"],
  ["a text", "none"],
])("a 200 with %s is an error", async (_, body) => {
  api.answer(GET, { body });
  expect((await errorFrom(client(api).settings.ca.get())).code).toBe("answer_unreadable");
});

describe("storing", () => {
  test.each([
    ["null", { body: null }],
    ["an object", { body: {} }],
    ["nothing", {}],
  ])("sends the PEM as text/plain, answered with %s", async (_, answer) => {
    api.answer(POST, answer);
    const pem = `# The bakery's\n${certificate}${certificate}`;
    await client(api).settings.ca.set(pem);
    expect(api.of(POST)[0]).toMatchObject({
      body: pem,
      headers: { "content-type": "text/plain", authorization: "Bearer token-1" },
    });
  });

  test("a token that is refused is replaced, but a POST that failed is not repeated", async () => {
    api.answer(POST, { status: 401 }, { status: 500 });
    const error = await errorFrom(client(api).settings.ca.set(certificate));
    expect(error).toMatchObject({ code: "api_error", status: 500 });
    expect(api.of(POST)).toHaveLength(2);
  });

  test.each<[string, unknown, string]>([
    ["a Buffer", Buffer.from(certificate), "utf8"],
    ["a path", "/etc/ssl/ca.pem", "no certificate"],
    ["a broken certificate", `${certificate}${certificate.replace("MIIB", "MIIC")}`, "2 of 2"],
    [
      "a private key",
      `${certificate}-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----\n`,
      "private key",
    ],
  ])("%s is refused before it is sent", async (_, pem, words) => {
    const error = await errorFrom(client(api).settings.ca.set(pem as string));
    expect(error).toMatchObject({
      code: "input_invalid",
      message: expect.stringContaining(words),
    });
    expect(api.requests).toEqual([]);
  });
});

test("removing sends a DELETE", async () => {
  api.answer(DELETE, { body: null });
  await client(api).settings.ca.remove();
  expect(api.of(DELETE)).toHaveLength(1);
});
