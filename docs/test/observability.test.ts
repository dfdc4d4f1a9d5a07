import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { errorCodes } from "../../packages/core/src/errors.ts";
import { fillMetrics, labels, seriesByMetric } from "../../scripts/observability-page.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");
const page = read("docs/observability.md");

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly targets?: readonly { readonly expr: string }[];
}
const dashboard = JSON.parse(read("docs/observability/grafana-dashboard.json")) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { name: string; definition?: string }[] };
};
const panels = dashboard.panels.filter(({ type }) => type !== "row");
const panelQueries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const variables = dashboard.templating.list;

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}
const { groups } = parse(read("docs/observability/prometheus-alerts.yaml")) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);

const allSeries = new Set([...seriesByMetric.values()].flat());
/** Of Prometheus's blackbox exporter: a certificate is seen from outside only. */
const FOREIGN = new Set(["probe_ssl_earliest_cert_expiry"]);
const TARGET = ["job", "instance", "le"];

/** The metrics of a query: what is no function, keyword, label, number or text. */
function metricsIn(query: string): string[] {
  const bare = query
    .replace(/\{[^}]*\}/g, "")
    .replace(/\[[^\]]*\]/g, "")
    .replace(/\b(?:by|on) \([^)]*\)/g, "")
    .replace(/\boffset \w+/g, "");
  const words = bare.match(/\b[a-z]\w*\b(?! *\()/g) ?? [];
  return words.filter((word) => !["sum", "min", "max", "and", "or", "unless"].includes(word));
}

/** The labels that it selects or groups by, and the values that it selects. */
function labelsIn(query: string): { readonly names: string[]; readonly values: string[] } {
  const matchers = [...query.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)];
  const grouped = [...query.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = ""]) =>
    list.split(/,\s*/),
  );
  return {
    names: [...matchers.map(([, name = ""]) => name), ...grouped],
    values: matchers.flatMap(([, name, value = ""]) =>
      name === "error_type" ? value.split("|") : [],
    ),
  };
}

describe.each([
  ["the dashboard", panelQueries],
  ["the alerts", rules.map(({ expr }) => expr)],
])("%s", (_what, queries) => {
  test("asks for metrics that the code has, and for nothing else", () => {
    const asked = queries.flatMap(metricsIn);
    expect(asked.length).toBeGreaterThanOrEqual(queries.length);
    expect(asked.filter((name) => !allSeries.has(name) && !FOREIGN.has(name))).toEqual([]);
  });

  test("selects and groups by labels that they have, and by codes that there are", () => {
    const found = queries.map(labelsIn);
    const known = new Set([...labels, ...TARGET]);
    expect(found.flatMap(({ names }) => names).filter((name) => !known.has(name))).toEqual([]);
    const codes = found.flatMap(({ values }) => values);
    expect(codes.filter((code) => !(code in errorCodes))).toEqual([]);
  });
});

test("every metric that the code has is on the dashboard", () => {
  const asked = new Set(panelQueries.flatMap(metricsIn));
  const missing = [...seriesByMetric]
    .filter(([, series]) => !series.some((name) => asked.has(name)))
    .map(([name]) => name);
  expect(missing).toEqual([]);
});

test("every panel can be narrowed to jobs and instances, says why it is there, and has a title of its own", () => {
  expect(variables.map(({ name }) => name)).toEqual(["datasource", "job", "instance"]);
  for (const { definition } of variables)
    if (definition !== undefined)
      expect(definition).toMatch(/^label_values\(whatsapp_webhooks_inbox_reachable\b/);
  for (const query of panelQueries)
    expect(query.split("{").length - 1).toBe(
      query.split('{job=~"$job", instance=~"$instance"').length - 1,
    );
  expect(panels.filter(({ description }) => !description)).toEqual([]);
  expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
});

test("docs/observability.md has a row for every metric: npm run docs", () => {
  expect(page).toBe(fillMetrics(page));
  expect([...page.matchAll(/^\| `whatsapp\.webhooks\./gm)]).toHaveLength(seriesByMetric.size);
});

test("docs/observability.md says of every alert what it means and what to do, and of no other", () => {
  const rows = [...page.matchAll(/^\| `(WhatsAppWebhooks\w+)` \| ([^|]+) \| ([^|]+) \|$/gm)];
  expect(rows.map(([, name]) => name)).toEqual(rules.map(({ alert }) => alert));
});

test("alerts that follow from Meta's demands have Meta's numbers", () => {
  const exprOf = (name: string) => rules.find(({ alert }) => alert === name)?.expr ?? "";
  expect(exprOf("WhatsAppWebhooksMedianAnswerSlow")).toMatch(/quantile\(0\.5,.*> 0\.25\s*$/s);
  expect(exprOf("WhatsAppWebhooksAnswersAboveOneSecond")).toMatch(/le=~"1\|.*> 0\.01\s*$/s);
});
