import { parseArgs } from "node:util";
import { parse } from "../parse.ts";
import { eraseFrom } from "./erasure.ts";
import type { DeadLetter, InboxRecord } from "./inbox.ts";
import type { Store } from "./store.ts";

const HELP = `Looks into the inbox of a receiver: what waits, and dead letters.

  whatsapp-webhooks-inbox <inbox> stats            how much waits, how many dead letters there are, how old the oldest is
  whatsapp-webhooks-inbox <inbox> list             dead letters, oldest first
  whatsapp-webhooks-inbox <inbox> show <id>        the events in one, without what people wrote
  whatsapp-webhooks-inbox <inbox> replay <id>...   has them handled again by the running receiver
  whatsapp-webhooks-inbox <inbox> discard <id>...  removes them for good
  whatsapp-webhooks-inbox <inbox> erase <text>...  removes a person: every item, waiting or a dead letter, with one of these numbers and ids

<inbox> is a SQLite file, or redis://host:port/db (rediss:// for TLS; a password is better kept in REDIS_URL, with redis: for <inbox>).

  --all     with replay and discard: all of them
  --body    with show: the body as it came. It holds what people wrote.
  --json    one JSON value on stdout; of show it has the tenant, too: your own name for whose secret it came with
  --prefix  with Redis: the inbox's \`prefix\`, if it has one of its own
  --help

The receiver may be running meanwhile.
`;

/** What people may look at and do in an inbox, beside what handles it. */
export type KeptStore = Pick<
  Store,
  "stats" | "listDeadLetters" | "get" | "revive" | "discard" | "find" | "replace" | "close"
>;

/** Opens what the command is called with. */
export interface InboxOpeners {
  /** Rejects with {@link Usage} when there is no such file. */
  file(path: string): Promise<KeptStore>;
  /** Rejects with {@link Usage} when it does not answer, or cannot be used. */
  redis(url: string, prefix: string | undefined): Promise<KeptStore>;
}

/** A mistake in the call: told in one line, without a stack. */
export class Usage extends Error {}

interface Values {
  readonly all: boolean;
  readonly body: boolean;
  readonly json: boolean;
  readonly help: boolean;
  readonly prefix?: string | undefined;
}

function readArguments(): { readonly values: Values; readonly positionals: readonly string[] } {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        all: { type: "boolean", default: false },
        body: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        prefix: { type: "string" },
      },
    });
  } catch (error) {
    // The first sentence says all; the rest is about arguments that begin with a dash.
    const [message] = (error instanceof Error ? error.message : String(error)).split(". ");
    process.stderr.write(`whatsapp-webhooks-inbox: ${message}. See --help.\n`);
    process.exit(2);
  }
}

/**
 * Opens with the package of the other inbox, if it is installed: both bring this command, and only one of them is found
 * under its name. The package exports `openKeptStore`.
 */
export function keptElsewhere(
  name: string,
  load: (
    specifier: string,
  ) => Promise<{ openKeptStore(place: string, prefix?: string): Promise<KeptStore> }>,
): (place: string, prefix?: string) => Promise<KeptStore> {
  return async (place, prefix) => {
    let loaded: Awaited<ReturnType<typeof load>>;
    try {
      loaded = await load(name);
    } catch {
      throw new Usage(`for this inbox the package ${name} is needed: npm install ${name}.`);
    }
    return loaded.openKeptStore(place, prefix);
  };
}

/** The command `whatsapp-webhooks-inbox`, which each package with a durable inbox brings along. */
export async function runInboxCommand(openers: InboxOpeners): Promise<void> {
  try {
    await run(openers);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`whatsapp-webhooks-inbox: ${withoutCredentials(message)}\n`);
    process.exitCode = error instanceof Usage ? 2 : 1;
  }
}

/** A URL that was mistyped is taken for a file, and named. */
function withoutCredentials(text: string): string {
  return text.replace(/\S*@(?=\S)/g, "");
}

async function run(openers: InboxOpeners): Promise<void> {
  const { values, positionals } = readArguments();
  const [place, command = "list", ...rest] = positionals;
  if (values.help || place === undefined) {
    process.stdout.write(HELP);
    return;
  }
  const store = await open(place, values.prefix, openers);
  try {
    await commandOf(command)({ store, values }, rest);
  } finally {
    await store.close();
  }
}

