import {
  baseOf,
  type CallOptions,
  type ConnectionOptions,
  checkOptions,
  connect,
  isLoopback,
  readBaseUrl,
} from "../connection.ts";
import { recoded } from "../hide.ts";
import { readJson, readObject, readText } from "../read.ts";
import { SettingsError } from "../settings-error.ts";
import { type Answer, type Call, send } from "../transport.ts";
import { errorOf, isOfApi, notTheApi } from "./answer-error.ts";
import type { ApplicationSettings, ApplicationSettingsPatch } from "./application-settings.ts";
import { checkPem, isPem } from "./certificate.ts";
import { checkPatch } from "./check-patch.ts";
import { readSettings } from "./read-settings.ts";
import { checkNewPassword, LOGIN, type LoginSession, readCredentials, Session } from "./session.ts";
import { settingRows } from "./settings-table.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** Where the On-Premises client is and how to log in to it: with `username` and `password`, with a `token`, or with all of it. */
export type OnPremisesSettingsOptions = ConnectionOptions & {
  /** The client's address, before `/v1`: `https://wa.example.com:9090`. */
  readonly baseUrl: string;
} & (
    | {
        /** An account with the role `admin`. */
        readonly username: string;
        readonly password: string;
        /** Used until it expires or is refused. */
        readonly token?: string | undefined;
      }
    | {
        /** Without a password it cannot be renewed: after 7 days, calls fail with status 401. */
        readonly token: string;
        readonly username?: undefined;
        readonly password?: undefined;
      }
  );

/** For `login`. */
export interface LoginOptions extends CallOptions {
  /**
   * Only for the first login of an account: 8 to 64 characters, with an upper-case and a lower-case letter, a digit and a
   * special character. It is used from then on; give it as `password` next time. Without an answer it may have been set, or
   * not: try the new one first then, in a client that is created with it, and where it is refused the old one.
   */
  readonly newPassword?: string | undefined;
}

/** What came of an `update`. */
export interface UpdateResult {
  /** The given settings that take effect after a restart of Coreapp. */
  readonly restartRequired: readonly string[];
  /** The settings of the answer; most clients answer none. */
  readonly settings: ApplicationSettings | undefined;
}

/**
 * The webhook's CA certificate: what the client trusts beside the public CAs when it calls `webhooks.url`.
 * @see https://developers.secure.facebook.com/docs/whatsapp/api/certificates/webhooks (read 2026-11-22)
 */
export interface WebhookCa {
  /** The stored certificates as PEM; undefined when there are none. */
  get(options?: CallOptions): Promise<string | undefined>;
  /**
   * Stores the CA's certificates, or a self-signed one itself: PEM, several one after the other. It replaces what was stored.
   * All Coreapp nodes must be restarted afterwards.
   */
  set(pem: string, options?: CallOptions): Promise<void>;
  /** Removes it. */
  remove(options?: CallOptions): Promise<void>;
}

/** An answer, and the token that was sent for it: another call may have put a new one in its place since. */
interface TokenAnswer extends Answer {
  readonly token: string;
}

/** The application settings of one On-Premises client. Every call may reject with a {@link SettingsError}. */
export interface OnPremisesSettings {
  /** All settings as they are. */
  get(options?: CallOptions): Promise<ApplicationSettings>;
  /**
   * Sets what is given and leaves the rest: `update({ webhooks: { url: "https://example.com/webhooks/whatsapp" } })`.
   *
   * A wrong type or value rejects with `input_invalid` and the name of the setting, before anything is sent. A setting that
   * this library does not know is sent, with a warning; so is a deprecated one. Values go out as they are given.
   */
  update(patch: ApplicationSettingsPatch, options?: CallOptions): Promise<UpdateResult>;
  /** Puts ALL settings back to their defaults, `webhooks.url` included: notifications are then dropped. */
  reset(options?: CallOptions): Promise<void>;
  readonly ca: WebhookCa;
  /**
   * Gets a new token. You need it only for the first login of an account, with `newPassword` (code 1024 asks for it); other
   * calls log in by themselves, renew the token before it expires, and once after a 401.
   * @see https://developers.secure.facebook.com/docs/whatsapp/api/users/login (read 2026-11-22)
   */
  login(options?: LoginOptions): Promise<LoginSession>;
  /**
   * Ends the token's life, and that of a token which a login under way brings. A call that is under way is then refused with
   * status 401, and does not log in anew; a later one does, where there is a password.
   */
  logout(options?: CallOptions): Promise<void>;
  /** The client's version as its last answer said it: `2.33.4`. */
  readonly version: string | undefined;
}

const SETTINGS = "/v1/settings/application";
const CA = "/v1/certificates/webhooks/ca";

/**
 * A client for the settings of the WhatsApp Business On-Premises API.
 * @throws {SettingsError} `option_invalid`
 */
