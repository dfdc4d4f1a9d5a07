import {
  baseOf,
  type CallOptions,
  type ConnectionOptions,
  checkOptions,
  connect,
  invalid,
  isLoopback,
  readBaseUrl,
  readSecret,
} from "../connection.ts";
import type { Json } from "../read.ts";
import { inputInvalid } from "../settings-error.ts";
import { type Call, send } from "../transport.ts";
import {
  type AppSubscription,
  type NumberCallbacks,
  readAppSubscriptions,
  readNumberCallbacks,
  readSubscribedApps,
  type SubscribedApp,
} from "./answers.ts";
import {
  checkCallbackUrl,
  checkFields,
  checkId,
  checkObject,
  checkOverride,
  checkRemoval,
  checkSubscription,
  checkVerifyToken,
} from "./check-input.ts";
import type { OverridableField } from "./fields.ts";
import { isList, isPhoneNumber, isSuccess, readGraphAnswer } from "./graph-error.ts";
import { readPages } from "./pages.ts";

/** Which Graph API to call, and by whose token. */
export type CloudSubscriptionsOptions = ConnectionOptions & {
  /**
   * For `apps` an app access token (`{app-id}|{app-secret}`), for `accounts` and `numbers` a system user's with
   * `whatsapp_business_management`. It is sent in a header, never in a URL.
   */
  readonly accessToken: string;
  /** Default: `https://graph.facebook.com`. */
  readonly baseUrl?: string | undefined;
  /** The version of the Graph API. Default: `v25.0`. */
  readonly version?: string | undefined;
};

/** The name of a webhook field. Those with completion may be overridden; every other field may be subscribed to as well. */
export type WebhookField = OverridableField | (string & {});

/**
 * What an app subscribes to, in the platform's words.
 * @see https://developers.facebook.com/docs/graph-api/webhooks/subscriptions-edge (read 2026-11-22)
 */
export interface AppSubscriptionRequest {
  /** HTTPS, with a certificate of a public CA. It must answer the handshake while the call lasts. */
  readonly callback_url: string;
  /** What the handshake brings; your receiver's `verifyToken`. */
  readonly verify_token: string;
  readonly fields: readonly WebhookField[];
  /** Whether notifications hold the new values. Without them there are only names of what changed. Not sent unless given. */
  readonly include_values?: boolean | undefined;
  /** Default: `whatsapp_business_account`. */
  readonly object?: string | undefined;
}

/**
 * Another callback URL than the app's, for the overridable fields.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override (read 2026-11-22)
 */
export interface CallbackOverride {
  /** HTTPS, at most 200 characters. It must answer the handshake while the call lasts. */
  readonly override_callback_uri: string;
  /** What the handshake brings. */
  readonly verify_token: string;
}

/**
 * The app's own callback URL and fields: one URL for an app.
 * @see https://developers.facebook.com/docs/graph-api/webhooks/subscriptions-edge (read 2026-11-22)
 */
