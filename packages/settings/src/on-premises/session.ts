import { readSecret } from "../connection.ts";
import { readJson, readList, readObject, readText } from "../read.ts";
import { SettingsError } from "../settings-error.ts";
import { type Answer, type Call, send, type TransportOptions } from "../transport.ts";
import { errorOf, isOfApi, notTheApi } from "./answer-error.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** What a login gave. The token is not shown when it is printed. */
export class LoginSession {
  readonly #token: string;
  /** Until when the token is valid; undefined when the client did not say it. The platform's rule is 7 days. */
  readonly expiresAt: Date | undefined;

  constructor(token: string, expiresAt: Date | undefined) {
    this.#token = token;
    this.expiresAt = expiresAt;
  }

  /** For another client's `token` option, or to keep it somewhere safe. */
  get token(): string {
    return this.#token;
  }
}

export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
}

/** A login that sets a password, which is one caller's alone. */
export interface PasswordChange {
  readonly newPassword: string;
  readonly signal: AbortSignal | undefined;
}

export const LOGIN = "POST /v1/users/login";
const LOGOUT = "POST /v1/users/logout";
const HOUR_MS = 3_600_000;
const PERHAPS_CHANGED =
  "The password may have been changed, or not: use the new one from now on, in a client that is created with it, and where it is refused the old one.";

/** The token in use: got when it is first needed, renewed before it expires, forgotten when the client refuses it. */
export class Session {
  readonly #base: string;
  readonly #transport: TransportOptions;
  readonly #username: string | undefined;
  #password: string | undefined;
  #token: string | undefined;
  #renewAt = Number.POSITIVE_INFINITY;
  #expiresAt: Date | undefined;
  #login: Promise<LoginSession> | undefined;
  readonly #underWay = new Set<Promise<LoginSession>>();
  readonly #toEnd = new Set<string>();
  #logouts = 0;

  constructor(base: string, credentials: Credentials, transport: TransportOptions) {
    this.#base = base;
    this.#transport = transport;
    this.#username = credentials.username;
    this.#password = credentials.password;
    this.#token = credentials.token;
  }

  /** Whether there is a password to get a new token with. */
  get canLogIn(): boolean {
    return this.#password !== undefined;
  }

  /** How often `logout` was called: a call that began before may log in no more, as nobody would end that token. */
  get logouts(): number {
    return this.#logouts;
  }

  /** What must not be seen in an error. */
  get secrets(): string[] {
    const password = this.#password;
    const secrets = [this.#token, password];
    if (password !== undefined) secrets.push(this.#basic(password));
    return secrets.filter((secret) => secret !== undefined);
  }

  /** A token that is valid as far as is known. Calls that need one at the same time share a login. */
  async token(): Promise<string> {
    const token = this.#token;
    const expiresAt = this.#expiresAt;
    const now = Date.now();
    if (token !== undefined && (now < this.#renewAt || !this.canLogIn)) return token;
    if (token === undefined || expiresAt === undefined || expiresAt.getTime() <= now) {
      const login = await this.login();
      return login.token;
    }
    // While it is valid no call waits for the next one. The next attempt, if one is needed, is at half of what is left of its life.
    this.#renewAt = renewAt(expiresAt, now);
    this.login().catch((error: unknown) => {
      if (this.#token !== token) return;
      const { code, status } = error instanceof SettingsError ? error : {};
      this.#transport.logger.warn(
        { code, status, expiresAt },
        "The token could not be renewed; it is used until it expires.",
      );
    });
    return token;
  }

  /** Drops a token that was refused, unless another has taken its place. */
  forget(token: string): void {
    if (this.#token === token) this.#token = undefined;
  }

  /** @param change Sent when the client asks for a first change of password; it is used from then on. */
  async login(change?: PasswordChange): Promise<LoginSession> {
    if (change !== undefined) return this.#tracked(this.#logIn(change));
    this.#login ??= this.#tracked(this.#logIn()).finally(() => {
      this.#login = undefined;
    });
    return this.#login;
  }

  #tracked(login: Promise<LoginSession>): Promise<LoginSession> {
    this.#underWay.add(login);
    return login.finally(() => this.#underWay.delete(login));
  }

  async #logIn({ newPassword, signal }: Partial<PasswordChange> = {}): Promise<LoginSession> {
    const password = this.#password;
    if (password === undefined)
      throw new SettingsError(
        "option_invalid",
        "There is no token (any more), and no password to get one with.",
        {
          advice:
            "Give username and password to createOnPremisesSettings, or a token that is valid.",
        },
      );
    const basic = this.#basic(password);
    const body =
      newPassword === undefined ? undefined : JSON.stringify({ new_password: newPassword });
    const secrets = [basic, password, newPassword ?? ""];
    // Not to be called again: the old password would be refused then, and the new one is not known to this client.
    const adviceIfUnknown = newPassword === undefined ? undefined : PERHAPS_CHANGED;
    const sentAt = Date.now();
    const answer = await this.#post(LOGIN, {
      authorization: `Basic ${basic}`,
      isRepeatable: newPassword === undefined,
      adviceIfUnknown,
      body,
      signal,
    });
    const error = errorOf(LOGIN, answer, secrets, adviceIfUnknown);
    if (error !== undefined) throw error;
    const [user] = readList(readObject(readJson(answer.text)).users);
    const token = readText(user?.token);
    // What cannot stand in a header is no token.
    if (token === undefined || !/^[\x21-\x7e]+$/.test(token))
      throw notTheApi(LOGIN, answer.status, adviceIfUnknown);
    const expiresAt = readExpiry(user?.expires_after);
    this.#token = token;
    this.#expiresAt = expiresAt;
    this.#renewAt = renewAt(expiresAt, sentAt);
    if (newPassword !== undefined) this.#password = newPassword;
    return new LoginSession(token, expiresAt);
  }

