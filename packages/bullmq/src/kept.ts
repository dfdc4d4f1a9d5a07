import { WebhookError } from "@whatsapp-webhooks/core";
import { type KeptStore, Usage } from "@whatsapp-webhooks/core/command";
import type { Redis } from "ioredis";
import {
  checkConnection,
  connect,
  impatient,
  PATIENCE_MS,
  placeOf,
  type RedisConnection,
  readyOf,
  within,
} from "./connection.ts";
import { Engine } from "./engine.ts";
import { checkFormat } from "./format.ts";
import { Keeper } from "./keeper.ts";
import { DEFAULT_PREFIX, Layout } from "./layout.ts";
import { Letters } from "./letters.ts";
import { numbersOf } from "./numbers.ts";

/** What people may look at and do in Redis, without receiving or handling anything. Rejects if Redis does not answer. */
export async function openKept({
  connection,
  prefix = DEFAULT_PREFIX,
}: {
  readonly connection: RedisConnection;
  readonly prefix?: string | undefined;
}): Promise<KeptStore> {
  checkConnection(connection);
  // A process that is there for one command says itself what is wrong.
  const client = connect(connection, { ...impatient, retryStrategy: () => null });
  let cause: Error | undefined;
  client.on("error", (error) => {
    cause = error;
  });
  const layout = new Layout(prefix);
  const late = (): Error => new Usage(`${placeOf(client)} does not answer.`);
  let engine: Engine;
  try {
    engine = await within(2 * PATIENCE_MS, opened(client, layout), late);
  } catch (error) {
    client.disconnect();
    if (error instanceof WebhookError && error.code === "inbox_failed")
      throw new Usage(error.message);
    const why = cause === undefined ? "" : ` (${cause.message})`;
    throw error instanceof Usage ? error : new Usage(`${placeOf(client)} cannot be used${why}.`);
  }
  const { deadLetterLimitBytes, deadLetterMaxAgeMs, rememberMs } = numbersOf({});
  const letters = new Letters(engine, {
    limitBytes: deadLetterLimitBytes,
    maxAgeMs: deadLetterMaxAgeMs,
  });
  const keeper = new Keeper(engine, letters, rememberMs);
  return Object.assign(keeper, {
    async close() {
      await engine.close();
      client.disconnect();
    },
  });
}

async function opened(client: Redis, layout: Layout): Promise<Engine> {
  await readyOf(client);
  await checkFormat(client, layout);
  return new Engine(client, layout).ready();
}

/**
 * For the command `whatsapp-webhooks-inbox`: its URL, and the inbox's prefix.
 * @internal
 */
export function openKeptStore(url: string, prefix?: string): Promise<KeptStore> {
  return openKept({ connection: { url }, prefix });
}
