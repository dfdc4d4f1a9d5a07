import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPathMatcher, DEFAULT_PATH, pathOf } from "../src/path.ts";

const params = (path: string, url: string): unknown => {
  const found = createPathMatcher(path)(url);
  return found === undefined ? undefined : { ...found };
};

describe("a path without parameters", () => {
  test.each([
    ["/webhooks/whatsapp"],
    ["/webhooks/whatsapp/"],
    ["/webhooks/whatsapp?hub.mode=subscribe"],
    ["/webhooks/whatsapp/?a=/b/c"],
    ["/webhooks/whatsapp?"],
    ["http://hooks.example/webhooks/whatsapp"],
    ["https://hooks.example:8443/webhooks/whatsapp/?a=b"],
  ])("is found in %s", (url) => {
    expect(params(DEFAULT_PATH, url)).toEqual({});
  });

  test.each([
    ["/"],
    [""],
    ["*"],
    ["/webhooks"],
    ["/webhooks/whatsapp/more"],
    ["/webhooks/whatsapp//"],
    ["//webhooks/whatsapp"],
    ["/webhooks/whatsapps"],
    ["/Webhooks/WhatsApp"],
    ["/webhooks/%77hatsapp"],
    ["/a/webhooks/whatsapp"],
    ["/else?/webhooks/whatsapp"],
    ["http://hooks.example?/webhooks/whatsapp"],
    ["http://hooks.example"],
    ["webhooks/whatsapp"],
  ])("is not found in %j", (url) => {
    expect(params(DEFAULT_PATH, url)).toBeUndefined();
  });

  test("may be the root, or end in a slash itself", () => {
    expect(params("/", "/?a=b")).toEqual({});
    expect(params("/", "/a")).toBeUndefined();
    expect(params("/", "")).toBeUndefined();
    expect(params("/hook/", "/hook")).toEqual({});
    expect(params("/hook/", "/hook/")).toEqual({});
  });
});

describe("a path with parameters", () => {
  test.each([
    ["/hooks/:tenant", "/hooks/acme", { tenant: "acme" }],
    ["/hooks/:tenant", "/hooks/acme/?a=b", { tenant: "acme" }],
    ["/:a/x/:b", "/1/x/2", { a: "1", b: "2" }],
    ["/hooks/:tenant", "/hooks/a%20b%2Fc", { tenant: "a b/c" }],
    ["/hooks/:tenant", "/hooks/%D0%BA%D0%BB%D1%8E%D1%87", { tenant: "ключ" }],
    ["/hooks/:tenant", "/hooks/..", { tenant: ".." }],
    ["/hooks/:constructor", "/hooks/x", { constructor: "x" }],
  ])("%s finds in %s what is asked for", (path, url, expected) => {
    expect(params(path, url)).toEqual(expected);
  });

  test.each([
    ["/hooks/:tenant", "/hooks"],
    ["/hooks/:tenant", "/hooks/"],
    ["/hooks/:tenant", "/hooks//"],
    ["/hooks/:tenant", "/hooks/a/b"],
    ["/hooks/:tenant", "/else/acme"],
    ["/hooks/:tenant", "/hooks/%E0%A4%A"],
    ["/hooks/:tenant", "/hooks/%"],
  ])("%s is not found in %s", (path, url) => {
    expect(params(path, url)).toBeUndefined();
  });

  test("a parameter named __proto__ is a parameter like any other", () => {
    const found = createPathMatcher("/:__proto__")("/x") as Record<string, string>;
    expect(Object.keys(found)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

test.each(["", "hooks", "hooks/wa", "https://a.example/hooks", "/hooks?a=b", "/hooks#a"])(
  "%j is no full path: an error at creation that shows how one looks",
  (path) => {
    expect(() => createPathMatcher(path)).toThrow(
      expect.objectContaining({
        code: "option_invalid",
        message: expect.stringContaining(`such as "${DEFAULT_PATH}"`),
      }),
    );
  },
);

test("no URL makes a matcher throw", () => {
  const matchers = [createPathMatcher("/hooks/:tenant"), createPathMatcher(DEFAULT_PATH)];
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."/:?#%.ha") }), (url) => {
      for (const match of matchers) match(url);
      expect(pathOf(url)).not.toContain("?");
    }),
  );
});
