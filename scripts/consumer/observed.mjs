// The published OpenTelemetry entry with a real SDK: one notification, one trace from receiving to handling, and metrics.
import assert from "node:assert/strict";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { openTelemetry } from "@whatsapp-webhooks/core/opentelemetry";
import { inject, notification, signed } from "@whatsapp-webhooks/testing";

const spans = new InMemorySpanExporter();
const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: metrics });
const telemetry = openTelemetry({
  tracerProvider: new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
  meterProvider: new MeterProvider({ readers: [reader] }),
});
const webhooks = createWebhooks({ appSecret: "secret", verifyToken: "token", telemetry });
webhooks.on("message.text", () => {});
const { status } = await inject(webhooks, signed(notification({ text: "Hello" }), "secret"));
await webhooks.idle();
assert.equal(status, 200);
const [receive, handle] = spans.getFinishedSpans();
assert.equal(handle.name, "whatsapp.webhooks handle message.text");
assert.equal(handle.parentSpanContext.spanId, receive.spanContext().spanId);
await reader.forceFlush();
const names = metrics
  .getMetrics()
  .flatMap(({ scopeMetrics }) => scopeMetrics)
  .flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name));
assert.ok(names.includes("whatsapp.webhooks.inbox.waiting"));
assert.equal((await webhooks.health()).ready, true);
await webhooks.close();
await reader.shutdown();
