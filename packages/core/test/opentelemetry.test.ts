import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { describe, expect, test, vi } from "vitest";
import { type Inbox, memoryInbox } from "../src/index.ts";
import { instruments } from "../src/telemetry/instruments.ts";
import { cloudBody, signedRequest, text } from "./support/notifications.ts";
import { sdk, watched } from "./support/watched.ts";

const named = (name: string): ReadableSpan[] => sdk.spans().filter((span) => span.name === name);
const only = (name: string): ReadableSpan => {
  const [span, ...others] = named(name);
  expect(others).toEqual([]);
  if (span === undefined) throw new Error(`no span "${name}"`);
  return span;
};
const RECEIVE = "whatsapp.webhooks receive";
const TEXT = "whatsapp.webhooks handle message.text";

describe("spans", () => {
  test("lead from the server's span over receiving to the handlers and to what these do", async () => {
    const webhooks = watched();
    webhooks.on("message.text", async () => {
      await new Promise((resolve) => setImmediate(resolve));
      sdk.tracer.startSpan("a query").end();
    });
    const server = sdk.tracer.startSpan("POST", { kind: SpanKind.SERVER });
    await context.with(trace.setSpan(context.active(), server), () =>
      webhooks.receive(signedRequest(cloudBody([text("hello")]))),
    );
    server.end();
    await webhooks.idle();
    const [receive, handle, query] = [only(RECEIVE), only(TEXT), only("a query")];
    expect(receive.parentSpanContext?.spanId).toBe(server.spanContext().spanId);
    expect(receive.kind).toBe(SpanKind.PRODUCER);
    expect(receive.attributes).toEqual({
      "http.request.method": "POST",
      "http.response.status_code": 200,
    });
    expect(handle.parentSpanContext?.spanId).toBe(receive.spanContext().spanId);
    expect(handle.kind).toBe(SpanKind.CONSUMER);
    expect(handle.attributes).toEqual({
      "whatsapp.webhooks.event": "message.text",
      "whatsapp.webhooks.attempt": 1,
    });
    expect(query.parentSpanContext?.spanId).toBe(handle.spanContext().spanId);
    expect(new Set(sdk.spans().map((span) => span.spanContext().traceId)).size).toBe(1);
  });

  test("of an inbox that stores while receiving are the receiving span's children", async () => {
    const right = memoryInbox();
    const inbox: Inbox = {
      durable: false,
      async put(record) {
        sdk.tracer.startSpan("SET").end();
        await right.put(record);
      },
      consume: (...given) => right.consume(...given),
      close: () => right.close(),
    };
    const webhooks = watched({ inbox });
    webhooks.on("*", () => {});
    await webhooks.receive(signedRequest(cloudBody([text("hello")])));
    expect(only("SET").parentSpanContext?.spanId).toBe(only(RECEIVE).spanContext().spanId);
  });

  test("cross from a process that receives to one that handles, in the stored record", async () => {
    const stored: Parameters<Inbox["put"]>[0][] = [];
    const right = memoryInbox();
    const receiver = watched({
      inbox: {
        durable: true,
        receivesOnly: true,
        put: async (record) => void stored.push(record),
        consume: (...given) => right.consume(...given),
        close: () => right.close(),
      },
    });
    await receiver.receive(signedRequest(cloudBody([text("hello")])));
    const { spanId, traceId } = only(RECEIVE).spanContext();
    expect(stored.map((record) => record.trace)).toEqual([`00-${traceId}-${spanId}-01`]);

    const elsewhere = memoryInbox();
    const worker = watched({ inbox: elsewhere });
    worker.on("message.text", () => {});
    await worker.start();
    for (const record of stored) await elsewhere.put(record);
    await worker.idle();
    expect(only(TEXT).parentSpanContext).toMatchObject({ spanId, traceId, isRemote: true });
  });

  test.each([
    ["none", undefined],
    ["no traceparent", "12125550100"],
    ["one of zeros", `00-${"0".repeat(32)}-${"0".repeat(16)}-01`],
  ])(
    "of a record with %s begin a trace, whatever is active where they run",
    async (_what, traceparent) => {
      const inbox = memoryInbox();
      const webhooks = watched({ inbox });
      webhooks.on("message.text", () => {});
      await webhooks.start();
      const stranger = sdk.tracer.startSpan("a stranger's request");
      const body = Buffer.from(JSON.stringify(cloudBody([text("hello")])));
      const record = {
        id: "1",
        receivedAt: Date.now(),
        auth: { kind: "signature" } as const,
        body,
      };
      await context.with(trace.setSpan(context.active(), stranger), () =>
        inbox.put(traceparent === undefined ? record : { ...record, trace: traceparent }),
      );
      await webhooks.idle();
      expect(only(TEXT).parentSpanContext).toBeUndefined();
      expect(only(TEXT).spanContext().traceId).not.toBe(stranger.spanContext().traceId);
    },
  );

  test("tell of failures and attempts, and all attempts are in one trace", async () => {
    const webhooks = watched({ retry: { minDelayMs: 1, maxAttempts: 2 } });
    webhooks.on("message.text", async (_event, { attempt }) => {
      if (attempt === 1) throw new TypeError("no such order");
    });
    await webhooks.receive(signedRequest(cloudBody([text("hello")])));
    await vi.waitFor(() => expect(named(TEXT)).toHaveLength(2));
    const [first, second] = named(TEXT);
    expect(first?.status.code).toBe(SpanStatusCode.ERROR);
    expect(first?.attributes["error.type"]).toBe("handler_failed");
    expect(first?.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ["exception", { "exception.type": "TypeError" }],
    ]);
    expect(second?.status.code).toBe(SpanStatusCode.UNSET);
    expect(second?.attributes["whatsapp.webhooks.attempt"]).toBe(2);
    expect(second?.spanContext().traceId).toBe(first?.spanContext().traceId);
    expect(await sdk.points("whatsapp.webhooks.event.retries")).toEqual([
      { attributes: { "whatsapp.webhooks.event": "message.text" }, value: 1 },
    ]);
  });
});

