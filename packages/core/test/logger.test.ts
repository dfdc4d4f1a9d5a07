import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { harmless, stderrLogger } from "../src/logger.ts";
import { capturedLog } from "./support/captured-log.ts";

describe("the default logger", () => {
  let written: string[] = [];
  beforeEach(() => {
    written = [];
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("writes warnings and errors to stderr, one line each, and nothing less", () => {
    stderrLogger.debug({}, "a");
    stderrLogger.info({}, "b");
    stderrLogger.warn({ suppressed: 5 }, "no signature");
    stderrLogger.error({}, "inbox is full");
    expect(written).toEqual([
      '[whatsapp-webhooks] warn: no signature {"suppressed":5}\n',
      "[whatsapp-webhooks] error: inbox is full\n",
    ]);
  });

  test("leaves the code out, which stands at the head of the message", () => {
    stderrLogger.error({ code: "inbox_full" }, "inbox_full: no room");
    expect(written).toEqual(["[whatsapp-webhooks] error: inbox_full: no room\n"]);
  });

  test("shows what a handler threw, with its stack", () => {
    stderrLogger.error({ attempt: 2, err: new TypeError("no such order") }, "failed");
    expect(written[0]).toContain('failed {"attempt":2}\n');
    expect(written[0]).toContain("TypeError: no such order");
    expect(written[0]).toContain("logger.test.ts");
  });

  test("shows what was behind it, too, and goes round in no circle", () => {
    const refused = new Error("connect ECONNREFUSED");
    stderrLogger.error({ err: new TypeError("fetch failed", { cause: refused }) }, "failed");
    expect(written[0]).toMatch(
      /TypeError: fetch failed\n[\s\S]*\n {4}caused by: Error: connect ECONN/,
    );
    const circle = new Error("round and round");
    circle.cause = circle;
    stderrLogger.error({ err: circle }, "failed");
    expect(written[1]?.match(/caused by/g)).toHaveLength(5);
  });

  test("keeps the stack of an error whose cause is no error, or cannot be looked at", () => {
    stderrLogger.error({ err: new Error("CRM is down", { cause: { status: 502 } }) }, "failed");
    expect(written[0]).toMatch(/Error: CRM is down\n[\s\S]*caused by: { status: 502 }/);
    const secretive = new Error("CRM is down");
    Object.defineProperty(secretive, "cause", {
      get() {
        throw new Error("not for you");
      },
    });
    stderrLogger.error({ err: secretive }, "failed");
    expect(written[1]).toContain("Error: CRM is down");
    expect(written[1]).not.toContain("cannot be shown");
  });

  test("writes its line, whatever a handler threw", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    stderrLogger.error({ attempt: 2, err: proxy }, "failed");
    expect(written[0]).toMatch(/failed {"attempt":2}\n +\(what was thrown cannot be shown\)\n$/);
  });

  test("what a customer wrote can neither act on a terminal nor pass for a line of ours", () => {
    const wrote =
      "\u001b]0;owned\u0007\u009b31m\r\n[whatsapp-webhooks] error: forged\u2028x\u202ey\tz";
    stderrLogger.error({ err: new Error(wrote) }, `failed: ${wrote}`);
    stderrLogger.error({ err: wrote, also: wrote }, "failed");
    const lines = written.join("").split("\n").slice(0, -1);
    expect(written.join("")).not.toMatch(/(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
    expect(
      lines.filter((line) => line.startsWith("[whatsapp-webhooks] error: failed")),
    ).toHaveLength(2);
    expect(
      lines.filter((line) => !/^(\[whatsapp-webhooks\] error: failed| {4})/.test(line)),
    ).toEqual([]);
    expect(lines[0]).toContain("\\u001b]0;owned\\u0007\\u009b31m\\u000d\\u000a[whatsapp");
  });

  test.each([
    ["a text", "no such order", "no such order"],
    ["an object that holds itself", Object.assign({ a: 1 }, { self: null }), "a: 1"],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 }), "a: 1"],
    ["an object that refuses to be a text", { toString: 1, a: 1 }, "a: 1"],
    ["null", null, "null"],
  ])("and does not stumble over %s", (_what, err, text) => {
    if (typeof err === "object" && err !== null && "self" in err) err.self = err;
    stderrLogger.error({ err }, "failed");
    expect(written[0]).toContain(text);
  });
});

describe("a harmless logger", () => {
  test("passes on what it is given, as a method of the logger", () => {
    const log = capturedLog();
    class Pino {
      readonly sink = log;
      debug(details: object, message: string): void {
        this.sink.debug(details, message);
      }
      info = this.debug;
      warn(details: object, message: string): void {
        this.sink.warn(details, message);
      }
      error = this.warn;
    }
    harmless(new Pino()).warn({ a: 1 }, "hello");
    expect(log.lines).toEqual([{ level: "warn", details: { a: 1 }, message: "hello" }]);
  });

  test("keeps what the logger throws to itself, on every level", () => {
    const thrower = (): never => {
      throw new Error("disk full");
    };
    const { debug, info, warn, error } = harmless({
      debug: thrower,
      info: thrower,
      warn: thrower,
      error: thrower,
    });
    for (const method of [debug, info, warn, error]) expect(() => method({}, "")).not.toThrow();
  });
});
