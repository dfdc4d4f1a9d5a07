import type { Emulator } from "../../src/index.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
  // Whatever it is, tests compare it.
  readonly json: unknown;
}

interface CallOptions {
  readonly token?: string;
  readonly authorization?: string;
  readonly json?: unknown;
  readonly body?: string | URLSearchParams | FormData;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `call(emulator, "GET /v1/settings/application", { token })`. */
export async function call(
  emulator: Emulator,
  what: string,
  { token, authorization, json, body, headers = {} }: CallOptions = {},
): Promise<Answer> {
  const [method = "", path = ""] = what.split(" ");
  const response = await fetch(emulator.url + path, {
    method,
    headers: {
      ...(json !== undefined && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(authorization !== undefined && { authorization }),
      ...headers,
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  return { status: response.status, text, json: isJson ? JSON.parse(text) : undefined };
}

export const PASSWORD = "Correct-horse-7";

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** A token of the On-Premises client's admin, whose password must be {@link PASSWORD}. */
export async function adminToken(emulator: Emulator): Promise<string> {
  return tokenOf(
    await call(emulator, "POST /v1/users/login", { authorization: basic("admin", PASSWORD) }),
  );
}

export function tokenOf({ json }: Answer): string {
  const { users } = json as { users: [{ token: string }] };
  return users[0].token;
}
