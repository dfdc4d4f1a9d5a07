import type { Telemetry } from "@whatsapp-webhooks/core";

/** Counters as prom-client has them: a label for each word, all of which come from short lists. */
interface Counter {
  inc(labels: Readonly<Record<string, string>>): void;
}
interface Histogram {
  observe(labels: Readonly<Record<string, string>>, seconds: number): void;
}

/** `telemetry: ownTelemetry(new Counter(…), new Histogram(…))`: the methods that are wanted, and no others. */
export function ownTelemetry(refused: Counter, answerTime: Histogram): Telemetry {
  return {
    receiving({ method }) {
      const start = performance.now();
      return {
        answered({ status, code }) {
          if (code !== undefined) refused.inc({ code });
          const seconds = (performance.now() - start) / 1_000;
          answerTime.observe({ method, status: String(status) }, seconds);
        },
      };
    },
  };
}
