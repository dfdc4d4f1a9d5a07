import type { Accounts } from "../accounts.ts";
import { checkCallbackUrl } from "../delivery/callback-url.ts";
import type { Recipient, Route, Subject } from "../delivery/notification.ts";
import { signatureHeaders } from "../sign.ts";
import type { Collection, Storage } from "../storage/storage.ts";
import { overridableFields } from "./fields.ts";

/** What an app set for the object `whatsapp_business_account`. */
export interface AppSubscription {
  readonly callbackUrl: string;
  readonly fields: readonly string[];
  /** Whatever else there is, too: what the platform adds later. Until a field is removed. */
  readonly hasAllFields?: boolean;
  /** Off: bodies name the fields that changed, without values. */
  readonly includeValues: boolean;
}

/** An app's subscription to one account. */
interface AccountSubscription {
  readonly overrideUrl?: string;
}

interface NumberOverride {
  readonly overrideUrl: string;
}

/** An app that gets a change, and how. */
interface Subscriber {
  readonly appId: string;
  readonly url: string;
  readonly includeValues: boolean;
}

/** As in a delivery recorded in 2024. */
export const platformHeaders = {
  "Content-Type": "application/json",
  "User-Agent": "facebookexternalua",
  Accept: "*/*",
  "Accept-Encoding": "deflate, gzip",
};

/** Who is subscribed to what, and which URL wins: the number's, else the account's, else the app's. */
export class Subscriptions {
  readonly #accounts: Accounts;
  readonly #authorities: readonly string[];
  readonly #apps: Collection<AppSubscription>;
  readonly #wabas: Collection<AccountSubscription>;
  readonly #numbers: Collection<NumberOverride>;

  constructor(accounts: Accounts, authorities: readonly string[], storage: Storage) {
    this.#accounts = accounts;
    this.#authorities = authorities;
    this.#apps = storage.collection("app subscriptions");
    this.#wabas = storage.collection("account subscriptions");
    this.#numbers = storage.collection("number overrides");
  }

  app(appId: string): AppSubscription | undefined {
    return this.#apps.get(appId);
  }

  setApp(appId: string, subscription: AppSubscription | undefined): void {
    if (subscription === undefined) this.#apps.delete(appId);
    else this.#apps.put(appId, subscription);
  }

  waba(appId: string, wabaId: string): AccountSubscription | undefined {
    return this.#wabas.get(`${appId} ${wabaId}`);
  }

  setWaba(appId: string, wabaId: string, subscription: AccountSubscription | undefined): void {
    if (subscription === undefined) this.#wabas.delete(`${appId} ${wabaId}`);
    else this.#wabas.put(`${appId} ${wabaId}`, subscription);
  }

  number(appId: string, phoneNumberId: string): NumberOverride | undefined {
    return this.#numbers.get(`${appId} ${phoneNumberId}`);
  }

  setNumber(appId: string, phoneNumberId: string, override: NumberOverride | undefined): void {
    if (override === undefined) this.#numbers.delete(`${appId} ${phoneNumberId}`);
    else this.#numbers.put(`${appId} ${phoneNumberId}`, override);
  }

  /** The apps that get a change, in the form they want it. */
  appsFor(subject: Subject): readonly Subscriber[] {
    return this.#accounts.apps.flatMap(({ id: appId }) => {
      const app = this.app(appId);
      const waba = this.waba(appId, subject.wabaId);
      if (app === undefined || waba === undefined) return [];
      if (!app.hasAllFields && !app.fields.includes(subject.field)) return [];
      const { phoneNumberId } = subject;
      const number = phoneNumberId === undefined ? undefined : this.number(appId, phoneNumberId);
      const override = overridableFields.has(subject.field)
        ? (number?.overrideUrl ?? waba.overrideUrl)
        : undefined;
      return [{ appId, url: override ?? app.callbackUrl, includeValues: app.includeValues }];
    });
  }

  /** Where a notification goes: to all of these apps, each with its own signature. */
  recipients(route: Route): readonly Recipient[] {
    return this.appsFor(route).flatMap(({ appId, url }) => {
      const secret = this.#accounts.apps.find(({ id }) => id === appId)?.secret;
      const checked = checkCallbackUrl(url);
      if (secret === undefined || !route.appIds.includes(appId) || !("url" in checked)) return [];
      return [
        {
          name: appId,
          url: checked.url,
          headers: (body) => ({ ...platformHeaders, ...signatureHeaders(body, secret) }),
          authorities: this.#authorities,
        },
      ];
    });
  }
}
