// Limits, times and sizes that stand in documents are those of the code: each sentence is made of the constant here.
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { MOST_PARTS } from "../../packages/bullmq/src/cut-steps.ts";
import { BATCH_RECORDS } from "../../packages/bullmq/src/intake.ts";
import { defaults as redis } from "../../packages/bullmq/src/numbers.ts";
import { FULL as REDIS_FULL } from "../../packages/bullmq/src/server.ts";
import { MOST_ITEMS as MOST_CUT_ITEMS } from "../../packages/core/src/cut-record.ts";
import { BYTES_PER_ITEM, MOST_LEVELS, MOST_VALUES } from "../../packages/core/src/density.ts";
import { LONGEST_ID } from "../../packages/core/src/envelope/item.ts";
import { FRESH_MS } from "../../packages/core/src/health.ts";
import { FULL as LETTERS_FULL } from "../../packages/core/src/inbox/dead-letter-watch.ts";
import { SETTLE_MS } from "../../packages/core/src/inbox/group-commit.ts";
import { PATIENCE_MS, REMEMBERED_KEYS } from "../../packages/core/src/inbox/inline-inbox.ts";
import { LONGEST_WAIT_MS } from "../../packages/core/src/inbox/lull.ts";
import { defaults as memory } from "../../packages/core/src/inbox/memory-inbox.ts";
import { defaultRetry, retryDelayMs } from "../../packages/core/src/inbox/retry.ts";
import { defaults as store } from "../../packages/core/src/inbox/store-inbox-options.ts";
import { CLOSE_MS, defaults, START_REMINDER_MS } from "../../packages/core/src/webhooks.ts";
import { KEPT_BYTES, KEPT_DELIVERIES } from "../../packages/emulator/src/delivery/journal.ts";
import {
  checkCloudRetry,
  ON_PREMISES_WINDOW_MS,
} from "../../packages/emulator/src/delivery/schedule.ts";
import { MOST_BYTES, MOST_ITEMS } from "../../packages/emulator/src/delivery/weather.ts";
import { REQUEST_TIMEOUT_MS } from "../../packages/emulator/src/emulator.ts";
import { MOST_VIEWERS } from "../../packages/emulator/src/server/stream.ts";
import { MEDIAN_LIMIT_MS, SLOW_SHARE_LIMIT } from "../../packages/emulator/src/verdict.ts";
import { TIMEOUT_MS } from "../../packages/settings/src/connection.ts";
import { defaultRetry as settingsRetry } from "../../packages/settings/src/retry.ts";
import { MOST_DOUBT_MS, SILENCE_MS } from "../../packages/sqlite/src/leases.ts";
import { defaults as sqlite } from "../../packages/sqlite/src/sqlite-store.ts";
import { documents } from "../../scripts/documents.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

const WORDS = new Map(
  Object.entries({ 2: "two", 4: "four", 5: "five", 10: "ten", 13: "thirteen", 20: "twenty" }),
);
const word = (number: number): string => WORDS.get(String(number)) ?? String(number);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const count = (number: number): string => number.toLocaleString("en");
const bytes = (number: number): string =>
  number < 1024 ** 3 ? `${number / 1024 ** 2} MiB` : `${number / 1024 ** 3} GiB`;
const megabytes = (number: number): string => `${number / 1e6} MB`;
const seconds = (ms: number): number => ms / 1_000;
const minutes = (ms: number): number => ms / 60_000;
const days = (ms: number): string => `${ms / 86_400_000} days`;
const percent = (share: number): string => `${share * 100} %`;

const attempts = word(defaultRetry.maxAttempts);
/** All the waits, without what is taken off at random. */
const retriesMs = Array.from(
  { length: defaultRetry.maxAttempts - 1 },
  (_, before) => retryDelayMs(defaultRetry, before + 1, () => 0) ?? 0,
).reduce((sum, delay) => sum + delay, 0);
const hours = `${word(Math.round(retriesMs / 3_600_000))} hours`;
const firstWaits = [1, 2, 3].map((n) => seconds(retryDelayMs(defaultRetry, n, () => 0) ?? 0));

const cloudRetry = checkCloudRetry();
const letters = bytes(sqlite.deadLetterLimitBytes);
const redisFull = `${percent(REDIS_FULL)} of`;

