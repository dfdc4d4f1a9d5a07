import {
  createOnPremisesSettings,
  type OnPremisesSettings,
  SettingsError,
  settingsTable,
} from "@whatsapp-webhooks/settings";
import { type Command, Option } from "commander";
import { isJson, type Json } from "../json.ts";
import { Failure, UsageError } from "./failure.ts";
import { httpsFetch } from "./https-fetch.ts";
import { fromEnv, jsonOption, readAuthorities, timeoutOption } from "./option-values.ts";
import { createScreen, type Screen } from "./screen.ts";
import { addSecrets, readSecret, type SecretOption, secretsHelp } from "./secrets.ts";
import { assign, readAssignment } from "./trigger/assignments.ts";
import { didYouMean } from "./trigger/event-catalogue.ts";

interface ClientOptions {
  readonly url?: string;
  readonly username?: string;
  readonly caFile?: string;
  readonly timeout: number;
  readonly json?: boolean;
}

const token: SecretOption = {
  name: "token",
  env: "WHATSAPP_ONPREM_TOKEN",
  about: "a token instead of user and password",
};
const password: SecretOption = {
  name: "password",
  env: "WHATSAPP_ONPREM_PASSWORD",
  about: "the password, which arguments show to others",
};
const newPassword: SecretOption = {
  name: "new-password",
  env: "WHATSAPP_ONPREM_NEW_PASSWORD",
  about: "the new password",
};

const EXAMPLES = `
Examples:
  $ export WHATSAPP_ONPREM_URL=https://wa.example.com:9090
  $ export WHATSAPP_ONPREM_USERNAME=admin WHATSAPP_ONPREM_PASSWORD=...
  $ whatsapp-webhooks settings get
  $ whatsapp-webhooks settings get webhooks.url
  $ whatsapp-webhooks settings set webhooks.url=https://example.com/webhooks/whatsapp
  $ whatsapp-webhooks settings set webhooks.message.read=false callback_persist=true
  $ whatsapp-webhooks settings set-ca ca.pem
  $ pass wa/admin | whatsapp-webhooks settings get --password-file -
${secretsHelp(password, token, newPassword)}`;

export function addSettings(program: Command): void {
  const settings = program
    .command("settings")
    .summary("reads and changes the settings of an On-Premises API client")
    .description("Reads and changes the application settings of an On-Premises API client.")
    .addHelpText("after", EXAMPLES);
  add(settings, "get [setting]", "shows all settings, or one", async (client, screen, [name]) =>
    show(screen, await client.get(), name),
  );
  add(settings, "set <setting=value...>", "changes settings, leaves the rest", set);
  add(settings, "reset", "puts ALL settings back to their defaults", async (client, screen) => {
    await client.reset();
    done(screen, "All settings have their defaults again: no URL, so notifications are dropped.");
  }).addOption(new Option("--yes", "you mean it").makeOptionMandatory());
  add(settings, "ca", "shows the certificate authority for the webhook", async (client, screen) => {
    const pem = await client.ca.get();
    screen.json({ pem: pem ?? null });
    screen.lines(pem?.trimEnd() ?? "there is none");
  });
  add(
    settings,
    "set-ca <pem>",
    "trusts it for the webhook's URL",
    async (client, screen, [file]) => {
      const [pem = ""] = readAuthorities(file);
      await client.ca.set(pem);
      done(screen, "Stored. Restart all Coreapp nodes.");
    },
  );
  add(settings, "remove-ca", "removes it", async (client, screen) => {
    await client.ca.remove();
    done(screen, "Removed. Restart all Coreapp nodes.");
  });
  const login = add(
    settings,
    "login",
    "sets the password at the first login",
    async (client, screen, _, options) => {
      const next = readSecret(options, newPassword);
      if (next === undefined)
        throw new UsageError(
          `there is no new password: set ${newPassword.env}, or give --new-password-file <file>.`,
        );
      await client.login({ newPassword: next });
      done(screen, "The password is changed.");
    },
  );
  addSecrets(login, newPassword);
}

type Work = (
  client: OnPremisesSettings,
  screen: Screen,
  words: readonly string[],
  options: object,
) => Promise<void>;

