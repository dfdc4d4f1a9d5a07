import { type CloudSubscriptions, createCloudSubscriptions } from "@whatsapp-webhooks/settings";
import type { Command } from "commander";
import { cloudFields } from "../cloud/fields.ts";
import { UsageError } from "./failure.ts";
import {
  fromEnv,
  httpUrl,
  jsonOption,
  shownUrl,
  targetOf,
  timeoutOption,
} from "./option-values.ts";
import { createScreen, type Screen } from "./screen.ts";
import {
  addSecrets,
  appSecret,
  needSecret,
  readSecret,
  type SecretOption,
  secretsHelp,
  verifyToken,
} from "./secrets.ts";
import { told } from "./settings.ts";
import { didYouMean } from "./trigger/event-catalogue.ts";

interface SubscribeOptions {
  readonly to?: URL;
  readonly app?: string;
  readonly waba?: string;
  readonly fields?: string;
  readonly graphUrl?: string;
  readonly graphVersion?: string;
  readonly timeout: number;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const accessToken: SecretOption = {
  name: "access-token",
  env: "WHATSAPP_ACCESS_TOKEN",
  about: "a system user's token, for the account",
};

const GRAPH_URL = "WHATSAPP_GRAPH_URL";

const EXAMPLES = `
Examples:
  $ export WHATSAPP_APP_ID=... WHATSAPP_APP_SECRET=... WHATSAPP_VERIFY_TOKEN=...
  $ export WHATSAPP_WABA_ID=... WHATSAPP_ACCESS_TOKEN=...
  $ whatsapp-webhooks subscribe --to https://example.com/webhooks/whatsapp
  $ whatsapp-webhooks subscribe --to https://example.com/webhooks/whatsapp --fields messages,calls
  $ whatsapp-webhooks subscribe list
  $ whatsapp-webhooks subscribe remove --fields calls

There are two levels, and both are needed: the app has one callback URL and its fields, and the
account (WABA) must have the app subscribed. Without --waba only the app's part is done.
Meta calls the URL at once, so the receiver must be up. To try it: WHATSAPP_GRAPH_URL=<emulator>.
${secretsHelp(appSecret, verifyToken, accessToken)}`;

export function addSubscribe(program: Command): void {
  const parent = program
    .command("subscribe")
    .summary("sets callback URL and fields of a Cloud API app")
    .description("Sets callback URL and fields of a Cloud API app, and lists and removes them.")
    .addHelpText("after", EXAMPLES);
  const command = add(parent, "add", "subscribes the app, and the account to it", addSubscription);
  command
    .option("--to <url>", "the callback URL (or WHATSAPP_CALLBACK_URL)", httpUrl)
    .option("--fields <names>", "such as messages,calls; default: all of them");
  addSecrets(command, verifyToken);
  add(parent, "list", "lists what the app and the account are subscribed to", list);
  add(parent, "remove", "removes fields, or with --yes the whole subscription", remove)
    .option("--fields <names>", "only these")
    .option("--yes", "everything: the app's subscription, and with --waba the account's");
}

type Work = (client: Client, options: SubscribeOptions, screen: Screen) => Promise<void>;

function add(parent: Command, name: string, about: string, work: Work): Command {
  const command = parent
    .command(name, { isDefault: name === "add" })
    .description(about)
    .option("--app <id>", "the app's id (or WHATSAPP_APP_ID)");
  addSecrets(command, appSecret);
  command.option("--waba <id>", "the account's id (or WHATSAPP_WABA_ID)");
  return addSecrets(command, accessToken)
    .option(
      "--graph-url <url>",
      "another Graph API, such as the emulator's (or WHATSAPP_GRAPH_URL)",
    )
    .option("--graph-version <v>", "such as v25.0")
    .addOption(timeoutOption("timeout", "for each attempt"))
    .addOption(jsonOption())
    .action(async () => {
      const options = command.opts<SubscribeOptions>();
      const screen = createScreen(options);
      const isOfEnv = options.graphUrl === undefined && fromEnv(GRAPH_URL) !== undefined;
      const address = isOfEnv ? GRAPH_URL : "--graph-url";
      await told(address, async () => work(connect(options), options, screen));
    });
}

/** The app's calls take the app's token, the account's a system user's. */
interface Client {
  readonly appId: string;
  readonly apps: CloudSubscriptions["apps"];
  readonly account:
    | { readonly id: string; readonly calls: CloudSubscriptions["accounts"] }
    | undefined;
}

function connect(options: SubscribeOptions): Client {
  const appId = options.app ?? process.env.WHATSAPP_APP_ID ?? "";
  if (appId === "") throw new UsageError("say which app: --app <id>, or WHATSAPP_APP_ID.");
  const common = {
    baseUrl: options.graphUrl ?? fromEnv(GRAPH_URL),
    version: options.graphVersion,
    timeoutMs: options.timeout,
  };
  const secret = needSecret(options, appSecret);
  const { apps } = createCloudSubscriptions({ ...common, accessToken: `${appId}|${secret}` });
  const id = options.waba ?? process.env.WHATSAPP_WABA_ID ?? "";
  if (id === "") return { appId, apps, account: undefined };
  const own = readSecret(options, accessToken);
  if (own === undefined)
    throw new UsageError(
      `the account takes a system user's token: set ${accessToken.env}, or give --access-token-file <file>.`,
    );
  const { accounts } = createCloudSubscriptions({ ...common, accessToken: own });
  return { appId, apps, account: { id, calls: accounts } };
}

async function addSubscription(
  { appId, apps, account }: Client,
  options: SubscribeOptions,
  screen: Screen,
): Promise<void> {
  const to = targetOf(options.to);
  const fields = fieldsOf(options.fields) ?? [...cloudFields];
  await apps.subscribe(appId, {
    callback_url: to.href,
    verify_token: needSecret(options, verifyToken),
    fields,
    include_values: true,
  });
  await account?.calls.subscribe(account.id);
  screen.json({ callbackUrl: shownUrl(to), fields, account: account?.id ?? null });
  const tick = screen.colours.green("✓");
  screen.lines(
    `${tick} the app sends ${fields.length} fields to ${shownUrl(to)}`,
    account === undefined
      ? `${screen.colours.yellow("!")} no account was given (--waba): nothing comes before one is subscribed`
      : `${tick} the account's notifications go to the app`,
  );
}

async function list(
  { appId, apps, account }: Client,
  _: SubscribeOptions,
  screen: Screen,
): Promise<void> {
  const subscriptions = await apps.subscriptions(appId);
  const subscribed = await account?.calls.subscribedApps(account.id);
  screen.json({ subscriptions, apps: subscribed ?? null });
  if (subscriptions.length === 0) screen.lines("The app is subscribed to nothing.");
  for (const { object, callback_url, active, fields } of subscriptions)
    screen.lines(
      `${screen.colours.bold(object ?? "?")}  ${callback_url ?? ""}${active === false ? "  (not active)" : ""}`,
      ...fields.map(({ name, version = "" }) => `  ${name}  ${screen.colours.dim(version)}`),
    );
  if (subscribed === undefined) return;
  if (subscribed.length === 0) screen.lines("No app gets the account's notifications.");
  for (const { id, name, override_callback_uri } of subscribed)
    screen.lines(
      `${screen.colours.bold(name ?? id ?? "?")} gets the account's notifications${override_callback_uri === undefined ? "" : ` at ${override_callback_uri}`}`,
    );
}

async function remove(
  { appId, apps, account }: Client,
  options: SubscribeOptions,
  screen: Screen,
): Promise<void> {
  const fields = fieldsOf(options.fields);
  if (fields !== undefined && options.yes)
    throw new UsageError("give --fields or --yes, not both: --yes is for the whole subscription.");
  if (fields === undefined && !options.yes)
    throw new UsageError("say which --fields, or --yes for the whole subscription.");
  await apps.unsubscribe(appId, fields === undefined ? {} : { fields });
  if (fields === undefined) await account?.calls.unsubscribe(account.id);
  screen.json({
    removed: fields ?? "all",
    account: fields === undefined ? (account?.id ?? null) : null,
  });
  screen.lines(
    fields === undefined ? "The subscription is removed." : `Removed ${fields.join(", ")}.`,
  );
}

function fieldsOf(text: string | undefined): readonly string[] | undefined {
  const fields = text?.split(",").map((field) => field.trim());
  if (fields?.some((field) => field === ""))
    throw new UsageError("--fields messages,calls: names, with commas between.");
  const unknown = fields?.find((field) => !cloudFields.some((known) => known === field));
  // A new field of Meta's is not refused; what looks like a slip of the hand is.
  const meant = unknown === undefined ? "." : didYouMean(unknown, cloudFields);
  if (meant !== ".") throw new UsageError(`there is no field ${unknown}${meant}`);
  return fields;
}
