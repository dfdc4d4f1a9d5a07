import { symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { answerHint, answerWord } from "../../src/cli/answer-hint.ts";
import { handledSource, keysIn } from "../../src/cli/doctor/handled-items.ts";
import { Failure } from "../../src/cli/failure.ts";
import { count, durationMs, httpUrl, timeoutOption } from "../../src/cli/option-values.ts";
import { printable, printableJson } from "../../src/cli/printable.ts";
import { hasColours } from "../../src/cli/screen.ts";
import { weatherFrom } from "../../src/cli/weather-option.ts";
import { handledFile } from "./support/examined.ts";

describe("what an answer means", () => {
  test.each([
    [{ status: 201 }, "only 200 counts"],
    [{ status: 204 }, "only 200 counts"],
    [{ status: 301, location: "https://example.com/a/?token=x" }, "https://example.com/a/"],
    [{ status: 302 }, "does not follow redirects"],
    [{ status: 401 }, "signature was refused"],
    [{ status: 404 }, "no such path"],
    [{ status: 413 }, "3 MB"],
    [{ status: 418 }, "refused the request"],
    [{ status: 500 }, "answer 200 first"],
    [{ status: 599 }, "the receiver failed"],
    [{ failure: "timeout" }, "no answer in time"],
    [{ failure: "tls", code: "DEPTH_ZERO_SELF_SIGNED_CERT" }, "certificate"],
    [{ failure: "connection", code: "ECONNREFUSED" }, "nobody listens"],
    [{ failure: "connection", code: "HPE_INVALID_CONSTANT" }, "does not speak HTTP"],
    [{ failure: "connection", code: "EPROTO" }, "https:// and http:// mixed up"],
    [{ failure: "tls", code: "EPROTO" }, "breaks the TLS handshake off"],
    [{ failure: "connection", code: "HPE_HEADER_OVERFLOW" }, "its headers are longer"],
    [{ failure: "connection" }, "without an answer"],
  ] as const)("%j: %s", (answer, words) => {
    expect(answerHint(answer, "signature")).toContain(words);
    expect(answerHint(answer, "signature")).not.toContain("token=x");
  });

  test("a refusal is about what was sent to prove it", () => {
    for (const status of [401, 403]) {
      expect(answerHint({ status }, "authorization")).toContain("Authorization header was refused");
      expect(answerHint({ status }, "nothing")).toContain("neither a signature nor");
    }
    // A receiver says 401 for it; a proxy says 403 without having looked.
    expect(answerHint({ status: 403 }, "signature")).toContain("something in front");
    expect(answerHint({ status: 401 }, "signature")).not.toContain("something in front");
  });

  test("200 needs no words", () => {
    expect(answerHint({ status: 200 }, "signature")).toBeUndefined();
    expect(answerWord({ status: 200 })).toBe("200");
    expect(answerWord({ failure: "timeout" })).toBe("timeout");
  });
});

test.each([
  [{ isTTY: true }, {}, true],
  [{ isTTY: false }, {}, false],
  [{}, { CI: "true" }, false],
  [{ isTTY: true }, { NO_COLOR: "1" }, false],
  [{ isTTY: true }, { NO_COLOR: "", TERM: "xterm" }, true],
  [{ isTTY: true }, { TERM: "dumb" }, false],
  [{ isTTY: false }, { FORCE_COLOR: "1" }, true],
  [{ isTTY: true }, { FORCE_COLOR: "0" }, false],
  [{ isTTY: true }, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
])("colours at %j with %j: %s", (stream, env, expected) => {
  expect(hasColours(stream, env)).toBe(expected);
});

test("values of options", () => {
  expect(["500ms", "30", "1.5s", "2m", "1h", "8d"].map(durationMs)).toEqual([
    500, 30_000, 1500, 120_000, 3_600_000, 691_200_000,
  ]);
  for (const text of ["", "abc", "-1s", "5w"])
    expect(() => durationMs(text)).toThrow("a time such as");
  const { parseArg } = timeoutOption("timeout", "how long");
  expect(parseArg?.("1d", undefined)).toBe(86_400_000);
  for (const text of ["0", "0.1ms", "25d"])
    expect(() => parseArg?.(text, undefined)).toThrow("from 1ms to 1d");
  expect(count(1, 5)("5")).toBe(5);
  for (const text of ["0", "6", "1.5", "x"]) expect(() => count(1, 5)(text)).toThrow("from 1 to 5");
  expect(() => httpUrl("localhost:3000")).toThrow("begins with https://");
  expect(() => httpUrl("nothing")).toThrow("is a URL such as");
});

describe("what others wrote does not drive the terminal", () => {
  const nasty = "a\u001b[2Jb\u001b]0;title\u0007c\u009b2Jd\re\u202ef\u001b[31mg\u001b[8mh\n\ti";

  test("lines of a terminal hold colours at most", () => {
    expect(printable(nasty)).toBe("a�[2Jb�]0;title�c�2Jd�e�f�[31mg�[8mh\n\ti");
    expect(printable(nasty, true)).toBe("a�[2Jb�]0;title�c�2Jd�e�f\u001b[31mg�[8mh\n\ti");
  });

  test.each(["\u2028", "\u2029", "\u061c", "\u200e", "\u200f", "\u202b", "\u2068"])(
    "nor does %j turn the text around or end a line",
    (character) => {
      expect(printable(`a${character}b`)).toBe("a\ufffdb");
      expect(printableJson(`a${character}b`)).toMatch(/^"a\\u[0-9a-f]{4}b"$/);
    },
  );

  test("JSON for a terminal is the same value, in characters that are shown", () => {
    expect(printableJson({ nasty })).not.toMatch(/\p{Cc}|\u202e/u);
    expect(JSON.parse(printableJson({ nasty }))).toEqual({ nasty });
  });
});

test("a report of what was handled comes from a URL that is one", () => {
  expect(() => handledSource({ handled: "http://", timeout: 1000 })).toThrow("this is not a URL");
});

// A link to itself is what can be made unreadable for whoever runs this.
test.skipIf(process.platform === "win32")(
  "a report that cannot even be looked for is told as one that cannot be read",
  async () => {
    const handled = handledFile();
    const source = handledSource({ handled, timeout: 1000 });
    expect(await source?.read()).toBe("");
    symlinkSync(handled, handled);
    await expect(source?.read()).rejects.toThrow(Failure);
    await expect(source?.read()).rejects.toThrow("handled.txt cannot be read (ELOOP)");
  },
);

test("weather is a word or a list, and a slip of the hand is named", () => {
  expect(weatherFrom("calm")).toEqual({});
  expect(weatherFrom("bad")).toMatchObject({ duplicates: 0.2 });
  expect(weatherFrom("duplicates=0.5, batchItems=3")).toMatchObject({
    duplicates: 0.5,
    batchItems: 3,
  });
  expect(() => weatherFrom("duplicate=1")).toThrow("did you mean duplicates?");
  expect(() => weatherFrom("wind=1")).toThrow(/There are: .*batchItems/);
  expect(() => weatherFrom("duplicates=2")).toThrow("a share from 0 to 1");
  expect(() => weatherFrom("nice")).toThrow('"calm", "bad"');
});

test("what a receiver handled may be told as ids, keys, items or events, in lines or as a list", () => {
  const item = { id: "wamid.A", type: "text", timestamp: "1", text: { body: "x" } };
  const key = "message:wamid.A:text";
  expect(keysIn(`wamid.A\n\n${key}\n${JSON.stringify(item)}\n`)).toEqual([key, key, key]);
  expect(keysIn(JSON.stringify({ name: "message.text", data: item }))).toEqual([key]);
  expect(keysIn(JSON.stringify({ raw: item }))).toEqual([key]);
  expect(keysIn(JSON.stringify([item, { id: "wamid.A" }, "wamid.A"]))).toEqual([key, key, key]);
  expect(keysIn("")).toEqual([]);
});
