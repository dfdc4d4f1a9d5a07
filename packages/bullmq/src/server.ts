import { type Logger, WebhookError } from "@whatsapp-webhooks/core";
import type { Redis } from "ioredis";
import { placeOf } from "./connection.ts";

const OLDEST = [6, 2] as const;

/** Of a Redis, as far as it matters here. */
interface ServerFacts {
  readonly version: string;
  readonly evicts: string | undefined;
  /** Undefined: it does not say. */
  readonly isLogging: boolean | undefined;
  readonly fsync: string | undefined;
}

async function factsOf(client: Redis): Promise<ServerFacts> {
  const info = await client.info();
  const read = (name: string): string | undefined => fieldIn(info, name);
  // Hosted ones do not let everybody see their configuration.
  const config = await client.config("GET", "appendfsync").catch(() => []);
  const fsync = Array.isArray(config) ? config[1] : undefined;
  const isLogging = read("aof_enabled");
  return {
    version: read("redis_version") ?? "0",
    evicts: read("maxmemory_policy"),
    isLogging: isLogging === undefined ? undefined : isLogging === "1",
    fsync: typeof fsync === "string" ? fsync : undefined,
  };
}

/** Resolves to what tells in one line what this Redis loses. Rejects if it is none that may hold notifications. */
export async function inspectServer(client: Redis): Promise<(logger: Logger) => void> {
  const facts = await factsOf(client);
  const place = placeOf(client);
  if (isOlder(facts.version)) {
    const message = `${place} is Redis ${facts.version}; the inbox needs ${OLDEST.join(".")} or later.`;
    throw new WebhookError("inbox_failed", message);
  }
  assertKeeps(client, facts.evicts);
  const [isSafe, message] = lossOf(facts);
  return (logger) =>
    logger[isSafe ? "info" : "warn"]({ redis: facts.version }, `${place}: ${message}`);
}

/** Throws if it may throw away what it was given. */
function assertKeeps(client: Redis, evicts = "noeviction"): void {
  if (evicts === "noeviction") return;
  throw new WebhookError(
    "inbox_failed",
    `${placeOf(client)} has maxmemory-policy ${evicts}: when it is full it throws notifications away that were answered 200. Set maxmemory-policy noeviction.`,
  );
}

function fieldIn(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
}

function lossOf({ isLogging, fsync }: ServerFacts): readonly [isSafe: boolean, message: string] {
  if (isLogging === undefined || (isLogging && fsync === undefined)) {
    return [
      false,
      "it does not say how it writes to disk. Unless that is appendonly yes with appendfsync always, a crash of it loses notifications that were answered 200.",
    ];
  }
  if (!isLogging) {
    return [
      false,
      "a crash of it loses every notification since its last snapshot, though answered 200 (appendonly no). Set appendonly yes and appendfsync always.",
    ];
  }
  if (fsync === "always") return [true, "a 200 means on disk (appendfsync always)."];
  const span = fsync === "no" ? "half minute" : "second or two";
  return [
    false,
    `a crash of its machine loses the notifications of the last ${span}, though answered 200 (appendfsync ${fsync}). Set appendfsync always.`,
  ];
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

/** Beyond this share of its memory Redis is full for us: it needs some to let us finish anything. */
export const FULL = 0.85;

/**
 * How many bytes it may take before it is so full. Rejects with a `WebhookError` if it is none that may hold notifications by now: a
 * replica that took over may be configured otherwise.
 */
export async function roomIn(client: Redis): Promise<number> {
  const info = await client.info("memory");
  assertKeeps(client, fieldIn(info, "maxmemory_policy"));
  const number = (name: string): number => Number(fieldIn(info, name) ?? 0);
  const most = number("maxmemory");
  return most === 0 ? Number.POSITIVE_INFINITY : FULL * most - number("used_memory");
}
