import { accountIn } from "./account.ts";
import { WebhookError } from "./errors.ts";
import type { RequestHead } from "./http.ts";
import type { Account, RecordAuth } from "./inbox/inbox.ts";
import type { OptionTable } from "./options.ts";

type Many<T> = T | readonly T[];
type Maybe<T> = T | undefined | Promise<T | undefined>;

/** What a secret function may answer besides the bare secret. */
export interface TenantSecret {
  /** One secret, or several of which any may have signed. */
  readonly secret: Many<string>;
  /** Travels with the events as `event.tenant` and keeps tenants' events apart. */
  readonly tenant?: string | undefined;
  /**
   * Ids of the business accounts or phone numbers this tenant's notifications may be about; others are reported, not
   * delivered. One of an item's two ids must be listed; the other is then the tenant's own word, so that handlers who serve
   * several tenants look at `event.tenant` first.
   */
  readonly accounts?: readonly string[] | undefined;
}

/**
 * The Meta app's App Secret (App Dashboard, Settings, Basic): one, several (rotation, or several apps on one URL),
 * or a function of the request. The function's `undefined` is answered 401; a throw, or more than a second, 503.
 */
export type AppSecret =
  | Many<string>
  | ((request: RequestHead) => Maybe<Many<string> | TenantSecret>);

/** The word typed into the App Dashboard beside the callback URL, in the same three forms as {@link AppSecret}. */
export type VerifyToken = Many<string> | ((request: RequestHead) => Maybe<Many<string>>);

/**
 * How unsigned On-Premises notifications are let in: the On-Premises API signs nothing, so without this they are refused.
 * With `authorization` the `Authorization` header must equal it (or one of several); with `verify` your function decides.
 */
export type OnPremisesOptions = (
  | { readonly authorization: Many<string> }
  | {
      /** Decides by the whole request. True lets it in; what it throws is answered 503. */
      readonly verify: (
        request: RequestHead & { readonly body: Uint8Array },
      ) => boolean | Promise<boolean>;
    }
) & {
  /** Which business number the notification is for: the body does not say. A function may answer undefined. */
  readonly account?: Account | ((request: RequestHead) => Maybe<Account>) | undefined;
  /** As {@link TenantSecret.tenant}. A function's undefined is answered 401: it knows no such tenant. */
  readonly tenant?: string | ((request: RequestHead) => Maybe<string>) | undefined;
};

export const onPremisesTable: OptionTable<OnPremisesOptions> = {
  authorization: "other",
  verify: "other",
  account: "other",
  tenant: "other",
};

export interface ResolvedSecret {
  readonly secrets: readonly string[];
  /** What the record of whatever these secrets signed is to say. */
  readonly auth: RecordAuth;
}

const LOOKUP_MS = 1_000;

/** Checks an option once, at creation, and returns the function that every request then asks. */
export function secretResolver(
  option: AppSecret | undefined,
): (request: RequestHead) => Promise<ResolvedSecret> | ResolvedSecret {
  if (typeof option !== "function") {
    const secrets = requireTexts("appSecret", APP_SECRET_HELP, option);
    const fixed: ResolvedSecret = { secrets, auth: { kind: "signature" } };
    return () => fixed;
  }
  return async (request) => {
    const answer = await lookUp("appSecret", () => option(request));
    const isTenant = typeof answer === "object" && "secret" in answer;
    if (!isTenant) return { secrets: answered("appSecret", answer), auth: { kind: "signature" } };
    // By name: whatever else the user's object holds must not travel with the record.
    const { secret, tenant, accounts } = answer;
    const auth: RecordAuth = {
      kind: "signature",
      ...(tenant === undefined || tenant === null ? {} : { tenant: onlyText("tenant", tenant) }),
      ...(accounts === undefined || accounts === null ? {} : { accounts: listOfTexts(accounts) }),
    };
    return { secrets: answered("appSecret", secret), auth };
  };
}