export interface AppSubscriptions {
  /** `POST /{app-id}/subscriptions`: sets callback URL and fields. Meta calls the URL at once to verify it. */
  subscribe(appId: string, request: AppSubscriptionRequest, options?: CallOptions): Promise<void>;
  /** `GET /{app-id}/subscriptions`, all pages of it. */
  subscriptions(appId: string, options?: CallOptions): Promise<readonly AppSubscription[]>;
  /**
   * `DELETE /{app-id}/subscriptions`: the given fields. Without `fields` it removes ALL of the app's WhatsApp subscriptions;
   * other products' stay.
   */
  unsubscribe(
    appId: string,
    what?: {
      readonly fields?: readonly WebhookField[] | undefined;
      readonly object?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<void>;
}

/**
 * Which apps get the notifications of a WhatsApp Business Account. Without this nothing comes, whatever the app subscribed to.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/reference/whatsapp-business-account/subscribed-apps-api (read 2026-11-22)
 */
export interface AccountSubscriptions {
  /** `POST /{waba-id}/subscribed_apps` without a body: subscribes the app, and REMOVES an override of the account. */
  subscribe(wabaId: string, options?: CallOptions): Promise<void>;
  /** `GET /{waba-id}/subscribed_apps`, all pages of it. */
  subscribedApps(wabaId: string, options?: CallOptions): Promise<readonly SubscribedApp[]>;
  /** `DELETE /{waba-id}/subscribed_apps` */
  unsubscribe(wabaId: string, options?: CallOptions): Promise<void>;
  /**
   * `POST /{waba-id}/subscribed_apps` with a body: another callback URL for all numbers of the account. The app must be
   * subscribed to the account already.
   */
  setOverride(wabaId: string, override: CallbackOverride, options?: CallOptions): Promise<void>;
  /** The same call as `subscribe`: the app stays subscribed, with its own callback URL. */
  removeOverride(wabaId: string, options?: CallOptions): Promise<void>;
}

/**
 * The callback URL of one number. It wins over the account's override, and that over the app's URL.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override (read 2026-11-22)
 */
export interface NumberSubscriptions {
  /** `GET /{phone-number-id}?fields=webhook_configuration` */
  callbacks(phoneNumberId: string, options?: CallOptions): Promise<NumberCallbacks>;
  /** `POST /{phone-number-id}`: another callback URL for this number. */
  setOverride(
    phoneNumberId: string,
    override: CallbackOverride,
    options?: CallOptions,
  ): Promise<void>;
  /** `POST /{phone-number-id}` with an empty URL. */
  removeOverride(phoneNumberId: string, options?: CallOptions): Promise<void>;
}

/** Where the Cloud API sends what. Every call may reject with a `SettingsError`. */
export interface CloudSubscriptions {
  readonly apps: AppSubscriptions;
  readonly accounts: AccountSubscriptions;
  readonly numbers: NumberSubscriptions;
}

const WHATSAPP = "whatsapp_business_account";

/**
 * A client for the webhook subscriptions and callback overrides of the Cloud API.
 * @throws {SettingsError} `option_invalid`
 */
export function createCloudSubscriptions(options: CloudSubscriptionsOptions): CloudSubscriptions {
  checkOptions("createCloudSubscriptions", options, ["accessToken", "version"]);
  const { version = "v25.0" } = options;
  const url = readBaseUrl(options.baseUrl ?? "https://graph.facebook.com");
  const isLocal = isLoopback(url);
  if (url.protocol !== "https:" && !isLocal) throw invalid("baseUrl must be an https:// URL.");
  if (!/^v\d+\.\d+$/.test(version)) throw invalid('version must be like "v25.0".');
  const token = readSecret("accessToken", options.accessToken);
  const transport = connect(options);

  /** @param node The path for people, such as `/{waba-id}/subscribed_apps`; `id` takes the place of what is in braces. */
  async function request(
    method: Call["method"],
    node: string,
    id: string,
    { signal }: CallOptions = {},
    { query = {}, body }: { query?: Record<string, string>; body?: object } = {},
    verifyToken?: string,
  ): Promise<Json> {
    const name = `${method} ${node}`;
    const search = new URLSearchParams(query).toString();
    const path = node.replace(/\{[\w-]+\}/, id);
    const call: Call = {
      name,
      method,
      url: `${baseOf(url)}/${version}${path}${search === "" ? "" : `?${search}`}`,
      headers: {
        accept: "application/json",
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      isRepeatable: method !== "POST",
      signal,
    };
    // An app access token is the app's id and its secret.
    const secrets = [token, token.split("|")[1] ?? "", verifyToken ?? ""];
    const isExpected = method !== "GET" ? isSuccess : node === NUMBER ? isPhoneNumber : isList;
    return readGraphAnswer(name, await send(call, transport), secrets, isExpected);
  }

  const APP = "/{app-id}/subscriptions";
  const ACCOUNT = "/{waba-id}/subscribed_apps";
  const NUMBER = "/{phone-number-id}";

  const list = (node: string, id: string, callOptions?: CallOptions): Promise<Json[]> =>
    readPages(`GET ${node}`, (after) =>
      request("GET", node, id, callOptions, after === undefined ? {} : { query: { after } }),
    );

  const subscribeAccount = async (wabaId: string, callOptions?: CallOptions): Promise<void> => {
    await request("POST", ACCOUNT, checkId("wabaId", wabaId), callOptions);
  };

  return {
    apps: {
      async subscribe(appId, given, callOptions) {
        const id = checkId("appId", appId);
        checkSubscription(given);
        const { object = WHATSAPP, callback_url, verify_token, fields, include_values } = given;
        checkObject(object);
        checkCallbackUrl("callback_url", callback_url, isLocal);
        checkVerifyToken(verify_token);
        checkFields(fields);
        if (include_values !== undefined && typeof include_values !== "boolean")
          throw inputInvalid("include_values must be true or false.");
        const body = {
          object,
          callback_url,
          fields: fields.join(","),
          verify_token,
          include_values,
        };
        await request("POST", APP, id, callOptions, { body }, verify_token);
      },
      async subscriptions(appId, callOptions) {
        return readAppSubscriptions(await list(APP, checkId("appId", appId), callOptions));
      },
      async unsubscribe(appId, what = {}, callOptions) {
        const id = checkId("appId", appId);
        checkRemoval(what);
        const { fields, object = WHATSAPP } = what;
        checkObject(object);
        if (fields !== undefined) checkFields(fields);
        const query = { object, ...(fields === undefined ? {} : { fields: fields.join(",") }) };
        await request("DELETE", APP, id, callOptions, { query });
      },
    },

    accounts: {
      subscribe: subscribeAccount,
      async subscribedApps(wabaId, callOptions) {
        return readSubscribedApps(await list(ACCOUNT, checkId("wabaId", wabaId), callOptions));
      },
      async unsubscribe(wabaId, callOptions) {
        await request("DELETE", ACCOUNT, checkId("wabaId", wabaId), callOptions);
      },
      async setOverride(wabaId, override, callOptions) {
        const id = checkId("wabaId", wabaId);
        const body = checkOverride(override, isLocal);
        await request("POST", ACCOUNT, id, callOptions, { body }, body.verify_token);
      },
      removeOverride: subscribeAccount,
    },

    numbers: {
      async callbacks(phoneNumberId, callOptions) {
        const id = checkId("phoneNumberId", phoneNumberId);
        const query = { fields: "webhook_configuration" };
        return readNumberCallbacks(await request("GET", NUMBER, id, callOptions, { query }));
      },
      async setOverride(phoneNumberId, override, callOptions) {
        const id = checkId("phoneNumberId", phoneNumberId);
        const configuration = checkOverride(override, isLocal);
        const body = { webhook_configuration: configuration };
        await request("POST", NUMBER, id, callOptions, { body }, configuration.verify_token);
      },
      async removeOverride(phoneNumberId, callOptions) {
        const id = checkId("phoneNumberId", phoneNumberId);
        const body = { webhook_configuration: { override_callback_uri: "" } };
        await request("POST", NUMBER, id, callOptions, { body });
      },
    },
  };
}
