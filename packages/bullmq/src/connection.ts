import { type Logger, WebhookError } from "@whatsapp-webhooks/core";
import { Redis, type RedisOptions } from "ioredis";

/** Where Redis is: a URL (`rediss://` for TLS), options of ioredis, or an ioredis client. */
export type RedisConnection = { readonly url: string } | ConnectionOptions | RedisClient;

/** The options of ioredis, but for a class of connections. */
export type ConnectionOptions = Omit<RedisOptions, "Connector">;

/** An ioredis client, of whatever copy and version: connections of our own are made with its options, and nothing else is done with it. */
export interface RedisClient {
  /** What it was made with. */
  readonly options: { readonly keyPrefix?: string | undefined };
  /** Tells a client of ioredis from those of other libraries. It is not called. */
  defineCommand(...args: never): unknown;
  /** Tells a client from options. It is not called. */
  duplicate(...args: never): unknown;
}

/** How long a write of a notification may take before it is answered 503. */
export const PATIENCE_MS = 1_500;
const LONGEST_PAUSE_MS = 500;

const reconnecting: RedisOptions = {
  retryStrategy: (times) => Math.min(50 * times, LONGEST_PAUSE_MS),
  connectTimeout: 5_000,
  reconnectOnError: isOfReplica,
  keepAlive: 5_000,
  // Nobody would connect.
  lazyConnect: false,
};

/** For answers: while Redis is away nothing queues up, and nothing is sent twice. */
export const impatient: RedisOptions = {
  ...reconnecting,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: PATIENCE_MS,
  // A connection may die without a word: nothing comes through, and a new one would do.
  socketTimeout: 2 * PATIENCE_MS,
};

/** For work: commands wait until Redis is back. */
export const patient: RedisOptions = {
  ...reconnecting,
  enableOfflineQueue: true,
  maxRetriesPerRequest: null,
  // BullMQ waits ten seconds at most for a job.
  socketTimeout: 15_000,
};

/** After a failover a connection may still lead to what is a replica now. (Redis 6 wraps what a script met.) */
export function isOfReplica(error: unknown): boolean {
  return error instanceof Error && /\bREADONLY\b|^UNBLOCKED\b/.test(error.message);
}

export function connect(connection: RedisConnection, overrides: RedisOptions): Redis {
  const given = isClient(connection) ? connection.options : connection;
  // BullMQ reads replies as they have always been.
  const options = { ...given, ...overrides, replyMapping: "legacy" as const };
  return hasUrl(connection) ? new Redis(connection.url, options) : new Redis(options);
}

function hasUrl(connection: object): connection is { readonly url: string } {
  return "url" in connection;
}

/** What TypeScript does not check. */
export function checkConnection(connection: RedisConnection | undefined): void {
  if (typeof connection !== "object" || connection === null)
    throw invalid('it needs `connection`: { url: "redis://…" }, options of ioredis, or a client.');
  if ("isCluster" in connection && connection.isCluster)
    throw invalid(
      "a Redis Cluster has no transactions over all its keys. Use one Redis, with replicas if you like.",
    );
  if ("duplicate" in connection && !isClient(connection))
    throw invalid(
      "`connection` is a client, but none of ioredis. Give it { url } or a client of ioredis.",
    );
  if (hasUrl(connection) && !/^rediss?:\/\//.test(String(connection.url)))
    throw invalid("`connection.url` must begin with redis:// or rediss://.");
  // Not left to whoever parses it: their error holds the whole of it, password included.
  if (hasUrl(connection) && !isReadable(connection.url))
    throw invalid(
      "`connection.url` is not a URL. In user and password, write what is no letter or digit with %, as encodeURIComponent does.",
    );
  const given = isClient(connection) ? connection.options : connection;
  if ("keyPrefix" in given && given.keyPrefix)
    throw invalid("BullMQ knows no `keyPrefix`. Use the option `prefix` of the inbox.");
}

function isReadable(url: string): boolean {
  try {
    decodeURIComponent(new URL(url).password);
    decodeURIComponent(new URL(url).username);
    return true;
  } catch {
    return false;
  }
}

function invalid(message: string): WebhookError {
  return new WebhookError("option_invalid", `the BullMQ inbox: ${message}`);
}

function isClient(connection: RedisConnection): connection is RedisClient {
  return (
    "duplicate" in connection &&
    "defineCommand" in connection &&
    typeof connection.defineCommand === "function" &&
    typeof connection.options === "object" &&
    connection.options !== null
  );
}

/** Resolves when it takes commands; rejects when it will not any more. */
export function readyOf(client: Redis): Promise<void> {
  if (client.status === "ready") return Promise.resolve();
  const closed = () => new WebhookError("closing", "the inbox is closed.");
  if (client.status === "end") return Promise.reject(closed());
  return new Promise((resolve, reject) => {
    client.once("ready", resolve);
    client.once("end", () => reject(closed()));
  });
}

/** For people: without user and password. */
export function placeOf({ options }: Redis): string {
  const { host = "localhost", port = 6379, path, db = 0, tls } = options;
  if (path) return `redis at ${path}`;
  return `${tls === undefined ? "redis" : "rediss"}://${host}:${port}/${db}`;
}

/**
 * Tells of each outage once, and of its end; without a logger nothing, as a connection that is being closed has no outage. What
 * Redis says may hold names; only the kind of it is told.
 */
export function tellOutages(client: Redis, logger: () => Logger | undefined): void {
  let isAway = false;
  client.on("error", (error: Error & { code?: unknown }) => {
    if (isAway) return;
    isAway = true;
    const code = typeof error.code === "string" ? error.code : /^[A-Z]+/.exec(error.message)?.[0];
    logger()?.error(
      { code: "inbox_failed", cause: code ?? error.name },
      `${placeOf(client)} is away${hintFor(code)}: notifications are answered 503 and come again; what was taken is safe in it.`,
    );
  });
  client.on("ready", () => {
    if (isAway) logger()?.info({}, `${placeOf(client)} is back.`);
    isAway = false;
  });
}

function hintFor(code: string | undefined): string {
  if (code === "WRONGPASS" || code === "NOAUTH") return " (it refuses the user or password)";
  if (code === "ECONNREFUSED") return " (nobody listens there)";
  if (code === "ENOTFOUND") return " (the host has no address)";
  return "";
}

/** What was promised, if it comes in time. */
export async function within<T>(ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