  /** Ends the token in use, those that logins under way bring, and those that a logout before could not end. */
  async logout(signal?: AbortSignal): Promise<void> {
    this.#logouts++;
    if (this.#token !== undefined) this.#toEnd.add(this.#token);
    if (this.#underWay.size > 0) {
      const logins = () => Promise.allSettled(this.#underWay);
      for (const login of await unlessAborted(logins, LOGOUT, signal))
        if (login.status === "fulfilled") this.#toEnd.add(login.value.token);
    }
    const ends = [...this.#toEnd].map((token) => this.#end(token, signal));
    for (const end of await Promise.allSettled(ends))
      if (end.status === "rejected") throw end.reason;
  }

  async #end(token: string, signal: AbortSignal | undefined): Promise<void> {
    const answer = await this.#post(LOGOUT, {
      authorization: `Bearer ${token}`,
      isRepeatable: false,
      signal,
    });
    const error = errorOf(LOGOUT, answer, [token, ...this.secrets]);
    // Refused by the client: it was valid no more, which is what was asked for.
    const isRefused = error?.code === "api_error" && error.status === 401;
    if (error !== undefined && !isRefused) throw error;
    if (!isOfApi(answer.text)) throw notTheApi(LOGOUT, answer.status);
    this.#toEnd.delete(token);
    this.forget(token);
  }

  #post(
    name: string,
    {
      authorization,
      ...call
    }: Pick<Call, "isRepeatable" | "adviceIfUnknown" | "signal"> & {
      readonly authorization: string;
      readonly body?: string | undefined;
    },
  ): Promise<Answer> {
    return send(
      {
        name,
        method: "POST",
        url: `${this.#base}${name.slice("POST ".length)}`,
        headers: {
          accept: "application/json",
          authorization,
          ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: call.body,
        isRepeatable: call.isRepeatable,
        adviceIfUnknown: call.adviceIfUnknown,
        signal: call.signal,
      },
      this.#transport,
    );
  }

  #basic(password: string): string {
    return Buffer.from(`${this.#username}:${password}`).toString("base64");
  }
}

/** An hour before the token expires, or half of its life where that is shorter. What has expired by our clock waits for a 401. */
function renewAt(expiresAt: Date | undefined, now: number): number {
  const life = expiresAt === undefined ? Number.NaN : expiresAt.getTime() - now;
  return life > 0 ? now + life - Math.min(HOUR_MS, life / 2) : Number.POSITIVE_INFINITY;
}

/** `2026-12-01 08:50:48+00:00`; without an offset it is UTC. */
function readExpiry(value: unknown): Date | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/.exec(
    readText(value) ?? "",
  );
  if (parts === null) return undefined;
  const [, day, time, offset = "Z"] = parts;
  const date = new Date(`${day}T${time}${offset.replace(/^([+-]\d{2})(\d{2})$/, "$1:$2")}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** Checks a password to be set, by the platform's rule. */
export function checkNewPassword(value: unknown): asserts value is string {
  const isFit =
    typeof value === "string" &&
    [...value].length >= 8 &&
    [...value].length <= 64 &&
    [/\p{Lu}/u, /\p{Ll}/u, /\d/, /[^\p{L}\d\s]/u].every((needed) => needed.test(value));
  if (!isFit)
    throw new SettingsError(
      "input_invalid",
      "newPassword must have 8 to 64 characters, with an upper-case and a lower-case letter, a digit and a special character.",
    );
}

/** Checks what the caller gave to log in with. */
export function readCredentials({ username, password, token }: Credentials): Credentials {
  if (token !== undefined) readSecret("token", token);
  if (username === undefined && password === undefined && token !== undefined) return { token };
  if (typeof username !== "string" || username === "" || username.includes(":"))
    throw new SettingsError(
      "option_invalid",
      "username and password are missing, or the username is empty or has a colon. Without them, give a token.",
    );
  if (typeof password !== "string" || password === "")
    throw new SettingsError("option_invalid", "password is missing or empty.");
  return { username, password, token };
}