export function createOnPremisesSettings(options: OnPremisesSettingsOptions): OnPremisesSettings {
  checkOptions("createOnPremisesSettings", options, ["username", "password", "token"]);
  const url = readBaseUrl(options.baseUrl);
  const base = baseOf(url).replace(/\/v1$/, "");
  const transport = connect(options);
  const { logger } = transport;
  const session = new Session(base, readCredentials(options), transport);
  let version: string | undefined;
  if (url.protocol === "http:" && !isLoopback(url))
    logger.warn({}, "baseUrl is not HTTPS: the password and the token can be read on their way.");

  /** Sends it with a token, and once more with a new one when the client refuses the token and nobody has logged out since. */
  async function request(
    method: Call["method"],
    path: string,
    { signal }: CallOptions = {},
    content: { readonly type: string; readonly body: string } | undefined = undefined,
  ): Promise<TokenAnswer> {
    const attempt = async (token: string): Promise<Answer> =>
      send(
        {
          name,
          method,
          url: `${base}${path}`,
          headers: {
            accept:
              path === CA && method === "GET" ? "text/plain, application/json" : "application/json",
            authorization: `Bearer ${token}`,
            ...(content === undefined ? {} : { "content-type": content.type }),
          },
          body: content?.body,
          isRepeatable: method !== "POST",
          signal,
        },
        transport,
      );
    const name = `${method} ${path}`;
    const { logouts } = session;
    let token = await unlessAborted(() => session.token(), name, signal);
    let answer = await attempt(token);
    if (answer.status === 401 && session.canLogIn && session.logouts === logouts) {
      session.forget(token);
      token = await unlessAborted(() => session.token(), name, signal);
      answer = await attempt(token);
    }
    if (answer.status === 401 && session.logouts !== logouts)
      throw new SettingsError(
        "api_error",
        `${name} was answered 401: logout() was called while it was under way.`,
        { status: 401, advice: "Call logout() when the other calls are done, or this one again." },
      );
    version =
      readText(readObject(readObject(readJson(answer.text)).meta).version)?.replace(/^v/, "") ??
      version;
    return { ...answer, token };
  }

  /** Throws for an answer that is an error, or none of this API's. Gives the body's object or null. */
  function read(name: string, answer: TokenAnswer, secrets: readonly string[] = []): unknown {
    const error = errorOf(name, answer, [answer.token, ...session.secrets, ...secrets]);
    if (error !== undefined) throw error;
    if (!isOfApi(answer.text)) throw notTheApi(name, answer.status);
    return readJson(answer.text);
  }

  return {
    async get(callOptions) {
      const answer = await request("GET", SETTINGS, callOptions);
      const settings = readSettings(read(`GET ${SETTINGS}`, answer), logger);
      if (settings === undefined) throw notTheApi(`GET ${SETTINGS}`, answer.status);
      return settings;
    },

    async update(patch, callOptions) {
      const given = checkPatch(patch, logger, version);
      const body = toJson(patch);
      const answer = await request("PATCH", SETTINGS, callOptions, {
        type: "application/json",
        body,
      });
      const json = read(`PATCH ${SETTINGS}`, answer, passwordsOf(given.get("webhooks.url")));
      return {
        restartRequired: [...given.keys()].filter(
          (name) => settingRows.get(name)?.restart === true,
        ),
        settings: readSettings(json, logger),
      };
    },

    async reset(callOptions) {
      read(`DELETE ${SETTINGS}`, await request("DELETE", SETTINGS, callOptions));
    },

    ca: {
      async get(callOptions) {
        const answer = await request("GET", CA, callOptions);
        if (isMissing(answer)) return undefined;
        const error = errorOf(`GET ${CA}`, answer, [answer.token, ...session.secrets]);
        if (error !== undefined) throw error;
        if (isPem(answer.text)) return answer.text;
        if (readJson(answer.text) === null) return undefined;
        throw notTheApi(`GET ${CA}`, answer.status);
      },
      async set(pem, callOptions) {
        checkPem(pem);
        const content = { type: "text/plain", body: pem };
        read(`POST ${CA}`, await request("POST", CA, callOptions, content));
      },
      async remove(callOptions) {
        const answer = await request("DELETE", CA, callOptions);
        // There was none, or there is none any more because this is a repetition.
        if (!isMissing(answer)) read(`DELETE ${CA}`, answer);
      },
    },

    async login({ newPassword, signal } = {}) {
      if (newPassword === undefined) return unlessAborted(() => session.login(), LOGIN, signal);
      checkNewPassword(newPassword);
      return session.login({ newPassword, signal });
    },

    logout: ({ signal } = {}) => session.logout(signal),

    get version() {
      return version;
    },
  };
}

/** A 404 of this API. Any other one is from somebody else, and then baseUrl is wrong. */
function isMissing({ status, text }: Answer): boolean {
  return status === 404 && isOfApi(text);
}

function toJson(patch: object): string {
  try {
    return JSON.stringify(patch);
  } catch {
    throw new SettingsError("input_invalid", "the settings hold something that JSON cannot hold.");
  }
}

/** What a callback URL holds as a password: as it is written, as a URL spells it, and as it is meant. */
function passwordsOf(url: unknown): string[] {
  if (typeof url !== "string" || !URL.canParse(url)) return [];
  const written = /^[^/?#]*\/\/[^/?#:]*:([^/?#]*)@/.exec(url)?.[1];
  const { password } = new URL(url);
  return [written, password, recoded(password, decodeURIComponent)].filter(
    (each) => each !== undefined,
  );
}