function open(place: string, prefix: string | undefined, openers: InboxOpeners) {
  if (!/^rediss?:/.test(place)) return openers.file(place);
  if (place !== "redis:") return openers.redis(place, prefix);
  const { REDIS_URL } = process.env;
  if (REDIS_URL === undefined) throw new Usage("redis: stands for REDIS_URL, which is not set.");
  return openers.redis(REDIS_URL, prefix);
}

interface Call {
  readonly store: KeptStore;
  readonly values: Values;
}
type Command = (call: Call, rest: readonly string[]) => Promise<void>;

function commandOf(name: string): Command {
  const command = new Map<string, Command>([
    ["stats", stats],
    ["list", list],
    ["show", show],
    [
      "replay",
      async (call, rest) =>
        told(call, "replayed", await call.store.revive(await idsOf(call, rest))),
    ],
    [
      "discard",
      async (call, rest) =>
        told(call, "discarded", await call.store.discard(await idsOf(call, rest))),
    ],
    ["erase", erase],
  ]).get(name);
  if (command === undefined) throw new Usage(`there is no command ${name}. See --help.`);
  return command;
}

async function stats({ store, values }: Call): Promise<void> {
  const { oldestReceivedAt, ...counts } = await store.stats();
  const oldestAgeMs = oldestReceivedAt === undefined ? undefined : Date.now() - oldestReceivedAt;
  out(values, { ...counts, oldestAgeMs }, () => [
    `${counts.waiting} waiting (${counts.waitingBytes} bytes), ${counts.deadLetters} dead letters`,
    ...(oldestAgeMs === undefined
      ? []
      : [`the oldest has waited ${Math.round(oldestAgeMs / 1000)} s`]),
  ]);
}

async function list({ store, values }: Call): Promise<void> {
  const letters: DeadLetter[] = [];
  for await (const letter of allOf(store)) letters.push(letter);
  out(values, letters, () =>
    letters.length === 0
      ? ["no dead letters"]
      : letters.map(({ id, receivedAt, attempts, bytes, reason }) => {
          const when = new Date(receivedAt).toISOString();
          return `${id}  ${when}  ${String(attempts).padStart(2)} attempts  ${String(bytes).padStart(7)} bytes  ${reason}`;
        }),
  );
}

async function show({ store, values }: Call, [id, ...others]: readonly string[]): Promise<void> {
  if (id === undefined || others.length > 0) throw new Usage("show takes one id.");
  const record = await store.get(id);
  if (record === undefined) throw new Usage(`nothing here has the id ${id}.`);
  if (values.body) {
    process.stdout.write(record.body);
    return;
  }
  const events = namesIn(record);
  out(
    values,
    {
      id,
      receivedAt: record.receivedAt,
      auth: record.auth.kind,
      tenant: record.auth.tenant,
      bytes: record.body.byteLength,
      events,
    },
    () => [
      `${id}, received ${new Date(record.receivedAt).toISOString()}, ${record.auth.kind}, ${record.body.byteLength} bytes`,
      ...events,
    ],
  );
}

function namesIn({ body, keys }: InboxRecord): string[] {
  try {
    return [...parse(body, { keys })].map((event) => event.name);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

async function erase(call: Call, texts: readonly string[]): Promise<void> {
  if (texts.length === 0 || texts.includes(""))
    throw new Usage("erase takes the texts to look for.");
  told(call, "erased", await eraseFrom(call.store, texts));
}

async function idsOf({ store, values }: Call, ids: readonly string[]): Promise<readonly string[]> {
  if (!values.all) {
    if (ids.length === 0) throw new Usage("name ids, or --all.");
    return ids;
  }
  const all: string[] = [];
  for await (const { id } of allOf(store)) all.push(id);
  return all;
}

async function* allOf(store: KeptStore): AsyncGenerator<DeadLetter> {
  let after = 0;
  for (;;) {
    const page = await store.listDeadLetters({ after, limit: 500 });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.position;
  }
}

function told({ values }: Call, what: string, count: number): void {
  out(values, { [what]: count }, () => [`${count} ${what}`]);
}

function out({ json }: Values, value: unknown, lines: () => readonly string[]): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${lines().join("\n")}\n`);
}
