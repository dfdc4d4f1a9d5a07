import type { Emulator } from "@whatsapp-webhooks/emulator";
import { sayHello, startAnsweringApp } from "./answering.ts";
import { type Problem, problemsOf } from "./check.ts";
import { agreement, startPlatform } from "./platform.ts";
import { Play } from "./play.ts";
import {
  printExchange,
  printHeader,
  printInvitation,
  printNext,
  printProblems,
  printReply,
  printSummary,
  printTitle,
} from "./report.ts";
import { type SampleApp, startSampleApp } from "./sample-app.ts";
import { script } from "./script.ts";
import { failOnSignal, nextSignal } from "./signals.ts";

/**
 * Starts an app and the platform, plays them against each other, shows what came of it. With `isStaying` both go on until
 * Ctrl-C, with a page to write to the app as a customer. Resolves to the exit code.
 */
export async function runDemo(framework: string, server: URL, isStaying: boolean): Promise<number> {
  const mayStay = failOnSignal();
  const emulator = await startPlatform(isStaying);
  try {
    const play = new Play(emulator);
    const { problems, log } = await playScript(framework, server, play);
    const app = await startAnsweringApp(emulator, server);
    const reply = await sayHello(emulator);
    printReply(reply);
    if (reply.status !== "read")
      problems.push({ kind: "lost", label: "Hello", what: "the answer" });
    printSummary(play.exchanges, problems);
    if (problems.length > 0) printProblems(problems, `${log}${app.log()}`);
    else printNext(framework);
    mayStay();
    const hasEnded = problems.length === 0 && isStaying && (await stay(emulator, app));
    const code = await app.stop();
    return problems.length > 0 || hasEnded || code !== 0 ? 1 : 0;
  } finally {
    await emulator.stop();
  }
}

/** The app as it is, and everything that the platform may send it. */
async function playScript(
  framework: string,
  server: URL,
  play: Play,
): Promise<{ readonly problems: Problem[]; readonly log: string }> {
  const env = {
    WHATSAPP_APP_SECRET: agreement.appSecret,
    WHATSAPP_VERIFY_TOKEN: agreement.verifyToken,
    WHATSAPP_ONPREM_AUTHORIZATION: agreement.authorization,
  };
  const app = await startSampleApp([server], env, (event) => play.hear(event));

  printHeader(framework, app.url);
  printExchange(await play.handshake(app.url), "the URL is yours: challenge returned");
  for (const { title, deliveries } of script) {
    printTitle(title);
    for (const delivery of deliveries)
      printExchange(await play.deliver(app.url, delivery), delivery.silence?.brief);
  }
  await play.end();
  const code = await app.stop();

  const problems = problemsOf(play.exchanges);
  if (code !== 0)
    problems.push({ kind: "wrong answer", label: "SIGTERM", what: `exit code ${code}, not 0` });
  return { problems, log: app.log() };
}

/** Until Ctrl-C. Resolves to whether the app ended before. */
async function stay(emulator: Emulator, app: SampleApp): Promise<boolean> {
  printInvitation(emulator.url);
  let isInterrupted = false;
  const interrupted = nextSignal().then(() => {
    isInterrupted = true;
  });
  await Promise.race([interrupted, app.ended]);
  if (isInterrupted) return false;
  // A terminal tells the app of Ctrl-C, too, and the app may be quicker.
  await Promise.race([interrupted, new Promise((resolve) => setTimeout(resolve, 200))]);
  if (isInterrupted) return false;
  printProblems([{ kind: "lost", label: "the app", what: "It ended by itself." }], app.log());
  return true;
}
