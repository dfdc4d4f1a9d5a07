import { setTimeout as wait } from "node:timers/promises";
import { type Command, Option } from "commander";
import type { Answer } from "../../delivery/post.ts";
import { cloudWaitMs } from "../../delivery/schedule.ts";
import { notificationNames } from "../../fixtures.ts";
import { answerHint, answerWord, proofOf } from "../answer-hint.ts";
import { Failure, UsageError } from "../failure.ts";
import {
  count,
  durationMs,
  jsonOption,
  receiverOption,
  repeated,
  shownUrl,
} from "../option-values.ts";
import { startProgress } from "../progress.ts";
import { createScreen, type Screen } from "../screen.ts";
import type { Sender, SendOptions } from "../sender.ts";
import {
  addSendingOptions,
  proofFor,
  SENDING_HELP,
  type SendingOptions,
  senderFrom,
} from "../sending-options.ts";
import { readAssignment } from "./assignments.ts";
import { type TriggeredBody, triggeredBodies } from "./bodies.ts";
import { choose, knownEvents, STALE } from "./event-catalogue.ts";

interface TriggerOptions extends SendingOptions {
  readonly set?: readonly string[];
  readonly batch: number;
  readonly duplicate?: boolean;
  readonly outOfOrder?: boolean;
  readonly retry?: boolean;
  readonly retryFor: number;
  readonly age?: number;
  readonly onPremises?: boolean;
  readonly unsigned?: boolean;
  readonly print?: boolean;
  readonly list?: boolean;
  readonly bodies?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ whatsapp-webhooks trigger message.text --to http://localhost:3000/webhooks/whatsapp
  $ whatsapp-webhooks trigger message.text --set text.body=hi --set from=12125550123
  $ whatsapp-webhooks trigger status.failed --set errors.0.code=131047
  $ whatsapp-webhooks trigger message.image --batch 5 --duplicate
  $ whatsapp-webhooks trigger status.read --out-of-order
  $ whatsapp-webhooks trigger message.text --on-premises --authorization "Basic dTpw"
  $ whatsapp-webhooks trigger --list template

--set writes below the item: the message, the status, or the value of other fields. Numbers,
true, false, null, [ ] and { } are what they look like; where a text stands, all but null stays
a text, unless you write := instead of =. An event may also be a body's name: messages/text-now.
${SENDING_HELP}`;

export function addTrigger(program: Command): void {
  const command = program
    .command("trigger")
    .summary("sends one event, signed, and says what the answer means")
    .description(
      "Sends an event to a receiver as the platform would: any event of any field, by name, with new ids and the present time.",
    )
    .argument("[event]", "such as message.text, status.failed, account_update.partner_added")
    .addOption(receiverOption())
    .option("--set <path=value>", "changes the item; may be repeated", repeated)
    .option("--batch <n>", "n items in one body", count(1, 1000), 1)
    .option("--duplicate", "sends the same bytes a second time")
    .option("--out-of-order", "sends the later of two events first")
    .option("--retry", "sends it again until the answer is 200")
    .addOption(
      new Option("--retry-for <time>", "how long").argParser(durationMs).default(30_000, "30s"),
    )
    .option("--age <time>", "it happened so long ago: 5m, 8d", durationMs)
    .option("--on-premises", "the On-Premises API's body, without a signature")
    .option("--unsigned", "leaves out the signature, or the Authorization header");
  addSendingOptions(command)
    .option("--print", "prints each body on a line instead of sending it; with --json, one list")
    .option("--list", "lists the events, those with the given text in their name")
    .option("--bodies", "with --list: the names of all bodies")
    .addOption(jsonOption())
    .addHelpText("after", EXAMPLES)
    .action(trigger);
}

async function trigger(event: string | undefined, options: TriggerOptions): Promise<void> {
  const screen = createScreen(options);
  if (options.list) return list(screen, event ?? "", options);
  if (options.bodies)
    throw new UsageError("--bodies goes with --list: it lists bodies instead of events.");
  if (event === undefined)
    throw new UsageError("name an event, such as message.text. See trigger --list.");
  const isOnPremises = options.onPremises ?? false;
  const chosen = choose(event, isOnPremises);
  const bodies = triggeredBodies(chosen, {
    assignments: (options.set ?? []).map(readAssignment),
    batch: options.batch,
    isOutOfOrder: options.outOfOrder ?? false,
    ageMs: options.age ?? (event === STALE ? 30 * 86_400_000 : 0),
    nowMs: Date.now(),
  });
  const planned = options.duplicate
    ? bodies.flatMap((body) => [body, { ...body, label: `${body.label}, again` }])
    : bodies;
  if (options.print) {
    // The bytes as they would be sent, in the list too.
    const texts = planned.map(({ bytes }) => bytes.toString());
    process.stdout.write(`${screen.isJson ? `[${texts.join(",")}]` : texts.join("\n")}\n`);
    return;
  }
  const sender = senderFrom(options);
  const to = shownUrl(sender.url);
  const proof = options.unsigned ? {} : proofFor(bodies[0]?.isOnPremises ?? isOnPremises, options);
  screen.lines(screen.colours.dim(`${chosen.fixture} → ${to}`));
  const results: Result[] = [];
  try {
    for (const body of planned) results.push(await deliver(sender, body, proof, options, screen));
  } finally {
    sender.close();
  }
  const accepted = results.every((result) => result.accepted);
  screen.json({ event, body: chosen.fixture, to, accepted, results });
  const failed = results.find((result) => !result.accepted);
  if (failed === undefined) return;
  const { word, hint } = failed.attempts.at(-1) ?? {};
  // People have read the hint already, below the answer.
  throw new Failure(`not accepted: ${word}${screen.isJson && hint ? `, ${hint}` : ""}`);
}

interface Result {
  readonly event: string;
  readonly accepted: boolean;
  readonly attempts: readonly {
    readonly word: string;
    readonly status: number | null;
    readonly answerMs: number;
    readonly hint: string | null;
  }[];
}

/** A short schedule of the platform's kind: at once, after 1 s, each wait 1.5 times the one before. */
const SCHEDULE = { firstWaitMs: 1000, factor: 1.5, windowMs: 1 };

async function deliver(
  sender: Sender,
  { bytes, label }: TriggeredBody,
  proof: SendOptions,
  { retry = false, retryFor }: TriggerOptions,
  screen: Screen,
): Promise<Result> {
  const attempts: Result["attempts"][number][] = [];
  const progress = startProgress(!screen.isJson);
  const end = Date.now() + retryFor;
  for (;;) {
    progress.tell(`${label} …`);
    const answer = await sender.post(bytes, proof);
    progress.clear();
    const hint = answerHint(answer, proofOf(proof)) ?? null;
    attempts.push({
      word: answerWord(answer),
      status: answer.status ?? null,
      answerMs: Math.round(answer.answerMs),
      hint,
    });
    screen.lines(...answerLines(screen, answer, label, hint));
    if (isAccepted(answer)) return { event: label, accepted: true, attempts };
    const waitMs = cloudWaitMs(attempts.length, SCHEDULE);
    if (!retry || Date.now() + waitMs > end) return { event: label, accepted: false, attempts };
    if (waitMs > 0) progress.tell(`again in ${Math.round(waitMs / 1000)} s`);
    await wait(waitMs);
    progress.clear();
  }
}

function isAccepted({ status, failure }: Answer): boolean {
  return status === 200 && failure === undefined;
}

function answerLines(
  { colours }: Screen,
  answer: Answer,
  label: string,
  hint: string | null,
): string[] {
  const isGood = isAccepted(answer);
  const mark = isGood ? colours.green("✓") : colours.red("✗");
  const word = (isGood ? colours.green : colours.red)(answerWord(answer));
  const slow = isGood && answer.answerMs > 1000 ? "  slow: Meta wants most answers in 250 ms" : "";
  return [
    `${mark} ${word}  ${colours.dim(`${Math.round(answer.answerMs)} ms`)}  ${label}${colours.yellow(slow)}`,
    ...(hint === null ? [] : [`  ${colours.yellow(hint)}`]),
  ];
}

function list(screen: Screen, filter: string, { bodies, onPremises }: TriggerOptions): void {
  const isWanted = (name: string): boolean => name.includes(filter);
  const isOfApi = (name: string): boolean => !onPremises || name.startsWith("on-premises/");
  if (bodies) {
    const names = notificationNames().filter((name) => isWanted(name) && isOfApi(name));
    print(screen, names, names, filter);
    return;
  }
  const events = knownEvents()
    .map(({ name, fixtures }) => ({ event: name, bodies: fixtures.filter(isOfApi) }))
    .filter(({ event, bodies: of }) => isWanted(event) && (of.length > 0 || !onPremises));
  const width = Math.max(0, ...events.map(({ event }) => event.length));
  const rows = events.map(({ event, bodies: [first, ...others] }) => {
    const more = others.length > 0 ? ` and ${others.length} more` : "";
    const note = first === undefined ? "no body becomes this" : `${first}${more}`;
    return `${event.padEnd(width)}  ${screen.colours.dim(note)}`;
  });
  print(screen, events, rows, filter);
}

function print(screen: Screen, value: readonly unknown[], rows: readonly string[], filter: string) {
  if (rows.length === 0) throw new UsageError(`nothing has ${JSON.stringify(filter)} in its name.`);
  screen.json(value);
  screen.lines(...rows);
}