/** As {@link secretResolver}, for the verify token. */
export function tokenResolver(
  option: VerifyToken | undefined,
): (request: RequestHead) => Promise<readonly string[]> {
  if (typeof option !== "function") {
    const fixed = Promise.resolve(requireTexts("verifyToken", VERIFY_TOKEN_HELP, option));
    return () => fixed;
  }
  return async (request) =>
    answered("verifyToken", await lookUp("verifyToken", () => option(request)));
}

/** What a function answered, if it is of use. */
function answered(option: string, value: unknown): readonly string[] {
  try {
    return requireTexts(`what the ${option} function answered`, "", value);
  } catch (cause) {
    throw new WebhookError(
      "credentials_unavailable",
      `the ${option} function answered neither a text, nor a list of texts, nor undefined; or one that is empty or has white space around it.`,
      { cause },
    );
  }
}

function onlyText(name: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw unusable(`the ${name} that the appSecret function answered is not a text.`);
}

function listOfTexts(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((id) => typeof id === "string")) return value;
  throw unusable("the accounts that the appSecret function answered are not a list of texts.");
}

function unusable(message: string): WebhookError {
  return new WebhookError("credentials_unavailable", message);
}

/** Who an On-Premises notification is from and for, as the options say. */
export async function onPremisesAuth(
  { account, tenant }: OnPremisesOptions,
  request: RequestHead,
): Promise<RecordAuth> {
  const of =
    typeof tenant === "function"
      ? await lookUp("onPremises.tenant", () => tenant(request))
      : tenant;
  const to =
    typeof account === "function"
      ? accountIn(await lookUp("onPremises.account", async () => (await account(request)) ?? {}))
      : account;
  return {
    kind: "on-premises",
    ...(to === undefined ? {} : { account: to }),
    ...(of === undefined ? {} : { tenant: of }),
  };
}

/** Runs a function of the user's that must answer within a second. */
export async function lookUp<T>(option: string, ask: () => Maybe<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException("", "TimeoutError")), LOOKUP_MS);
  });
  let answer: T | undefined;
  try {
    answer = await Promise.race([ask(), late]);
  } catch (cause) {
    throw new WebhookError(
      "credentials_unavailable",
      `the ${option} function failed; the platform will deliver again.`,
      { cause },
    );
  } finally {
    clearTimeout(timer);
  }
  if (answer === undefined || answer === null) {
    throw new WebhookError(
      "credentials_unknown",
      `the ${option} function knows nothing about this request.`,
    );
  }
  return answer;
}

/** The header values that let On-Premises notifications in; undefined when only a function decides, or nothing is let in. */
export function authorizationsOf(
  option: OnPremisesOptions | undefined,
): readonly string[] | undefined {
  if (option === undefined) return undefined;
  if (typeof option !== "object" || option === null) {
    throw new WebhookError(
      "option_invalid",
      "onPremises must be an object, or undefined to refuse unsigned notifications.",
    );
  }
  const { verify } = option as { readonly verify?: unknown };
  const decides = typeof verify === "function";
  if (decides && !("authorization" in option)) return undefined;
  if ((!decides && verify !== undefined) || !("authorization" in option)) {
    throw new WebhookError(
      "option_invalid",
      "onPremises needs `authorization` (the header value to expect) or `verify` (a function that decides).",
    );
  }
  return requireTexts(
    "onPremises.authorization",
    "Set it to the whole header value, such as `Basic …`.",
    option.authorization,
  );
}

const APP_SECRET_HELP =
  "Set it to the Meta app's App Secret (App Dashboard > App settings > Basic), for example from process.env.WHATSAPP_APP_SECRET.";
const VERIFY_TOKEN_HELP =
  "Set it to the word you type into the App Dashboard beside the callback URL, for example from process.env.WHATSAPP_VERIFY_TOKEN.";

function requireTexts(option: string, help: string, value: unknown): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (texts.length === 0 || texts.some((text) => typeof text !== "string" || text === "")) {
    throw new WebhookError("option_invalid", `${option} is missing or empty. ${help}`);
  }
  if (texts.some((text) => (text as string).trim() !== text)) {
    throw new WebhookError(
      "option_invalid",
      `${option} has white space around it, so it could never match. Trim it where it is read.`,
    );
  }
  return texts as readonly string[];
}
