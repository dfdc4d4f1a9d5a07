import {
  type Attributes,
  type BatchObservableResult,
  context,
  type Meter,
  type MeterProvider,
  metrics,
  type Observable,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import type { InboxHealth } from "./health.ts";
import { checkOptions } from "./options.ts";
import {
  ERROR,
  EVENT,
  type InstrumentName,
  type InstrumentRow,
  instruments,
  METHOD,
  STATUS,
} from "./telemetry/instruments.ts";
import type {
  HandledEvent,
  Handling,
  ReceivedRequest,
  Receiving,
  Telemetry,
} from "./telemetry/telemetry.ts";
import { fromTraceparent, toTraceparent } from "./telemetry/traceparent.ts";

/** Where spans and metrics go. */
export interface OpenTelemetryOptions {
  /** Default: the one registered with `@opentelemetry/api`. */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Default: the one registered with `@opentelemetry/api`. */
  readonly meterProvider?: MeterProvider | undefined;
}

const SCOPE = "@whatsapp-webhooks/core";
const ATTEMPT = "whatsapp.webhooks.attempt";
const METHOD_NAMES = { POST: "receive", GET: "handshake", _OTHER: "refuse" } as const;

/**
 * Spans and metrics by `@opentelemetry/api` (a peer dependency, to be installed beside this package):
 * `createWebhooks({ …, telemetry: openTelemetry() })`. Make it after your SDK has started. docs/observability.md lists
 * every span and metric.
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  checkOptions("openTelemetry", options, { tracerProvider: "other", meterProvider: "other" });
  return new OpenTelemetry(options);
}

class OpenTelemetry implements Telemetry {
  readonly #tracer;
  readonly #meter: Meter;
  readonly #requestDuration;
  readonly #verificationFailures;
  readonly #lag;
  readonly #handlingDuration;
  readonly #handlerFailures;
  readonly #retries;
  readonly #duplicates;
  readonly #deadLettered;

  constructor({ tracerProvider, meterProvider }: OpenTelemetryOptions) {
    this.#tracer = (tracerProvider ?? trace).getTracer(SCOPE);
    this.#meter = (meterProvider ?? metrics).getMeter(SCOPE);
    this.#requestDuration = this.#histogram("whatsapp.webhooks.request.duration");
    this.#verificationFailures = this.#counter("whatsapp.webhooks.verification.failures");
    this.#lag = this.#histogram("whatsapp.webhooks.handling.lag");
    this.#handlingDuration = this.#histogram("whatsapp.webhooks.handling.duration");
    this.#handlerFailures = this.#counter("whatsapp.webhooks.handler.failures");
    this.#retries = this.#counter("whatsapp.webhooks.event.retries");
    this.#duplicates = this.#counter("whatsapp.webhooks.event.duplicates");
    this.#deadLettered = this.#counter("whatsapp.webhooks.notification.dead_lettered");
  }

  receiving({ method }: ReceivedRequest): Receiving {
    const start = performance.now();
    // What it stores is handled later, perhaps by another process, in spans that are its children.
    const kind = method === "POST" ? SpanKind.PRODUCER : SpanKind.INTERNAL;
    const name = `whatsapp.webhooks ${METHOD_NAMES[method]}`;
    const span = this.#tracer.startSpan(name, { kind, attributes: { [METHOD]: method } });
    const inside = trace.setSpan(context.active(), span);
    return {
      trace: toTraceparent(span.spanContext()),
      run: (work) => context.with(inside, work),
      answered: ({ status, code, isUnverified }) => {
        const attributes: Attributes = {
          [STATUS]: status,
          ...(code === undefined ? {} : { [ERROR]: code }),
        };
        span.setAttributes(attributes);
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
        // In the span's context, so that an SDK can keep it as an exemplar.
        const seconds = (performance.now() - start) / 1_000;
        this.#requestDuration.record(seconds, { ...attributes, [METHOD]: method }, inside);
        if (isUnverified && code !== undefined)
          this.#verificationFailures.add(1, { [ERROR]: code }, inside);
      },
    };
  }

  handling({ name, attempt, trace: traceparent, lagMs }: HandledEvent): Handling {
    const start = performance.now();
    const parent = fromTraceparent(traceparent);
    // Whatever is active here is another notification's, or nobody's.
    const outside =
      parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    const attributes = { [EVENT]: name, [ATTEMPT]: attempt };
    const span = this.#tracer.startSpan(
      `whatsapp.webhooks handle ${name}`,
      { kind: SpanKind.CONSUMER, attributes },
      outside,
    );
    const inside = trace.setSpan(outside, span);
    if (lagMs !== undefined) this.#lag.record(lagMs / 1_000, { [EVENT]: name }, inside);
    let error: string | undefined;
    return {
      run: (work) => context.with(inside, work),
      failed: ({ code, kind }) => {
        error ??= code;
        recordFailure(span, kind ?? code);
        if (code !== "closing")
          this.#handlerFailures.add(1, { [EVENT]: name, [ERROR]: code }, inside);
      },
      ended: () => {
        const outcome: Attributes = error === undefined ? {} : { [ERROR]: error };
        if (error !== undefined) {
          span.setAttributes(outcome);
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
        span.end();
        const seconds = (performance.now() - start) / 1_000;
        this.#handlingDuration.record(seconds, { [EVENT]: name, ...outcome }, inside);
      },
    };
  }

  duplicate({ name }: { readonly name: string }): void {
    this.#duplicates.add(1, { [EVENT]: name });
  }

  retried({ name }: { readonly name: string }): void {
    this.#retries.add(1, { [EVENT]: name });
  }

  deadLettered({ reason }: { readonly reason: string }): void {
    this.#deadLettered.add(1, { [ERROR]: reason });
  }

  observe(inbox: () => Promise<InboxHealth>): () => void {
    const gauges = new Map(
      Object.entries(readings).map(([name, read]) => [this.#gauge(name as GaugeName), read]),
    );
    const observe = async (result: BatchObservableResult): Promise<void> => {
      const health = await inbox();
      for (const [gauge, read] of gauges) {
        const value = read(health);
        if (value !== undefined) result.observe(gauge, value);
      }
    };
    const observables: Observable[] = [...gauges.keys()];
    this.#meter.addBatchObservableCallback(observe, observables);
    return () => this.#meter.removeBatchObservableCallback(observe, observables);
  }

  #histogram(name: InstrumentName) {
    const { unit, description, buckets = [] }: InstrumentRow = instruments[name];
    const advice = { explicitBucketBoundaries: [...buckets] };
    return this.#meter.createHistogram(name, { unit, description, advice });
  }

  #counter(name: InstrumentName) {
    const { unit, description } = instruments[name];
    return this.#meter.createCounter(name, { unit, description });
  }

  #gauge(name: InstrumentName) {
    const { unit, description } = instruments[name];
    return this.#meter.createObservableGauge(name, { unit, description });
  }
}

type GaugeName = {
  [Name in InstrumentName]: (typeof instruments)[Name]["kind"] extends "gauge" ? Name : never;
}[InstrumentName];

const readings: Record<GaugeName, (inbox: InboxHealth) => number | undefined> = {
  "whatsapp.webhooks.inbox.reachable": ({ reachable }) =>
    reachable === undefined ? undefined : Number(reachable),
  "whatsapp.webhooks.inbox.waiting": ({ waiting }) => waiting,
  "whatsapp.webhooks.inbox.size": ({ waitingBytes }) => waitingBytes,
  "whatsapp.webhooks.inbox.oldest_age": ({ oldestAgeMs }) =>
    oldestAgeMs === undefined ? undefined : oldestAgeMs / 1_000,
  "whatsapp.webhooks.inbox.dead_letters": ({ deadLetters }) => deadLetters,
  "whatsapp.webhooks.inbox.dead_letter_size": ({ deadLetterBytes }) => deadLetterBytes,
  "whatsapp.webhooks.inbox.dead_letter_limit": ({ deadLetterLimitBytes }) => deadLetterLimitBytes,
};

/** Never its message or stack: handlers put into them what customers wrote. */
function recordFailure(span: Span, type: string): void {
  span.addEvent("exception", { "exception.type": type });
}
