import { describe, expect, test } from "vitest";
import { fixtureNames, loadFixture } from "../src/index.ts";

describe("fixtureNames", () => {
  test("lists fields and cases, sorted", () => {
    const names = fixtureNames();
    expect(names).toContain("messages/text");
    expect(names).toContain("on-premises/voice-360dialog");
    expect(names).toEqual([...names].sort());
  });
});

describe("loadFixture", () => {
  test("every one has all its parts", () => {
    for (const name of fixtureNames()) {
      expect(loadFixture(name), name).toEqual({
        title: expect.stringMatching(/\S/),
        source: expect.stringMatching(/\S/),
        read: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
        events: expect.any(Array),
        body: expect.any(Object),
      });
    }
  });

  test("gives each caller a copy", () => {
    loadFixture("messages/text").body.object = "changed";
    expect(loadFixture("messages/text").body.object).toBe("whatsapp_business_account");
  });

  test.each([
    ["messages/txt", "messages/text"],
    ["message/image", "messages/image"],
    ["voice-360dialog", "on-premises/voice-360dialog"],
  ])("%s does not exist: %s is suggested", (wrong, right) => {
    expect(() => loadFixture(wrong)).toThrow(
      new RegExp(`no fixture "${wrong}"\\. Did you mean .*${right}[,?]`),
    );
  });

  test.each(["", "../package", "messages/../messages/text", "constructor"])(
    "%j finds nothing, and says so",
    (name) => {
      expect(() => loadFixture(name)).toThrow("there is no fixture");
    },
  );
});
