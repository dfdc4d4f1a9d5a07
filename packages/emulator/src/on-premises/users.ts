import { createHmac } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Ids } from "../ids.ts";
import type { Random } from "../random.ts";
import type { Collection, Storage } from "../storage/storage.ts";
import { ApiError } from "./api-error.ts";

interface User {
  readonly password: string;
  readonly role: "ROLE_ADMIN" | "ROLE_USER";
  /** The password that the client was delivered with has to be changed at the first login. */
  readonly mustChange: boolean;
}

interface Session {
  readonly username: string;
  readonly expiresAt: number;
}

const DELIVERED_PASSWORD = "secret";
const TOKEN_MS = 7 * 24 * 3_600_000;

/** The users of the On-Premises client, and who is logged in. */
export class Users {
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #tokenKey: Buffer;
  readonly #users: Collection<User>;
  readonly #sessions: Collection<Session>;

  constructor(clock: Clock, random: Random, ids: Ids, storage: Storage, adminPassword?: string) {
    this.#clock = clock;
    this.#ids = ids;
    this.#tokenKey = random.bytes(32, "token key");
    this.#users = storage.collection("on-premises users");
    this.#sessions = storage.collection("on-premises sessions");
    if (this.#users.get("admin") === undefined)
      this.#users.put("admin", {
        password: adminPassword ?? DELIVERED_PASSWORD,
        role: "ROLE_ADMIN",
        mustChange: adminPassword === undefined,
      });
  }

  /** Throws an {@link ApiError} as the client would answer. */
  logIn(
    authorization: string | undefined,
    newPassword: unknown,
  ): { token: string; expires_after: string } {
    const [username, password] = credentialsOf(authorization);
    const user = this.#users.get(username);
    if (user === undefined || user.password !== password)
      throw new ApiError(401, 1005, "Invalid credentials");
    if (newPassword !== undefined) {
      checkPassword(newPassword);
      this.#users.put(username, { ...user, password: newPassword, mustChange: false });
    } else if (user.mustChange) throw new ApiError(401, 1024, "Password must be changed");
    return this.#openSession(username);
  }

  /** The user behind a Bearer token, who has to be an admin for most of what there is. */
  authorize(authorization: string | undefined, role?: "ROLE_ADMIN"): string {
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
    const session = token === undefined ? undefined : this.#sessions.get(token);
    const user = session === undefined ? undefined : this.#users.get(session.username);
    if (token === undefined || session === undefined || user === undefined)
      throw new ApiError(401, 1005, "Missing or invalid token");
    if (session.expiresAt <= this.#clock.now()) {
      this.#sessions.delete(token);
      throw new ApiError(401, 1005, "The token has expired");
    }
    if (role !== undefined && user.role !== role)
      throw new ApiError(403, 1005, "Certain operations are not allowed");
    return session.username;
  }

  logOut(authorization: string | undefined): void {
    this.authorize(authorization);
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
    if (token !== undefined) this.#sessions.delete(token);
  }

  create(username: unknown, password: unknown): void {
    if (typeof username !== "string" || username === "")
      throw new ApiError(400, 1008, "Parameter 'username' is missing");
    if (password === undefined) throw new ApiError(400, 1008, "Parameter 'password' is missing");
    checkPassword(password);
    if (this.#users.get(username) !== undefined)
      throw new ApiError(400, 1009, "Parameter 'username' is not valid");
    this.#users.put(username, { password, role: "ROLE_USER", mustChange: false });
  }

  role(username: string): User["role"] {
    const user = this.#users.get(username);
    if (user === undefined) throw new ApiError(404, 1006, "No such user");
    return user.role;
  }

  setPassword(username: string, password: unknown): void {
    const user = this.#users.get(username);
    if (user === undefined) throw new ApiError(404, 1006, "No such user");
    if (password === undefined) throw new ApiError(400, 1008, "Parameter 'password' is missing");
    checkPassword(password);
    this.#users.put(username, { ...user, password });
  }

  remove(username: string): void {
    this.role(username);
    if (username === "admin") throw new ApiError(403, 1005, "Certain operations are not allowed");
    this.#users.delete(username);
    for (const [token, session] of this.#sessions.all())
      if (session.username === username) this.#sessions.delete(token);
  }

  #openSession(username: string): { token: string; expires_after: string } {
    const now = this.#clock.now();
    const expiresAt = now + TOKEN_MS;
    const part = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({
      user: username,
      iat: Math.floor(now / 1000),
      exp: Math.floor(expiresAt / 1000),
      "wa:rand": this.#ids.hex(16),
    })}`;
    const token = `${signed}.${createHmac("sha256", this.#tokenKey).update(signed).digest("base64url")}`;
    this.#sessions.put(token, { username, expiresAt });
    const [day, time] = new Date(expiresAt).toISOString().split(/[T.]/);
    return { token, expires_after: `${day} ${time}+00:00` };
  }
}

function credentialsOf(authorization = ""): [string, string] {
  const [, encoded] = /^Basic +(\S+)$/i.exec(authorization) ?? [];
  if (encoded === undefined) throw new ApiError(401, 1005, "Invalid credentials");
  const text = Buffer.from(encoded, "base64").toString();
  const colon = text.indexOf(":");
  return colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
}

/** 8 to 64 characters: upper case, lower case, a digit and a special one. */
function checkPassword(password: unknown): asserts password is string {
  const isGood =
    typeof password === "string" &&
    password.length >= 8 &&
    password.length <= 64 &&
    [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z0-9]/].every((rule) => rule.test(password));
  if (!isGood)
    throw new ApiError(
      400,
      1009,
      "The password must have 8 to 64 characters, with upper case, lower case, a digit and a special character",
    );
}
