#!/usr/bin/env node
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { type DeadLetter, eraseFrom, parse } from "@whatsapp-webhooks/core";
import { sqliteStore } from "./sqlite-store.ts";

const HELP = `Looks into the inbox file of a receiver: what waits, and what was given up.

  whatsapp-webhooks-inbox <file> stats            how much waits, how much is buried, how old the oldest is
  whatsapp-webhooks-inbox <file> list             buried notifications, oldest first
  whatsapp-webhooks-inbox <file> show <id>        the events in one, without what people wrote
  whatsapp-webhooks-inbox <file> replay <id>...   has them handled again by the running receiver
  whatsapp-webhooks-inbox <file> discard <id>...  removes them for good
  whatsapp-webhooks-inbox <file> erase <text>...  removes a person: every item, waiting or buried, with one of these numbers and ids

  --all     with replay and discard: all that are buried
  --body    with show: the body as it came. It holds what people wrote.
  --json    one JSON value on stdout
  --help

The receiver may be running meanwhile.
`;

const { values, positionals } = readArguments();

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        all: { type: "boolean", default: false },
        body: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    // The first sentence says all; the rest is about arguments that begin with a dash.
    const [message] = (error instanceof Error ? error.message : String(error)).split(". ");
    process.stderr.write(`whatsapp-webhooks-inbox: ${message}. See --help.\n`);
    process.exit(2);
  }
}

/** A mistake in the call: told in one line, without a stack. */
class Usage extends Error {}

async function run(): Promise<void> {
  const [file, command = "list", ...rest] = positionals;
  if (values.help || file === undefined) {
    process.stdout.write(HELP);
    return;
  }
  if (!existsSync(file)) throw new Usage(`there is no file ${file}.`);
  const store = sqliteStore({ path: file });
  try {
    await commandOf(command)(store, rest);
  } finally {
    await store.close();
  }
}

type Store = ReturnType<typeof sqliteStore>;
type Command = (store: Store, rest: readonly string[]) => Promise<void>;

function commandOf(name: string): Command {
  const command = new Map<string, Command>([
    ["stats", stats],
    ["list", list],
    ["show", show],
    [
      "replay",
      async (store, rest) => told("replayed", await store.revive(await idsOf(store, rest))),
    ],
    [
      "discard",
      async (store, rest) => told("discarded", await store.discard(await idsOf(store, rest))),
    ],
    ["erase", erase],
  ]).get(name);
  if (command === undefined) throw new Usage(`there is no command ${name}. See --help.`);
  return command;
}

async function stats(store: Store): Promise<void> {
  const { oldestReceivedAt, ...counts } = await store.stats();
  const oldestAgeMs = oldestReceivedAt === undefined ? undefined : Date.now() - oldestReceivedAt;
  out({ ...counts, oldestAgeMs }, () => [
    `${counts.waiting} waiting (${counts.waitingBytes} bytes), ${counts.buried} buried`,
    ...(oldestAgeMs === undefined
      ? []
      : [`the oldest has waited ${Math.round(oldestAgeMs / 1000)} s`]),
  ]);
}

async function list(store: Store): Promise<void> {
  const letters: DeadLetter[] = [];
  for await (const letter of allOf(store)) letters.push(letter);
  out(letters, () =>
    letters.length === 0
      ? ["nothing is buried"]
      : letters.map(({ id, receivedAt, attempts, bytes, reason }) => {
          const when = new Date(receivedAt).toISOString();
          return `${id}  ${when}  ${String(attempts).padStart(2)} attempts  ${String(bytes).padStart(7)} bytes  ${reason}`;
        }),
  );
}

async function show(store: Store, [id, ...others]: readonly string[]): Promise<void> {
  if (id === undefined || others.length > 0) throw new Usage("show takes one id.");
  const record = await store.get(id);
  if (record === undefined) throw new Usage(`nothing here has the id ${id}.`);
  if (values.body) {
    process.stdout.write(record.body);
    return;
  }
  const events = namesIn(record.body);
  out(
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

function namesIn(body: Uint8Array): string[] {
  try {
    return [...parse(body)].map((event) => event.name);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

async function erase(store: Store, texts: readonly string[]): Promise<void> {
  if (texts.length === 0 || texts.includes(""))
    throw new Usage("erase takes the texts to look for.");
  told("erased", await eraseFrom(store, texts));
}

async function idsOf(store: Store, ids: readonly string[]): Promise<readonly string[]> {
  if (!values.all) {
    if (ids.length === 0) throw new Usage("name ids, or --all.");
    return ids;
  }
  const all: string[] = [];
  for await (const { id } of allOf(store)) all.push(id);
  return all;
}

async function* allOf(store: Store): AsyncGenerator<DeadLetter> {
  let after = 0;
  for (;;) {
    const page = await store.listBuried({ after, limit: 500 });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.position;
  }
}

function told(what: string, count: number): void {
  out({ [what]: count }, () => [`${count} ${what}`]);
}

function out(value: unknown, lines: () => readonly string[]): void {
  process.stdout.write(values.json ? `${JSON.stringify(value)}\n` : `${lines().join("\n")}\n`);
}

run().catch((error: unknown) => {
  process.stderr.write(
    `whatsapp-webhooks-inbox: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = error instanceof Usage ? 2 : 1;
});
