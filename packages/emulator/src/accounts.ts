import { type Complete, complete } from "./complete.ts";
import type { Random } from "./random.ts";

/** An app of the emulated platform: what gets notifications. */
export interface AppOptions {
  readonly id: string;
  /** Signs the app's notifications. */
  readonly secret: string;
  readonly name?: string | undefined;
  /**
   * Stands for a system user's token with both WhatsApp permissions. Default: `EMULATOR-<id>`. The app access token is
   * `<id>|<secret>`, as on the platform.
   */
  readonly accessToken?: string | undefined;
  /** The accounts that the app may use. Default: all of them. */
  readonly wabaIds?: readonly string[] | undefined;
}

/** A business phone number on the Cloud API. */
export interface NumberOptions {
  /** The phone number id. */
  readonly id: string;
  /** In digits. */
  readonly displayPhoneNumber: string;
  /** The WhatsApp Business Account that it belongs to. */
  readonly wabaId: string;
  /** The number is used with the WhatsApp Business app, too: then a callback URL of its own is refused. */
  readonly isCoexistent?: boolean | undefined;
}

/** The apps and numbers there are, with everything filled in. */
export interface Accounts {
  readonly apps: readonly Complete<AppOptions>[];
  readonly numbers: readonly Complete<NumberOptions>[];
  readonly wabaIds: readonly string[];
}

export const DEFAULT_APP_ID = "740315520918264";
/** The first number, as in most fixtures. */
const defaultNumber: NumberOptions = {
  id: "109447120836512",
  displayPhoneNumber: "12125550188",
  wabaId: "104853279016642",
};

/** Throws for ids that are not digits, or come twice. */
export function createAccounts(
  random: Random,
  appSecret: string | undefined,
  apps: readonly AppOptions[] | undefined,
  numbers: readonly NumberOptions[] = [defaultNumber],
): Accounts {
  if (apps !== undefined && appSecret !== undefined)
    throw new TypeError("appSecret is the secret of the only app: with `apps`, each has its own.");
  const secret = appSecret ?? random.bytes(16, "app secret").toString("hex");
  const wabaIds = [...new Set(numbers.map(({ wabaId }) => wabaId))];
  const ids = new Set<string>();
  for (const id of [
    ...(apps ?? []).map((app) => app.id),
    ...numbers.map(({ id }) => id),
    ...wabaIds,
  ]) {
    if (!/^\d+$/.test(id)) throw new TypeError("ids of apps, accounts and numbers are digits.");
    if (ids.has(id)) throw new TypeError("each app, account and number has an id of its own.");
    ids.add(id);
  }
  if (numbers.some(({ displayPhoneNumber }) => !/^\d+$/.test(displayPhoneNumber)))
    throw new TypeError("displayPhoneNumber is in digits.");
  return {
    apps: (apps ?? [{ id: DEFAULT_APP_ID, secret }]).map((app) =>
      complete(
        {
          id: app.id,
          secret: app.secret,
          name: "Emulated app",
          accessToken: `EMULATOR-${app.id}`,
          wabaIds,
        },
        app,
      ),
    ),
    numbers: numbers.map((number) => ({ ...number, isCoexistent: number.isCoexistent ?? false })),
    wabaIds,
  };
}