/** By their document, the sentences that a change of a constant makes untrue. */
const sentences: Readonly<Record<string, readonly string[]>> = {
  "SECURITY.md": [
    `with the SQLite inbox for ${days(sqlite.rememberMs)} (\`rememberMs\`)`,
    `beyond ${count(memory.seenLimit)} notifications (\`seenLimit\`)`,
    `within each second (by default ${bytes(defaults.unverifiedLimitBytes)})`,
    `Beyond ${count(MOST_LEVELS)} levels, or an item in ${BYTES_PER_ITEM} bytes,`,
    `an item of more than ${count(MOST_VALUES)} values`,
    `A body of ${bytes(defaults.bodyLimitBytes)} holds the event loop`,
    `is no id beyond ${count(LONGEST_ID)} characters`,
    `within ${FRESH_MS} ms, are one question to the inbox`,
    `${bytes(memory.deadLetterLimitBytes)} in memory, ${letters} in the SQLite inbox (\`deadLetterLimitBytes\`)`,
    `for ${days(sqlite.deadLetterMaxAgeMs)} (\`deadLetterMaxAgeMs\`)`,
    `dead letters give way beyond ${bytes(redis.deadLetterLimitBytes)}`,
    `what has more than ${count(MOST_CUT_ITEMS)} items`,
    `${word(MOST_VIEWERS)} can listen at a time`,
  ],
  "docs/architecture.md": [
    `\`packages/core/src/inbox/lull.ts\`, ${LONGEST_WAIT_MS} ms at most`,
    `in steps of at most ${MOST_PARTS} parts`,
  ],
  "docs/concepts.md": [
    `read as bytes, at most ${bytes(defaults.bodyLimitBytes)}, and`,
    `${defaults.concurrency} at a time (\`concurrency\`)`,
    `tried again, after ${firstWaits.join(", ")} … seconds`,
    `| ${bytes(memory.limitBytes)} | ${bytes(sqlite.limitBytes)} | ${bytes(redis.limitBytes)}, and ${redisFull} Redis's`,
    `the newest ${count(memory.seenLimit)} | to all, for ${days(sqlite.rememberMs)} | to all, for ${days(redis.rememberMs)} |`,
    `${capital(attempts)} times within about ${hours}. Then it is a dead letter`,
    `after ${word(minutes(defaults.handlerTimeoutMs))} minutes (\`handlerTimeoutMs\`)`,
  ],
  "docs/decisions/0002-raw-body.md": [
    `${bytes(defaults.bodyLimitBytes)} for one body, ${bytes(defaults.unverifiedLimitBytes)} for all that is read`,
  ],
  "docs/decisions/0011-duplicates.md": [
    `kept for ${days(sqlite.rememberMs)}`,
    `notification over ${days(sqlite.rememberMs)}`,
  ],
  "docs/emulator.md": [
    `a median of at most ${MEDIAN_LIMIT_MS} ms, and less than ${percent(SLOW_SHARE_LIMIT)} above`,
    `the newest ${count(KEPT_DELIVERIES)}, and at most ${megabytes(KEPT_BYTES)} of bodies`,
  ],
  "docs/errors.md": [`the default of ${bytes(defaults.bodyLimitBytes)}`],
  "docs/many-machines.md": [
    `**Duplicates are known for ${days(redis.rememberMs)}**`,
    `createWebhooks({ concurrency })\` says (${defaults.concurrency})`,
    `\`limitBytes\` (${bytes(redis.limitBytes)} of bodies) or ${redisFull} \`maxmemory\``,
    `\`deadLetterMaxAgeMs\` (${days(redis.deadLetterMaxAgeMs)}) and up to \`deadLetterLimitBytes\` (${bytes(redis.deadLetterLimitBytes)})`,
    `during a write, up to ${BATCH_RECORDS} notifications`,
  ],
  "docs/observability.md": [
    `calls within ${FRESH_MS} ms are one question`,
    `tried again for about ${hours}`,
  ],
  "docs/performance.md": [defaults.unverifiedLimitBytes, memory.limitBytes].map(
    (limit) => `\`unverifiedLimitBytes\` and \`limitBytes\` (${bytes(limit)} each)`,
  ),
  "docs/recipes.md": [
    `close() waits up to ${seconds(CLOSE_MS)} s for handlers`,
    `What failed ${attempts} times is kept`,
  ],
  "docs/reliability.md": [
    `less than a commit and ${SETTLE_MS} ms ago`,
    `**Duplicates are known for ${days(sqlite.rememberMs)}**`,
    `That is ${seconds(SILENCE_MS)} s of silence`,
    `makes it ${seconds(SILENCE_MS)} s and twice`,
    `takes ${word(seconds(MOST_DOUBT_MS))} more seconds in which it was looked, some ${word(Math.round(seconds(SILENCE_MS + MOST_DOUBT_MS)))} in all`,
    `${capital(attempts)} attempts within about ${hours}`,
    `(${count(store.windowRecords)} notifications, ${bytes(store.windowBytes)})`,
    `kept for ${days(sqlite.deadLetterMaxAgeMs)} (\`deadLetterMaxAgeMs\`) and up to ${letters} (\`deadLetterLimitBytes\`); at ${word(LETTERS_FULL * 5)} fifths of`,
    `in the file | ${bytes(sqlite.limitBytes)} (`,
    `to be written | ${bytes(store.pendingLimitBytes)} (`,
    `with \`memoryInbox\` | ${bytes(memory.limitBytes)} (`,
    `with \`bullmqInbox\` | ${bytes(redis.limitBytes)} (\`limitBytes\`), and ${redisFull} its`,
    `dead letters | ${letters}, ${days(sqlite.deadLetterMaxAgeMs)} |`,
    `ids and keys | ${days(sqlite.rememberMs)} (\`rememberMs\`)`,
    `an error in the log after ${word(seconds(START_REMINDER_MS))} seconds`,
  ],
  "docs/serverless.md": [
    `is tried again for ${hours}, then kept`,
    `has ${word(seconds(PATIENCE_MS))} seconds to answer`,
    `waits ${word(seconds(PATIENCE_MS))} seconds for one`,
    `remembers its last ${count(REMEMBERED_KEYS)} events`,
    `\`handlerTimeoutMs\` is ${word(minutes(defaults.handlerTimeoutMs))} minutes`,
  ],
  "docs/settings.md": [
    `\`timeoutMs\` (${seconds(TIMEOUT_MS)} seconds)`,
    `\`retry.maxAttempts\` (${settingsRetry.maxAttempts}) attempts in all, waiting \`retry.minDelayMs\` (${settingsRetry.minDelayMs})`,
    `up to \`retry.maxDelayMs\` (${count(settingsRetry.maxDelayMs)})`,
  ],
  "docs/troubleshooting.md": [
    `${attempts} times within about ${hours} unless \`retry\``,
    `durable one, for ${days(sqlite.rememberMs)}`,
    `The default of ${bytes(defaults.bodyLimitBytes)} takes that`,
  ],
  "packages/emulator/README.md": [
    `client for ${ON_PREMISES_WINDOW_MS / 3_600_000} hours by its settings`,
    `at once, then ${seconds(cloudRetry.firstWaitMs)} s, each ${cloudRetry.factor} times the one before`,
    `(up to ${MOST_ITEMS} events, ${megabytes(MOST_BYTES)})`,
    `median at most ${MEDIAN_LIMIT_MS} ms, less than ${percent(SLOW_SHARE_LIMIT)} above`,
    `the newest ${count(KEPT_DELIVERIES)} deliveries, and of at most ${megabytes(KEPT_BYTES)} of bodies`,
    `(\`requestTimeoutMs\`, ${seconds(REQUEST_TIMEOUT_MS)} s of real time)`,
  ],
  "packages/settings/README.md": [
    `\`timeoutMs\` (${seconds(TIMEOUT_MS)} seconds)`,
    `says, ${word(settingsRetry.maxAttempts)} attempts in all`,
  ],
  "packages/sqlite/README.md": [
    `in the file for ${days(sqlite.deadLetterMaxAgeMs)}, and ${letters} of them`,
    `some ${word(Math.round(seconds(SILENCE_MS + MOST_DOUBT_MS)))} on a very slow disk`,
  ],
};

/** A document as one line: sentences go on where a line ends. */
const lineOf = (document: string): string =>
  readFileSync(join(root, document), "utf8").replace(/\s+/g, " ");

test.each(Object.entries(sentences))("%s says what the code does", (document, told) => {
  const line = lineOf(document);
  expect(told.filter((sentence) => !line.includes(sentence))).toEqual([]);
});

/** Sizes in units that only we use, and times for which we keep something: the platform's are others. */
const OURS = /[\d,.]+ (?:[MG]iB\b|(?:8|30) days)/g;

// What was is told as it was.
test.each(documents(root).filter((document) => document !== "CHANGELOG.md"))(
  "%s has no size, and no time of ours, that is not in the table",
  (document) => {
    let rest = lineOf(document);
    for (const sentence of sentences[document] ?? []) rest = rest.replaceAll(sentence, "");
    expect(rest.match(OURS) ?? []).toEqual([]);
  },
);

test("README.md says how much of the packages is zod's", () => {
  const folder = realpathSync(join(root, "packages/core/node_modules/zod"));
  const size = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => statSync(join(folder, file)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
  const [, told] = /, (\d+) of them zod's/.exec(lineOf("README.md")) ?? [];
  expect(told).toBe(String(Math.round(size / 1e6)));
});
