import { context, metrics, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { openTelemetry } from "../../src/opentelemetry.ts";

export interface Point {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: unknown;
}

/** A real SDK that exports into memory. */
export function exportingSdk() {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const spanExporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(spanExporter)],
  });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 3_600_000,
  });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const metricsNow = async () => {
    await reader.forceFlush();
    const all = metricExporter.getMetrics().at(-1)?.scopeMetrics ?? [];
    return all.flatMap((scope) => scope.metrics);
  };
  return {
    telemetry: openTelemetry({ tracerProvider, meterProvider }),
    /** Makes it the one that `openTelemetry()` finds by itself, until the end. */
    register(): void {
      trace.setGlobalTracerProvider(tracerProvider);
      metrics.setGlobalMeterProvider(meterProvider);
    },
    tracer: tracerProvider.getTracer("test"),
    spans: (): readonly ReadableSpan[] => spanExporter.getFinishedSpans(),
    metrics: metricsNow,
    /** The points of one metric; none if nothing of it was recorded. */
    async points(name: string): Promise<readonly Point[]> {
      const found = (await metricsNow()).find(({ descriptor }) => descriptor.name === name);
      return (found?.dataPoints ?? []).map(({ attributes, value }) => ({ attributes, value }));
    },
    async end(): Promise<void> {
      for (const api of [context, trace, metrics]) api.disable();
      await meterProvider.shutdown();
      await tracerProvider.shutdown();
    },
  };
}
