// The servers under test. What each does and does not do stands beside its number, here and nowhere else.

export const frameworks = ["node:http", "Express", "Koa", "Fastify", "Fetch"] as const;
export type Framework = (typeof frameworks)[number];

/** Whose format and signature the load has. */
export type Sender = "whatsapp" | "github" | "line";

export type SetupName =
  | "bare"
  | "ours"
  | "whatsapp-api-js"
  | "kapso"
  | "great-detail"
  | "chat-adapter"
  | "octokit"
  | "line";

export type InboxName = "memory" | "sqlite" | "redis";

export interface SubjectRow {
  /** Unique. */
  readonly name: string;
  readonly setup: SetupName;
  readonly framework: Framework;
  readonly inbox?: InboxName;
  readonly sender: Sender;
  /** The package, for its version; none for a bare framework. */
  readonly package?: string;
  /** What a 200 means for a crash right after it. */
  readonly durable: boolean;
  /** Of a batch of 1000, how many items its handler is known to see. */
  readonly batchItems: number;
  /** Whether items are checked against a schema. */
  readonly validates: boolean;
  /** Whether the answer waits for handlers. */
  readonly answersFirst: boolean;
  /** Whether the sender puts several items in a body, so that there is a batch to measure. */
  readonly takesBatches: boolean;
  /** Refuses what it has seen before, so that no request may be sent twice. */
  readonly deduplicates: boolean;
  /** What a reader has to know of the set-up. */
  readonly note?: string;
}

const plain = {
  sender: "whatsapp",
  durable: false,
  batchItems: 1_000,
  validates: false,
  answersFirst: false,
  takesBatches: true,
  deduplicates: false,
} as const;

const bare = frameworks.map(
  (framework): SubjectRow => ({
    ...plain,
    name: `${framework}, bare`,
    setup: "bare",
    framework,
    note: "raw body and HMAC, nothing else",
  }),
);

const inboxes = ["memory", "sqlite", "redis"] as const;
const ours = frameworks.flatMap((framework) =>
  inboxes.map(
    (inbox): SubjectRow => ({
      ...plain,
      name: `${framework}, ours, ${inbox}`,
      setup: "ours",
      framework,
      inbox,
      durable: inbox !== "memory",
      validates: true,
      answersFirst: true,
      deduplicates: true,
    }),
  ),
);

const LIMIT_NOTE =
  "its documented set-up answers 413 above 100 KB, the default limit of Express's parsers; raised to 4 MB here";

const peers: readonly SubjectRow[] = [
  {
    ...plain,
    name: "node:http, whatsapp-api-js",
    setup: "whatsapp-api-js",
    batchItems: 1,
    framework: "node:http",
    package: "whatsapp-api-js",
    note: "hands on the first item of a body only",
  },
  {
    ...plain,
    name: "node:http, @octokit/webhooks",
    setup: "octokit",
    framework: "node:http",
    package: "@octokit/webhooks",
    sender: "github",
    takesBatches: false,
    note: "signed GitHub events of the same size (issue comments), since it reads nothing else; GitHub has no batches",
  },
  {
    ...plain,
    name: "Express, whatsapp-api-js",
    setup: "whatsapp-api-js",
    batchItems: 1,
    framework: "Express",
    package: "whatsapp-api-js",
    note: `hands on the first item of a body only; ${LIMIT_NOTE}`,
  },
  {
    ...plain,
    name: "Express, @kapso/whatsapp-cloud-api",
    setup: "kapso",
    framework: "Express",
    package: "@kapso/whatsapp-cloud-api",
    note: LIMIT_NOTE,
  },
  {
    ...plain,
    name: "Express, @great-detail/whatsapp",
    setup: "great-detail",
    framework: "Express",
    package: "@great-detail/whatsapp",
    note:
      "as its README has it, it answers 500 to everything, since `express.raw()` reads no JSON, and `eventNotification` and " +
      `\`verifySignature\` are not awaited: mended here; ${LIMIT_NOTE}`,
  },
  {
    ...plain,
    name: "Express, @line/bot-sdk",
    setup: "line",
    framework: "Express",
    package: "@line/bot-sdk",
    sender: "line",
    note: "LINE's own bodies of the same size and its own signature, since it reads nothing else",
  },
  {
    ...plain,
    name: "Fetch, @chat-adapter/whatsapp",
    setup: "chat-adapter",
    framework: "Fetch",
    package: "@chat-adapter/whatsapp",
    answersFirst: true,
    deduplicates: true,
    note: "with `chat` and its state in memory",
  },
];

/** All of them. */
export const subjects: readonly SubjectRow[] = [...bare, ...ours, ...peers];

/** The one of this name. Throws for a name that is none. */
export function subjectOf(name: string): SubjectRow {
  const row = subjects.find((subject) => subject.name === name);
  if (row === undefined) throw new Error(`there is no subject "${name}".`);
  return row;
}

/** The baseline of a framework. */
export function bareOf(framework: Framework): SubjectRow {
  return subjectOf(`${framework}, bare`);
}
