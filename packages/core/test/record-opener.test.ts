import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Emitter } from "../src/emitter.ts";
import type { AnyEvent, InboxRecord } from "../src/index.ts";
import { type Opened, RecordOpener } from "../src/record-opener.ts";
import { RecordReader } from "../src/record-reader.ts";
import { cloudBody, delivery, record, text } from "./support/notifications.ts";

const KEY = "message:wamid.A:text";

/** An opener for those who listen to texts, or to something else. */
function openerFor(name: "message.text" | "status.sent" = "message.text"): RecordOpener {
  const emitter = new Emitter(() => {});
  emitter.subscriptions().on(name, () => {});
  return new RecordOpener(new RecordReader({ emitter }), () => undefined);
}

/** A record of exactly so many bytes, with one text. */
function recordOf(bytes: number): InboxRecord {
  const bodyOf = (padding: number) =>
    JSON.stringify(cloudBody([text("x".repeat(padding), { id: "wamid.A" })]));
  return record(bodyOf(bytes - Buffer.byteLength(bodyOf(0))));
}
const SMALL = recordOf(1_000);
const LARGE = recordOf(65_537);

function eventsIn(opened: Opened): readonly AnyEvent[] {
  if ("unreadable" in opened) throw opened.unreadable;
  return opened.read.events;
}

describe("a record", () => {
  test.each([
    ["small", SMALL],
    ["of 64 KiB", recordOf(65_536)],
  ])("that is %s is opened at once, if the inbox knows at once", (_what, small) => {
    const opened = openerFor().open(small, delivery({ seen: () => new Set([KEY]) }));
    expect(opened).not.toBeInstanceOf(Promise);
    expect(opened).toHaveProperty("seen", new Set([KEY]));
    expect(eventsIn(opened as Opened).map(({ key }) => key)).toEqual([KEY]);
  });

  test.each<[string, InboxRecord, () => ReadonlySet<string> | Promise<ReadonlySet<string>>]>([
    ["large", LARGE, () => new Set([KEY])],
    ["of an inbox that has to ask", SMALL, async () => new Set([KEY])],
  ])("that is %s is opened later", async (_what, each, seen) => {
    const opened = openerFor().open(each, delivery({ seen }));
    expect(opened).toBeInstanceOf(Promise);
    expect(await opened).toHaveProperty("seen", new Set([KEY]));
    expect(eventsIn(await opened).map(({ key }) => key)).toEqual([KEY]);
  });

  test.each([
    ["small", SMALL],
    ["large", LARGE],
  ])("that is for nobody costs the inbox no question: %s", async (_what, each) => {
    const seen = vi.fn(() => new Set<string>());
    const opened = await openerFor("status.sent").open(each, delivery({ seen }));
    expect(opened).toMatchObject({ read: { events: [] }, seen: new Set() });
    expect(seen).not.toHaveBeenCalled();
  });

  test.each([
    ["small", SMALL],
    ["large", LARGE],
  ])(
    "is not opened when the inbox cannot tell what was handled before: %s",
    async (_what, each) => {
      const seen = () => Promise.reject(new Error("locked"));
      await expect(openerFor().open(each, delivery({ seen }))).rejects.toThrow("locked");
    },
  );

  test.each([
    ["small", 100],
    ["large", 100_000],
  ])("that is no JSON says so: %s", async (_what, length) => {
    const opened = await openerFor().open(record("{".repeat(length)), delivery());
    expect(opened).toMatchObject({
      unreadable: { code: length < 1_000 ? "body_not_json" : "body_too_dense" },
    });
  });

  test("is unreadable whatever goes wrong in reading it, with the cause", async () => {
    const bug = new Error("out of memory");
    const fails = (): never => {
      throw bug;
    };
    const reader = Object.assign(Object.create(RecordReader.prototype), {
      read: fails,
      readSliced: fails,
    });
    for (const each of [SMALL, LARGE]) {
      expect(await new RecordOpener(reader, () => undefined).open(each, delivery())).toMatchObject({
        unreadable: { code: "envelope_unknown", cause: bug },
      });
    }
  });
});

describe("one event of a record", () => {
  const two = record(cloudBody([text("b"), text("a", { id: "wamid.A" })]));

  test("is read again, though its listener was for one event and has got it", () => {
    const emitter = new Emitter(() => {});
    emitter.subscriptions().once("message.text", () => {});
    const opener = new RecordOpener(new RecordReader({ emitter }), () => undefined);
    const event = opener.readAgain(two, KEY, "message.text");
    expect(event?.key).toBe(KEY);
    expect(emitter.take(event as AnyEvent)).toHaveLength(1);
    expect(opener.readAgain(two, KEY, "message.text")).toEqual(event);
  });

  test("is none if there is no such event in it", () => {
    expect(openerFor().readAgain(two, "message:wamid.B:text", "message.text")).toBeUndefined();
  });

  test("keeps its name, though it has become old while it waited", () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_790_000_009_000 });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const emitter = new Emitter(() => {});
    emitter.subscriptions().on("message.text", () => {});
    const reader = new RecordReader({ emitter, maxAgeMs: 1_000 });
    const opener = new RecordOpener(reader, () => undefined);
    expect(opener.readAgain(two, KEY, "message.text")?.name).toBe("message.text");
    expect(opener.readAgain(two, KEY, "stale")?.name).toBe("stale");
  });
});
