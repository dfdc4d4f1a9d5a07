import type { Command } from "commander";
import { Failure } from "../failure.ts";
import {
  authoritiesOption,
  httpUrl,
  jsonOption,
  readAuthorities,
  shownUrl,
  timeoutOption,
} from "../option-values.ts";
import { startProgress } from "../progress.ts";
import { createScreen, type Screen } from "../screen.ts";
import {
  addSecrets,
  appSecret,
  authorization,
  needSecret,
  readSecret,
  secretsHelp,
  verifyToken,
} from "../secrets.ts";
import { checkContent, checkOnPremises, checkRepetition, checkTime } from "./content-checks.ts";
import { Examination, type Finding, Over, type Patient } from "./examination.ts";
import { checkHandled } from "./handled-checks.ts";
import { type HandledSource, handledSource } from "./handled-items.ts";
import { checkHandshake } from "./handshake-checks.ts";
import { findingRecord, Report } from "./report.ts";
import { checkSignatures } from "./signature-checks.ts";
import { checkSizes } from "./size-checks.ts";

interface DoctorOptions {
  readonly handled?: string;
  readonly handledCommand?: string;
  readonly handledWait: number;
  readonly timeout: number;
  readonly caFile?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ whatsapp-webhooks doctor http://localhost:3000/webhooks/whatsapp
  $ whatsapp-webhooks doctor https://example.com/webhooks/whatsapp --json
  $ whatsapp-webhooks doctor http://localhost:3000/webhooks/whatsapp --handled handled.txt

Doctor sends some 30 notifications with about 700 invented messages: your handlers run on them. Do
not point it at a receiver that answers customers.

What is handled does not show in answers. Have it checked: let a handler append every message's
id to a file (or the item, or the event, as one line of JSON) and give the file as --handled; or
give a URL that answers with such lines, or a --handled-command that prints them.
${secretsHelp(appSecret, verifyToken, authorization)}`;

export function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .summary("examines a receiver and says how to mend it")
    .description(
      'Examines a receiver as Meta does and worse, for whoever was told "The callback URL or verify token couldn\'t be validated". Ends with 1 when something is broken.',
    )
    .argument("<url>", "the callback URL", httpUrl);
  addSecrets(command, appSecret, verifyToken, authorization)
    .option("--handled <file-or-url>", "where the receiver says what it handled")
    .option("--handled-command <command>", "what prints it")
    .addOption(timeoutOption("handled-wait", "how long to wait for it"))
    .addOption(timeoutOption("timeout", "how long to wait for an answer"))
    .addOption(authoritiesOption())
    .addOption(jsonOption())
    .addHelpText("after", EXAMPLES)
    .action(doctor);
}

async function doctor(url: URL, options: DoctorOptions): Promise<void> {
  const screen = createScreen(options);
  const patient: Patient = {
    url,
    secret: needSecret(options, appSecret),
    verifyToken: needSecret(options, verifyToken),
    authorization: readSecret(options, authorization),
    timeoutMs: options.timeout,
    authorities: readAuthorities(options.caFile),
  };
  const source = handledSource(options);
  screen.lines(screen.colours.bold(shownUrl(url)), "");
  const findings = await examine(patient, source, options.handledWait, teller(screen));
  conclude(screen, url, findings);
}

/** Prints each finding as it comes, with a word on what is being done meanwhile. */
function teller(screen: Screen): (finding: Finding | string) => void {
  const report = new Report(screen);
  const progress = startProgress(!screen.isJson);
  return (finding) => {
    progress.clear();
    if (typeof finding === "string") {
      if (finding !== "") progress.tell(finding);
      return;
    }
    screen.lines(...report.lines(finding));
  };
}

/** All checks, in an order in which each builds on the one before. */
export async function examine(
  patient: Patient,
  source: HandledSource | undefined,
  handledWaitMs: number,
  hear: (finding: Finding | string) => void,
): Promise<readonly Finding[]> {
  const examination = new Examination(patient, hear);
  const steps: readonly (readonly [what: string, check: () => Promise<void> | void])[] = [
    ["the handshake", () => checkHandshake(examination)],
    ["signatures", () => checkSignatures(examination)],
    ["what is in a notification", () => checkContent(examination)],
    ["batches and repetitions", () => checkRepetition(examination)],
    ["large and slow notifications", () => checkSizes(examination)],
    ["On-Premises callbacks", () => checkOnPremises(examination)],
    ["time", () => checkTime(examination)],
    ["what was handled", () => checkHandled(examination, source, handledWaitMs)],
  ];
  let over: string | undefined;
  try {
    for (const [what, check] of steps) {
      if (over !== undefined) {
        examination.find({ check: what, state: "unchecked", seen: over });
        continue;
      }
      hear(`${what} …`);
      try {
        await check();
      } catch (error) {
        if (!(error instanceof Over)) throw error;
        over = error.why;
        const hasFault = examination.findings.some(({ state }) => state === "broken");
        const isGone = over === "the receiver is gone";
        if (isGone || !hasFault)
          examination.find({ check: what, state: "broken", fault: "process_ended", seen: over });
      }
    }
  } finally {
    hear("");
    examination.close();
  }
  return examination.findings;
}

function conclude(screen: Screen, url: URL, findings: readonly Finding[]): void {
  const broken = findings.filter(({ state }) => state === "broken");
  const unchecked = findings.filter(({ state }) => state === "unchecked");
  const names = [...new Set(broken.map(({ fault }) => fault))];
  screen.json({
    url: shownUrl(url),
    ok: broken.length === 0,
    faults: names,
    unchecked: unchecked.map(({ check }) => check),
    findings: findings.map(findingRecord),
  });
  const rest = unchecked.length === 0 ? "" : ` ${unchecked.length} things were not checked.`;
  if (broken.length > 0) {
    screen.lines("");
    throw new Failure(
      `${names.length === 1 ? "one fault" : `${names.length} faults`} in ${broken.length} of ${findings.length} checks: ${names.join(", ")}.`,
    );
  }
  const { green } = screen.colours;
  screen.lines("", `${green("✓")} ${green("Nothing wrong was found.")}${rest}`);
}
