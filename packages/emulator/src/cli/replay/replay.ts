import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import { answerHint, answerWord, proofOf } from "../answer-hint.ts";
import { Failure } from "../failure.ts";
import { count, jsonOption, receiverOption, shownUrl } from "../option-values.ts";
import { startProgress } from "../progress.ts";
import { createScreen, type Screen } from "../screen.ts";
import {
  addSendingOptions,
  proofFor,
  SENDING_HELP,
  type SendingOptions,
  senderFrom,
} from "../sending-options.ts";
import { type RecordedBody, recordedBodies } from "./recorded-bodies.ts";

interface ReplayOptions extends SendingOptions {
  readonly rate?: number;
  readonly concurrency: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ whatsapp-webhooks replay body.json --to http://localhost:3000/webhooks/whatsapp
  $ whatsapp-webhooks replay recorded.jsonl --rate 50 --concurrency 10
  $ whatsapp-webhooks replay bodies/
  $ whatsapp-webhooks replay inbox.db

A file is one JSON body, a JSON array of bodies, JSON lines, or an inbox of
@whatsapp-webhooks/sqlite: then its dead letters are sent, and stay where they are. A folder is
all .json, .jsonl and .ndjson files below it. Bodies are sent as they are: ids that the receiver
has handled are duplicates to it.
${SENDING_HELP}`;

export function addReplay(program: Command): void {
  const command = program
    .command("replay")
    .summary("posts recorded bodies, signed again")
    .description("Posts bodies from a file to a receiver, signed again, and sums up the answers.")
    .argument("<file>", "a file or a folder")
    .addOption(receiverOption())
    .option("--rate <n>", "at most n requests a second", count(1, 100_000))
    .option("--concurrency <n>", "how many requests at once", count(1, 1000), 5);
  addSendingOptions(command).addOption(jsonOption()).addHelpText("after", EXAMPLES).action(replay);
}

interface Refusal {
  readonly where: string;
  readonly answer: string;
  readonly hint: string | null;
}

async function replay(file: string, options: ReplayOptions): Promise<void> {
  const screen = createScreen(options);
  const bodies = await recordedBodies(file);
  if (bodies.length === 0) {
    screen.json({ total: 0, accepted: 0, answers: {}, refusals: [] });
    screen.lines("There is nothing to send.");
    return;
  }
  const sender = senderFrom(options);
  // Whoever has On-Premises bodies alone need not have a secret.
  const signed = bodies.some((body) => !body.isOnPremises) ? proofFor(false, options) : {};
  const unsigned = proofFor(true, options);
  const progress = startProgress(!screen.isJson);
  const answers = new Map<string, number>();
  const refusals: Refusal[] = [];
  const began = performance.now();
  let sent = 0;
  const send = async ({ where, bytes, isOnPremises }: RecordedBody): Promise<void> => {
    const proof = isOnPremises ? unsigned : signed;
    const answer = await sender.post(bytes, proof);
    const word = answerWord(answer);
    answers.set(word, (answers.get(word) ?? 0) + 1);
    const hint = answerHint(answer, proofOf(proof)) ?? null;
    if (word !== "200") refusals.push({ where, answer: word, hint });
    sent++;
    progress.tell(progressLine(sent, bodies.length, refusals.length, performance.now() - began));
  };
  try {
    await paced(bodies, send, options);
  } finally {
    progress.clear();
    sender.close();
  }
  const seconds = (performance.now() - began) / 1000;
  report(screen, sender.url, bodies.length, answers, refusals, seconds);
}

/** Some at a time, and no faster than is allowed. */
async function paced(
  bodies: readonly RecordedBody[],
  send: (body: RecordedBody) => Promise<void>,
  { concurrency, rate }: ReplayOptions,
): Promise<void> {
  const gapMs = rate === undefined ? 0 : 1000 / rate;
  let next = 0;
  let slot = Number.NEGATIVE_INFINITY;
  const work = async (): Promise<void> => {
    for (let at = next++; at < bodies.length; at = next++) {
      const body = bodies[at];
      // What a slow receiver held up is not made up for: that would be more than was allowed.
      slot = Math.max(performance.now(), slot + gapMs);
      const earlyMs = slot - performance.now();
      if (earlyMs > 0) await wait(Math.ceil(earlyMs));
      if (body !== undefined) await send(body);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

const BAR = 24;

function progressLine(sent: number, total: number, refused: number, ms: number): string {
  const full = Math.round((sent / total) * BAR);
  const rate = Math.round(sent / Math.max(0.001, ms / 1000));
  const failed = refused > 0 ? `, ${refused} not accepted` : "";
  return `${"█".repeat(full)}${"░".repeat(BAR - full)} ${sent} of ${total}, ${rate}/s${failed}`;
}

const SHOWN_REFUSALS = 10;

function report(
  screen: Screen,
  url: URL,
  total: number,
  answers: ReadonlyMap<string, number>,
  refusals: readonly Refusal[],
  seconds: number,
): void {
  const accepted = total - refusals.length;
  screen.json({ total, accepted, answers: Object.fromEntries(answers), refusals, seconds });
  const { green, red, yellow, dim } = screen.colours;
  for (const { where, answer } of refusals.slice(0, SHOWN_REFUSALS))
    screen.lines(`${red("✗")} ${red(answer)}  ${where}`);
  if (refusals.length > SHOWN_REFUSALS)
    screen.lines(dim(`  … and ${refusals.length - SHOWN_REFUSALS} more`));
  for (const hint of new Set(refusals.map((refusal) => refusal.hint)))
    if (hint !== null) screen.lines(`  ${yellow(hint)}`);
  const words = [...answers].sort().map(([word, times]) => `${word} × ${times}`);
  screen.lines(
    `${refusals.length === 0 ? green("✓") : red("✗")} ${total} posted to ${shownUrl(url)} in ${seconds.toFixed(1)} s: ${words.join(", ")}`,
  );
  if (refusals.length > 0)
    throw new Failure(`${refusals.length} of ${total} were not accepted: only 200 counts.`);
}