function add(parent: Command, usage: string, about: string, work: Work): Command {
  const command = parent
    .command(usage)
    .description(about)
    .option("--url <url>", "where the client is (or WHATSAPP_ONPREM_URL)")
    .option("--username <name>", "an admin (or WHATSAPP_ONPREM_USERNAME)");
  return addSecrets(command, password, token)
    .option("--ca-file <pem>", "trusts this authority for the client's own certificate")
    .addOption(timeoutOption("timeout", "for each attempt"))
    .addOption(jsonOption())
    .action(async () => {
      const options = command.opts<ClientOptions>();
      const screen = createScreen(options);
      await told(addressName(options), async () =>
        work(connect(options, screen), screen, command.args, options),
      );
    });
}

/** What the caller knows as the client's `baseUrl`. */
function addressName({ url }: ClientOptions): string {
  return url === undefined ? "WHATSAPP_ONPREM_URL" : "--url";
}

function connect(options: ClientOptions, screen: Screen): OnPremisesSettings {
  const baseUrl = options.url ?? process.env.WHATSAPP_ONPREM_URL ?? "";
  if (baseUrl === "")
    throw new UsageError("say where the client is: --url <url>, or WHATSAPP_ONPREM_URL.");
  const username = options.username ?? fromEnv("WHATSAPP_ONPREM_USERNAME");
  const login = { token: readSecret(options, token), password: readSecret(options, password) };
  const authorities = readAuthorities(options.caFile);
  const common = {
    baseUrl,
    timeoutMs: options.timeout,
    logger: {
      warn: (_: object, text: string) =>
        screen.remark(`Note: ${called(text, addressName(options))}`),
    },
    ...(authorities.length > 0 && { fetch: httpsFetch(authorities) }),
  };
  if (username !== undefined && login.password !== undefined)
    return createOnPremisesSettings({
      ...common,
      username,
      password: login.password,
      token: login.token,
    });
  if (login.token !== undefined) return createOnPremisesSettings({ ...common, token: login.token });
  throw new UsageError(
    "there is no login: set WHATSAPP_ONPREM_USERNAME and WHATSAPP_ONPREM_PASSWORD, or WHATSAPP_ONPREM_TOKEN, or give --password-file or --token-file.",
  );
}

/** The client's words about its option `baseUrl`, with the name that it has here. */
const called = (text: string, address: string): string => text.replaceAll("baseUrl", address);

/** The client's own errors, in this program's way; `address` is where the client's `baseUrl` came from. */
export async function told<T>(address: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const isCall = error.code === "input_invalid" || error.code === "option_invalid";
    const text = called(error.message.replace(`${error.code}: `, ""), address);
    throw isCall ? new UsageError(text) : new Failure(text);
  }
}

async function set(
  client: OnPremisesSettings,
  screen: Screen,
  words: readonly string[],
): Promise<void> {
  const patch: Json = {};
  for (const word of words) {
    if (!word.includes("="))
      throw new UsageError(`${word}: write a setting and a value, such as webhooks.url=https://…`);
    assign(patch, readAssignment(word));
  }
  const { restartRequired } = await client.update(patch);
  screen.json({ restartRequired });
  screen.lines(
    restartRequired.length === 0
      ? "Set."
      : `Set. Restart Coreapp for ${restartRequired.join(", ")}.`,
  );
}

function show(screen: Screen, settings: object, name: string | undefined): void {
  const rows = [...flat({ ...settings })];
  const wanted = rows.filter(
    ([key]) => name === undefined || key === name || key.startsWith(`${name}.`),
  );
  if (name !== undefined && wanted.length === 0) {
    const known = [...new Set([...Object.keys(settingsTable), ...rows.map(([key]) => key)])];
    if (!known.includes(name))
      throw new UsageError(`there is no setting ${name}${didYouMean(name, known)}`);
    throw new Failure(`${name} is not set.`);
  }
  screen.json(name === undefined ? settings : Object.fromEntries(wanted));
  const width = Math.max(...wanted.map(([key]) => key.length), 0);
  screen.lines(
    ...wanted.map(([key, value]) =>
      wanted.length === 1 && key === name
        ? textOfValue(value)
        : `${key.padEnd(width)}  ${screen.colours.cyan(textOfValue(value))}`,
    ),
  );
}

function textOfValue(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function* flat(settings: Json, before = ""): Generator<readonly [key: string, value: unknown]> {
  for (const [name, value] of Object.entries(settings))
    if (isJson(value)) yield* flat(value, `${before}${name}.`);
    else if (value !== undefined) yield [`${before}${name}`, value];
}

function done(screen: Screen, text: string): void {
  screen.json({ ok: true });
  screen.lines(text);
}
