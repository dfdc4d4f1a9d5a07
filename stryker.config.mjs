// Mutation testing of the way of a notification through core: `npm run test:mutation`, see CONTRIBUTING.md.

/** From the request to the answer, from the bytes to the events, and what is done with them. */
const onTheWay = [
  "signature",
  "receiver",
  "body",
  "uploads",
  "path",
  "credentials",
  "account",
  "challenge",
  "refusal",
  "mismatch",
  "logger",
  "outage",
  "options",
  "webhooks-options",
  "parse",
  "flow",
  "envelope/*",
  "schema/family",
  "key",
  "record-id",
  "happening",
  "json",
  "density",
  "repair",
  "time",
  "inbox/memory-inbox",
  "inbox/memory-dead-letters",
  "inbox/dead-letter-watch",
  "inbox/bounded-set",
  "inbox/shared-memory",
  "inbox/lull",
  "inbox/retry",
  "inbox/inline-inbox",
  "inbox/store-inbox",
  "inbox/store-inbox-options",
  "inbox/store-dead-letters",
  "inbox/put-backs",
  "inbox/group-commit",
  "inbox/window",
  "inbox/erasure",
  "turns",
  "lanes",
  "work",
  "admissions",
  "handled-keys",
  "contact-memory",
  "progress",
  "processor",
  "handler-run",
  "handler-runs",
  "handlers-behind",
  "delivery-signals",
  "reporter",
  "record-opener",
  "record-reader",
  "cut-record",
];

/** Whether a node is a text that only people read: an error's, or a log line's. */
function isForPeople({ node, parent, key }) {
  if (node.type !== "StringLiteral" && node.type !== "TemplateLiteral") return false;
  if (parent?.type === "NewExpression")
    return parent.callee.name === "WebhookError" && parent.arguments[1] === node;
  if (parent?.type === "VariableDeclarator") return key === "init" && parent.id.name === "message";
  return (
    parent?.type === "CallExpression" &&
    parent.callee.type === "MemberExpression" &&
    /^(debug|info|warn|error|begin|end)$/.test(parent.callee.property.name ?? "") &&
    parent.arguments[1] === node
  );
}

// Codes, levels and what a message is made of are mutated. The sentence itself is not: a test would only repeat it.
export const strykerPlugins = [
  {
    kind: "Ignore",
    name: "for-people",
    value: {
      shouldIgnore: (path) =>
        isForPeople(path) ? "the sentence of an error or a log line" : undefined,
    },
  },
];

export default {
  mutate: onTheWay.map((name) => `packages/core/src/${name}.ts`),
  testRunner: "vitest",
  // All tests are of core, and nearly all of them load all of it.
  vitest: { configFile: "vitest.mutation.config.ts", related: false },
  plugins: ["@stryker-mutator/vitest-runner", "./stryker.config.mjs"],
  ignorers: ["for-people"],
  // What core's tests need. No tsconfig.json at the root, which Stryker would read with an API that TypeScript 7 has not.
  ignorePatterns: [
    "/*",
    "!/package.json",
    "!/tsconfig.base.json",
    "!/vitest.*.ts",
    "!/scripts",
    "/scripts/*",
    "!/scripts/package-names.ts",
    "!/fixtures",
    "!/packages",
    "/packages/*",
    "!/packages/core",
  ],
  incremental: true,
  concurrency: 2,
  reporters: ["clear-text", "progress", "html", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 90 },
};
