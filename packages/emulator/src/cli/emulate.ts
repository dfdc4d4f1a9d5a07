import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import type { Weather } from "../delivery/weather.ts";
import { createEmulator, type Emulator } from "../emulator.ts";
import { errorCode } from "../error-code.ts";
import type { Json } from "../json.ts";
import { StorageFailure } from "../storage/sqlite-storage.ts";
import { attemptLines, attemptRecord } from "./attempt-line.ts";
import { Failure, oneLine } from "./failure.ts";
import {
  authoritiesOption,
  count,
  httpUrl,
  jsonOption,
  readAuthorities,
  shownUrl,
} from "./option-values.ts";
import { createScreen, type Screen } from "./screen.ts";
import {
  addSecrets,
  appSecret,
  authorization,
  readSecret,
  secretsHelp,
  verifyToken,
} from "./secrets.ts";
import { weatherFrom } from "./weather-option.ts";

interface EmulateOptions {
  readonly port: number;
  readonly host: string;
  readonly to?: URL;
  readonly seed?: string;
  readonly storage?: string;
  readonly weather?: Weather;
  readonly caFile?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ whatsapp-webhooks emulate
  $ whatsapp-webhooks emulate --to http://localhost:3000/webhooks/whatsapp
  $ whatsapp-webhooks emulate --to http://localhost:3000/webhooks/whatsapp --weather bad --seed 7
  $ whatsapp-webhooks emulate --storage emulator.db

With --to it subscribes the receiver as soon as that passes the handshake, so either may be
started first. Weather: calm, bad, or such as duplicates=0.2,batchItems=20,lostAnswers=0.1.
With --json each line is one JSON value.
${secretsHelp(appSecret, verifyToken, authorization)}`;

/** The same at every start, so that a receiver need not be set up anew. They are no secrets: the platform is not real. */
const DEFAULT_SECRET = "emulator-app-secret";
const DEFAULT_TOKEN = "emulator-verify-token";

export function addEmulate(program: Command): void {
  const command = program
    .command("emulate")
    .summary("plays the platform on this machine, with a web page")
    .description(
      "Plays the WhatsApp platform, Cloud API and On-Premises API, and serves a web page to write messages on. Ctrl-C ends it.",
    )
    .option("--to <url>", "subscribes this receiver to everything", httpUrl)
    .option(
      "--port <n>",
      "where the page and the APIs are; 0 takes a free one",
      count(0, 65_535),
      4000,
    )
    .option("--host <name>", "the address to listen on; keep it to this machine", "127.0.0.1")
    .option("--seed <text>", "the same ids and the same weather again")
    .option("--storage <file>", "keeps everything in this file, across restarts")
    .option("--weather <kind>", "what the network does", weatherFrom);
  addSecrets(command, appSecret, verifyToken, authorization)
    .addOption(authoritiesOption())
    .addOption(jsonOption("JSON lines on stdout"))
    .addHelpText("after", EXAMPLES)
    .action(emulate);
}

async function emulate(options: EmulateOptions): Promise<void> {
  const screen = createScreen(options);
  const ownSecret = readSecret(options, appSecret);
  const ownToken = readSecret(options, verifyToken);
  const token = ownToken ?? DEFAULT_TOKEN;
  const header = readSecret(options, authorization);
  const emulator = createEmulator({
    appSecret: ownSecret ?? DEFAULT_SECRET,
    server: { port: options.port, host: options.host },
    trustedCertificates: readAuthorities(options.caFile),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.storage !== undefined && { storage: { path: options.storage } }),
    ...(options.weather !== undefined && { weather: options.weather }),
    ...(header !== undefined && { onPremises: { callbackHeaders: { Authorization: header } } }),
  });
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    await start(emulator, options);
    emulator.on("attempt", ({ delivery, attempt }) => {
      screen.json(attemptRecord(delivery, attempt));
      screen.lines(...attemptLines(screen, delivery, attempt));
    });
    if (!emulator.isServedLocally)
      screen.remark(
        "Others reach this address: whoever does can read what is sent and have requests made from here.",
      );
    introduce(screen, emulator, {
      ...(ownSecret === undefined && { WHATSAPP_APP_SECRET: DEFAULT_SECRET }),
      ...(ownToken === undefined && { WHATSAPP_VERIFY_TOKEN: DEFAULT_TOKEN }),
    });
    const end = aborted(stopped.signal);
    if (options.to !== undefined)
      // A receiver that does not answer holds up nobody who wants to end: stopping breaks the connection.
      await Promise.race([
        subscribe(screen, emulator, options.to, token, header !== undefined, stopped.signal),
        end,
      ]);
    await end;
  } finally {
    await emulator.stop();
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
  screen.json({ event: "stopped", verdict: emulator.verdict() });
  screen.lines("", `Stopped. ${summary(emulator)}`);
}

async function start(emulator: Emulator, { port, host, storage }: EmulateOptions): Promise<void> {
  try {
    await emulator.start();
  } catch (error) {
    const code = errorCode(error);
    if (code === "EADDRINUSE")
      throw new Failure(`port ${port} is in use: choose another with --port, 0 for a free one.`);
    if (code === "EACCES") throw new Failure(`port ${port} may not be used by this user.`);
    if (code === "ENOTFOUND" || code === "EADDRNOTAVAIL")
      throw new Failure(`this machine has no address ${host}: leave --host out.`);
    if (error instanceof StorageFailure) throw new Failure(error.message);
    throw new Failure(
      storage === undefined
        ? oneLine(error)
        : `${storage} cannot be used as storage: ${oneLine(error)}.`,
    );
  }
}

/**
 * Where things are, and what to put into the receiver's environment, as the sample apps read it. Secrets that were given are
 * not among it: they may be those of a real app, and a screen or a log is for more eyes than theirs.
 */
function introduce(screen: Screen, emulator: Emulator, receiver: Readonly<Json>): void {
  const { url, seed } = emulator;
  const [app] = emulator.apps;
  const [number] = emulator.numbers;
  if (app === undefined || number === undefined) return;
  const clients = {
    WHATSAPP_GRAPH_URL: url,
    WHATSAPP_APP_ID: app.id,
    WHATSAPP_WABA_ID: number.wabaId,
    WHATSAPP_ACCESS_TOKEN: app.accessToken,
    WHATSAPP_ONPREM_URL: url,
  };
  const urls = { page: `${url}/`, graphApi: url, onPremisesApi: `${url}/v1` };
  screen.json({ event: "started", ...urls, seed, phoneNumberId: number.id, receiver, clients });
  const { bold, cyan, dim } = screen.colours;
  const variables = (list: object): string[] =>
    Object.entries(list).map(([name, value]) => `  ${name}=${quoted(String(value))}`);
  screen.lines(
    bold("The platform is on."),
    "",
    `  Page             ${cyan(urls.page)}`,
    `  Graph API        ${cyan(urls.graphApi)}   ${dim(`number ${number.id}`)}`,
    `  On-Premises API  ${cyan(urls.onPremisesApi)}   ${dim("admin, secret")}`,
    "",
    dim("For the receiver's environment"),
    ...variables(receiver),
    ...(Object.keys(receiver).length < 2 ? ["  (secrets as you gave them)"] : []),
    dim("For what calls the APIs"),
    ...variables(clients),
    "",
    dim(`Seed ${seed}. Ctrl-C ends it.`),
    "",
  );
}

/** As a shell takes it. */
function quoted(value: string): string {
  return /^[\w.:/@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

const PAUSE_MS = 500;

/** Until the handshake is passed, or the end; each reason is told once. */
async function subscribe(
  screen: Screen,
  emulator: Emulator,
  to: URL,
  token: string,
  isOnPremises: boolean,
  signal: AbortSignal,
): Promise<void> {
  let told = "";
  while (!signal.aborted) {
    try {
      await emulator.subscribe({ callbackUrl: to.href, verifyToken: token });
      if (signal.aborted) return;
      if (isOnPremises) emulator.onPremises.configure({ webhooks: { url: to.href } });
      screen.json({ event: "subscribed", to: shownUrl(to) });
      screen.lines(`${screen.colours.green("✓")} subscribed ${shownUrl(to)}`);
      return;
    } catch (error) {
      if (signal.aborted) return;
      const reason = oneLine(error);
      // A URL that the platform never takes does not become better by waiting.
      if (reason.includes("HTTPS")) throw new Failure(reason);
      if (reason !== told) {
        screen.json({ event: "waiting", to: shownUrl(to), reason });
        screen.lines(
          `${screen.colours.yellow("…")} waiting for ${shownUrl(to)}: ${whyNot(reason)}`,
        );
        told = reason;
      }
    }
    await wait(PAUSE_MS, undefined, { signal }).catch(() => {});
  }
}

function whyNot(reason: string): string {
  if (reason.includes("ECONNREFUSED")) return "nobody listens there yet";
  if (/Status Code = 40[13]/.test(reason)) return "it refuses the verify token";
  if (reason.includes("Status Code = 404")) return "there is no such path";
  if (reason.includes("not the challenge")) return "the answer is not the challenge";
  return reason.replace("the callback URL was not accepted: ", "").replace(/\.$/, "");
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  // The server keeps the process alive meanwhile.
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}

function summary(emulator: Emulator): string {
  const { requests, answers, failures, answerMs } = emulator.verdict();
  if (requests === 0) return "Nothing was sent.";
  const not200 = Object.entries(failures).map(([kind, times]) => `${kind} × ${times}`);
  const others = not200.length > 0 ? `; not 200: ${not200.join(", ")}` : "";
  return answers === 0
    ? `Requests: ${requests}, no answers${others}.`
    : `Requests: ${requests}, answered in ${Math.round(answerMs.median)} ms at the median${others || "; every answer was 200"}.`;
}
