// What docs/observability.md tells of the metrics: a row for each, from the table that they are made from.
import { type InstrumentRow, instruments } from "../packages/core/src/telemetry/instruments.ts";

const rows = Object.entries<InstrumentRow>(instruments);

/** A metric's name as Prometheus has it, by OpenTelemetry's mapping: units and kinds become suffixes. */
export function prometheusName(name: string, { unit, kind }: InstrumentRow): string {
  const suffix = { s: "_seconds", By: "_bytes" }[unit] ?? "";
  return `${labelName(name)}${suffix}${kind === "counter" ? "_total" : ""}`;
}

/** An attribute's name as a label. */
export function labelName(attribute: string): string {
  return attribute.replaceAll(".", "_");
}

/** The series of each metric in Prometheus, by the metric's name. */
export const seriesByMetric: ReadonlyMap<string, readonly string[]> = new Map(
  rows.map(([name, row]) => {
    const base = prometheusName(name, row);
    const isHistogram = row.kind === "histogram";
    return [name, isHistogram ? ["_bucket", "_sum", "_count"].map((end) => base + end) : [base]];
  }),
);

/** All labels that our metrics have. */
export const labels: ReadonlySet<string> = new Set(
  rows.flatMap(([, { attributes }]) => attributes.map(labelName)),
);

const HEAD =
  "| metric | in Prometheus | unit | attributes | what it is |\n| --- | --- | --- | --- | --- |\n";

/** The page with its table of metrics written anew. */
export function fillMetrics(page: string): string {
  const [before = "", after = ""] = page.split(HEAD);
  const rest = after.replace(/^(?:\|.*\n)*/, "");
  return `${before}${HEAD}${rows.map(([name, row]) => rowOf(name, row)).join("")}${rest}`;
}

function rowOf(name: string, row: InstrumentRow): string {
  const attributes = row.attributes.map((attribute) => `\`${attribute}\``).join(", ");
  const bounds = row.buckets === undefined ? "" : ` Buckets up to ${row.buckets.join(", ")}.`;
  return `| \`${name}\` | \`${prometheusName(name, row)}\` | \`${row.unit}\` | ${attributes} | ${row.description}${bounds} |\n`;
}