describe("metrics", () => {
  /** How often each set of attributes was recorded. */
  const counts = async (name: string) =>
    (await sdk.points(name)).map(({ attributes, value }) => [
      attributes,
      (value as { count?: number }).count ?? value,
    ]);

  test("of requests: by status and code, with bounds where Meta's demands are", async () => {
    const webhooks = watched();
    webhooks.on("*", () => {});
    const body = cloudBody([text("hello")]);
    await webhooks.receive(signedRequest(body));
    await webhooks.receive(signedRequest(body, "another secret"));
    await webhooks.receive({ ...signedRequest(body), method: "GET" });
    await webhooks.receive({ ...signedRequest(body), method: "BREW" });
    const METHOD = "http.request.method";
    const STATUS = "http.response.status_code";
    const ERROR = "error.type";
    expect(await counts("whatsapp.webhooks.request.duration")).toEqual([
      [{ [METHOD]: "POST", [STATUS]: 200 }, 1],
      [{ [METHOD]: "POST", [STATUS]: 401, [ERROR]: "signature_mismatch" }, 1],
      [{ [METHOD]: "GET", [STATUS]: 400, [ERROR]: "handshake_malformed" }, 1],
      [{ [METHOD]: "_OTHER", [STATUS]: 405, [ERROR]: "method_not_allowed" }, 1],
    ]);
    expect(await counts("whatsapp.webhooks.verification.failures")).toEqual([
      [{ [ERROR]: "signature_mismatch" }, 1],
      [{ [ERROR]: "handshake_malformed" }, 1],
    ]);
    const [{ value } = { value: undefined }] = await sdk.points(
      "whatsapp.webhooks.request.duration",
    );
    const { boundaries } = (value as { buckets: { boundaries: number[] } }).buckets;
    expect(boundaries).toEqual(expect.arrayContaining([0.25, 1]));
  });

  test("of handling: time, failures, duplicates, dead letters, and lag of what is not old by nature", async () => {
    const webhooks = watched({ retry: { maxAttempts: 1 } });
    webhooks.on("message.text", ({ data }) => {
      if (data.text.body === "bad") throw new Error("no");
    });
    const good = text("good");
    await webhooks.receive(signedRequest(cloudBody([good])));
    await webhooks.idle();
    await webhooks.receive(signedRequest(cloudBody([good, text("bad")])));
    await webhooks.receive(signedRequest("no json"));
    await webhooks.idle();
    const event = { "whatsapp.webhooks.event": "message.text" };
    const failed = { ...event, "error.type": "handler_failed" };
    expect(await counts("whatsapp.webhooks.handling.duration")).toEqual([
      [event, 1],
      [failed, 1],
    ]);
    expect(await counts("whatsapp.webhooks.handler.failures")).toEqual([[failed, 1]]);
    expect(await counts("whatsapp.webhooks.event.duplicates")).toEqual([[event, 1]]);
    expect(await counts("whatsapp.webhooks.handling.lag")).toEqual([[event, 2]]);
    expect(await counts("whatsapp.webhooks.notification.dead_lettered")).toEqual(
      expect.arrayContaining([
        [{ "error.type": "record_dead_lettered" }, 1],
        [{ "error.type": "body_not_json" }, 1],
      ]),
    );
    expect(await counts("whatsapp.webhooks.event.retries")).toEqual([]);
  });

  test("of the inbox: depth, bytes, age and what is dead-lettered; 0 for one that cannot be asked", async () => {
    const inbox = memoryInbox();
    const webhooks = watched({ inbox });
    const body = Buffer.from("{}");
    await inbox.put({ id: "1", receivedAt: Date.now() - 5_000, auth: { kind: "signature" }, body });
    const gauge = async (name: string) => (await sdk.points(name))[0]?.value;
    expect(await gauge("whatsapp.webhooks.inbox.reachable")).toBe(1);
    expect(await gauge("whatsapp.webhooks.inbox.waiting")).toBe(1);
    expect(await gauge("whatsapp.webhooks.inbox.size")).toBe(2);
    expect(await gauge("whatsapp.webhooks.inbox.oldest_age")).toBeGreaterThanOrEqual(5);
    expect(await gauge("whatsapp.webhooks.inbox.dead_letters")).toBe(0);
    expect(await gauge("whatsapp.webhooks.inbox.dead_letter_limit")).toBe(8 * 1024 * 1024);
    inbox.stats = () => Promise.reject(new Error("away"));
    await vi.waitFor(async () => expect(await gauge("whatsapp.webhooks.inbox.reachable")).toBe(0));
    await webhooks.close();
    const asked = vi.fn(async () => Promise.reject(new Error("closed")));
    inbox.stats = asked;
    await sdk.metrics();
    expect(asked).not.toHaveBeenCalled();
  });

  test("have the names, units and attributes of the table, and nothing else", async () => {
    const webhooks = watched({ retry: { minDelayMs: 1, maxAttempts: 2 } });
    webhooks.on("*", () => {
      throw new Error("no");
    });
    const good = text("hello");
    await webhooks.receive(signedRequest(cloudBody([good])));
    await webhooks.receive(signedRequest("{}"));
    await webhooks.receive(signedRequest("{}", "another secret"));
    const deadLettered = "whatsapp.webhooks.notification.dead_lettered";
    await vi.waitFor(async () => expect(await sdk.points(deadLettered)).toHaveLength(2));
    const table: Record<string, { unit: string; attributes: readonly string[] }> = instruments;
    const found = await sdk.metrics();
    for (const { descriptor, dataPoints } of found) {
      const row = table[descriptor.name];
      expect([descriptor.name, descriptor.unit]).toEqual([descriptor.name, row?.unit]);
      const used = dataPoints.flatMap(({ attributes }) => Object.keys(attributes));
      expect(row?.attributes).toEqual(expect.arrayContaining(used));
    }
    const missing = Object.keys(instruments).filter(
      (name) => !found.some(({ descriptor }) => descriptor.name === name),
    );
    // Nothing came twice.
    expect(missing).toEqual(["whatsapp.webhooks.event.duplicates"]);
  });
});
