import type { PrintedEvent } from "../receiver/printed-event.ts";
import type { Reply } from "./answering.ts";
import type { Exchange, Problem } from "./check.ts";
import { personOf, what, who } from "./describe.ts";
import { type Delivery, script } from "./script.ts";
import { fit, paint, print, printBeside, rest } from "./terminal.ts";

const LABEL = 14;
const ANSWER = 10;
const EVENT = 20;
/** Where an event's mark stands. */
const LEFT = 1 + LABEL + ANSWER + 1;

export function printHeader(framework: string, url: string): void {
  print();
  print(paint("bold", ` Playing WhatsApp against examples/${framework}`));
  print(paint("dim", ` ${url}`));
  print();
  print(
    paint("dim", ` ${fit("sent", LABEL)}${fit("answer", ANSWER)} ${fit("event", EVENT)}from, what`),
  );
}

export function printTitle(title: string): void {
  print();
  print(paint("bold", ` ${title}`));
}

/** A line for each event of a request. The first of somebody whose profile came as a `contact` event bears a `+`. */
export function printExchange(exchange: Exchange<PrintedEvent>, silence?: string): void {
  const { label, expects, answer, arrived } = exchange;
  const { status = 0, ms = 0 } = answer ?? {};
  const colour = status !== expects.status ? "red" : status === 200 ? "green" : "yellow";
  const time = `${Math.round(ms)} ms`.padStart(ANSWER - 3);
  let start = ` ${fit(label, LABEL)}${paint(colour, String(status).padEnd(3))}${time} `;

  const news = new Set(
    arrived.filter(({ name }) => name === "contact").map((event) => personOf(event)?.key),
  );
  const events = arrived.filter(({ name }) => name !== "contact");
  if (events.length === 0) {
    const nothing = silence === undefined ? paint("red", "nothing arrived") : paint("dim", silence);
    print(`${start} ${nothing}`);
  }
  for (const event of events) {
    const mark = news.delete(personOf(event)?.key) ? "+" : " ";
    const name = paint("cyan", fit(event.name, EVENT));
    const detail = [who(event), what(event)].filter((part) => part !== "").join(": ");
    print(`${start}${mark}${name}${fit(detail, rest(LEFT + 1 + EVENT))}`);
    start = " ".repeat(LEFT);
  }
}

export function printSummary(
  exchanges: readonly Exchange<PrintedEvent>[],
  problems: readonly Problem[],
): void {
  const times = exchanges.map(({ answer }) => answer?.ms ?? 0).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? 0;
  const expected = exchanges.flatMap(({ expects }) => expects.events).length;
  const arrived = exchanges.flatMap((exchange) => exchange.arrived);
  const profiles = arrived.filter(({ name }) => name === "contact").length;
  const isClean = problems.length === 0;

  printTitle("In short");
  printRow("requests", `${exchanges.length}, median answer ${median.toFixed(1)} ms`);
  printRow(
    "events",
    `${expected} expected, ${arrived.length - profiles} arrived${isClean ? ", none twice" : ""}`,
  );
  printRow("+ profiles", `${profiles} new or changed, each told as a "contact" event`);
  const deliveries = script.flatMap((act): readonly Delivery[] => act.deliveries);
  for (const { label, silence } of deliveries)
    if (silence !== undefined && isClean) printRow(label, silence.reason);
}

/** What the handlers that answer said to a customer's hello, and how far it came. */
export function printReply({ text, status }: Reply): void {
  printTitle("It answers, too");
  const colour = status === "read" ? "green" : "red";
  print(` ${fit("Hello", LABEL)}${paint(colour, fit(status, ANSWER))} ${fit(text, rest(LEFT))}`);
}

/** Where to go on by hand. It comes last, so that it is what one sees. */
export function printInvitation(pageUrl: string): void {
  printTitle("Now you");
  print(" Write to the sample app as a customer, and it answers. Ctrl-C ends the demo.");
  print();
  print(`   ${paint(["bold", "cyan", "underline"], `${pageUrl}/`)}`);
  print();
}

export function printNext(framework: string): void {
  const other = framework === "koa" ? "fastify" : "koa";
  printTitle("What next");
  for (const [name, text] of [
    ["examples/receiver/handlers.ts", "the handlers that heard all this"],
    [`npm run demo -- ${other}`, "the same handlers on another framework"],
    ["README.md", "ten lines for your own app"],
  ] as const)
    print(` ${paint("cyan", fit(name, 2 * LABEL + 2))} ${text}`);
  print();
}

/** What went wrong, and the last words of the app, which often say why. */
export function printProblems(problems: readonly Problem[], log: string): void {
  printTitle(paint("red", problems.length === 1 ? "1 problem" : `${problems.length} problems`));
  for (const { kind, label, what } of problems)
    print(` ${fit(label, LABEL)}${paint("red", fit(kind, LABEL))}${what}`);
  printTitle("The app's last words");
  for (const line of log.trimEnd().split("\n").slice(-5)) print(paint("dim", ` ${line}`));
  print();
}

function printRow(label: string, text: string): void {
  printBeside(` ${fit(label, LABEL)}`, text);
}
