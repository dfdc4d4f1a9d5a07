import { type Json, present, readBoolean, readObject, readText } from "../read.ts";

/** What an app is subscribed to. One object is one product of Meta's; WhatsApp is `whatsapp_business_account`. */
export interface AppSubscription {
  readonly object?: string;
  readonly callback_url?: string;
  readonly active?: boolean;
  /** Every field has its own version of the API. */
  readonly fields: readonly { readonly name: string; readonly version?: string }[];
}

/** An app that gets the notifications of an account. */
export interface SubscribedApp {
  readonly id?: string;
  readonly name?: string;
  readonly link?: string;
  /** Where the account's notifications go instead of the app's callback URL, for overridable fields. */
  readonly override_callback_uri?: string;
}

/** The callback URLs that a number has; the first there is of these gets its notifications. */
export interface NumberCallbacks {
  /** The number's override. */
  readonly phone_number?: string;
  /** The override of its account. */
  readonly whatsapp_business_account?: string;
  /** The app's own. */
  readonly application?: string;
}

export function readAppSubscriptions(entries: readonly Json[]): AppSubscription[] {
  return entries.map((each) => ({
    ...present({
      object: readText(each.object),
      callback_url: readText(each.callback_url),
      active: readBoolean(each.active),
    }),
    fields: readFields(each.fields),
  }));
}

/** Fields are objects with a version; old versions of the API gave names alone. */
function readFields(value: unknown): { name: string; version?: string }[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((field: unknown) => {
    const { name, version } = typeof field === "string" ? { name: field } : readObject(field);
    const read = readText(name);
    return read === undefined ? [] : [{ name: read, ...present({ version: readText(version) }) }];
  });
}

export function readSubscribedApps(entries: readonly Json[]): SubscribedApp[] {
  return entries.map((each) => {
    const app = readObject(each.whatsapp_business_api_data);
    return present({
      id: readText(app.id),
      name: readText(app.name),
      link: readText(app.link),
      override_callback_uri: readText(each.override_callback_uri),
    });
  });
}

export function readNumberCallbacks(answer: Json): NumberCallbacks {
  const urls = readObject(answer.webhook_configuration);
  return present({
    phone_number: readText(urls.phone_number),
    whatsapp_business_account: readText(urls.whatsapp_business_account),
    application: readText(urls.application),
  });
}
