/** What is measured. Prometheus's names are computed from these: see docs/observability.md, which has a row for each. */
export interface InstrumentRow {
  readonly kind: "histogram" | "counter" | "gauge";
  /** UCUM; in braces what is counted. */
  readonly unit: string;
  readonly description: string;
  readonly attributes: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

/** Meta asks for a median of 250 ms and 99 of 100 answers within a second: both are bounds. */
const ANSWER_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** From quick handlers to the default of `handlerTimeoutMs`. */
const HANDLER_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** From the platform's own delay, a second or so, to its seven days of retries. The platform's clock has whole seconds. */
const LAG_SECONDS = [1, 2, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400, 604_800];

export const METHOD = "http.request.method";
export const STATUS = "http.response.status_code";
export const ERROR = "error.type";
export const EVENT = "whatsapp.webhooks.event";

export const instruments = {
  "whatsapp.webhooks.request.duration": {
    kind: "histogram",
    unit: "s",
    description: "From a request's head to the answer being known; its count is the requests.",
    attributes: [METHOD, STATUS, ERROR],
    buckets: ANSWER_SECONDS,
  },
  "whatsapp.webhooks.verification.failures": {
    kind: "counter",
    unit: "{request}",
    description: "Requests refused because they could not be shown to be the platform's.",
    attributes: [ERROR],
  },
  "whatsapp.webhooks.handling.lag": {
    kind: "histogram",
    unit: "s",
    description:
      "From an event's timestamp by the platform to its handlers; first attempts, without history.",
    attributes: [EVENT],
    buckets: LAG_SECONDS,
  },
  "whatsapp.webhooks.handling.duration": {
    kind: "histogram",
    unit: "s",
    description: "How long the handlers of an event took, side by side, in one attempt.",
    attributes: [EVENT, ERROR],
    buckets: HANDLER_SECONDS,
  },
  "whatsapp.webhooks.handler.failures": {
    kind: "counter",
    unit: "{failure}",
    description: "Handlers that threw, rejected or ran out of time.",
    attributes: [EVENT, ERROR],
  },
  "whatsapp.webhooks.event.retries": {
    kind: "counter",
    unit: "{event}",
    description: "Events that will be handled again, because a handler failed.",
    attributes: [EVENT],
  },
  "whatsapp.webhooks.event.duplicates": {
    kind: "counter",
    unit: "{event}",
    description: "Events dropped because they had been handled before.",
    attributes: [EVENT],
  },
  "whatsapp.webhooks.notification.dead_lettered": {
    kind: "counter",
    unit: "{notification}",
    description: "Notifications that became dead letters.",
    attributes: [ERROR],
  },
  "whatsapp.webhooks.inbox.reachable": {
    kind: "gauge",
    unit: "{inbox}",
    description: "1 if the inbox answers within a second, else 0.",
    attributes: [],
  },
  "whatsapp.webhooks.inbox.waiting": {
    kind: "gauge",
    unit: "{notification}",
    description: "Notifications that wait, are under way, or wait for a retry.",
    attributes: [],
  },
  "whatsapp.webhooks.inbox.size": {
    kind: "gauge",
    unit: "By",
    description: "Bytes of their bodies.",
    attributes: [],
  },
  "whatsapp.webhooks.inbox.oldest_age": {
    kind: "gauge",
    unit: "s",
    description: "Since the oldest of them came; 0 when there is none.",
    attributes: [],
  },
  "whatsapp.webhooks.inbox.dead_letters": {
    kind: "gauge",
    unit: "{notification}",
    description: "Dead letters that are kept.",
    attributes: [],
  },
  "whatsapp.webhooks.inbox.dead_letter_size": {
    kind: "gauge",
    unit: "By",
    description: "Bytes that they take.",
    attributes: [],
  },
  "whatsapp.webhooks.inbox.dead_letter_limit": {
    kind: "gauge",
    unit: "By",
    description: "Bytes that they may take before the oldest give way.",
    attributes: [],
  },
} as const satisfies Record<string, InstrumentRow>;

export type InstrumentName = keyof typeof instruments;
