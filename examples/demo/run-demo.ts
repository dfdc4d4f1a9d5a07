import { problemsOf } from "./check.ts";
import { agreement } from "./platform.ts";
import { Play } from "./play.ts";
import {
  printExchange,
  printHeader,
  printNext,
  printProblems,
  printSummary,
  printTitle,
} from "./report.ts";
import { startSampleApp } from "./sample-app.ts";
import { script } from "./script.ts";

/** Starts an app, plays the platform against it, shows what came of it. Resolves to the exit code. */
export async function runDemo(framework: string, server: URL): Promise<number> {
  const play = new Play();
  const env = {
    WHATSAPP_APP_SECRET: agreement.appSecret,
    WHATSAPP_VERIFY_TOKEN: agreement.verifyToken,
    WHATSAPP_ONPREM_AUTHORIZATION: agreement.authorization,
  };
  const app = await startSampleApp(server, env, (event) => play.hear(event));

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
  printSummary(play.exchanges, problems);
  if (problems.length > 0) printProblems(problems, app.log());
  else printNext(framework);
  return problems.length > 0 ? 1 : 0;
}
