import type { Accounts, AppOptions } from "../accounts.ts";
import type { Complete } from "../complete.ts";
import { isJson, type Json } from "../json.ts";
import { type ApiRequest, jsonOf, UnreadableBody } from "../server/http.ts";
import { GraphError, invalidParameter } from "./graph-error.ts";

/** Whose token came with a request. */
export interface Caller {
  readonly app: Complete<AppOptions>;
  /** `app`: the app access token; `user`: a system user's. */
  readonly kind: "app" | "user";
}

/** All parameters of a request: of the query and of a body in any of the forms that Graph takes. */
export async function parametersOf(request: ApiRequest): Promise<Json> {
  const query = Object.fromEntries(request.query);
  const type = request.header("content-type") ?? "";
  if (/^(multipart\/form-data|application\/x-www-form-urlencoded)/i.test(type)) {
    try {
      const form = await new Response(request.body, {
        headers: { "content-type": type },
      }).formData();
      return { ...query, ...Object.fromEntries(form) };
    } catch {
      throw invalidParameter("The body is not what its Content-Type says");
    }
  }
  try {
    return { ...query, ...jsonOf(request) };
  } catch (error) {
    if (error instanceof UnreadableBody)
      throw invalidParameter("Invalid JSON in the request's body");
    throw error;
  }
}

/** Throws the Graph API's 190 for no token or a wrong one. */
export function callerOf(request: ApiRequest, parameters: Json, { apps }: Accounts): Caller {
  const [, bearer] = /^(?:Bearer|OAuth) +(.+)$/i.exec(request.header("authorization") ?? "") ?? [];
  const token = bearer ?? parameters.access_token;
  for (const app of apps) {
    if (token === app.accessToken) return { app, kind: "user" };
    if (token === `${app.id}|${app.secret}`) return { app, kind: "app" };
  }
  throw new GraphError(
    401,
    190,
    token === undefined
      ? "An access token is required to request this resource."
      : "Invalid OAuth access token - Cannot parse access token",
  );
}

/** Only the app access token is good for an app's own subscriptions. */
export function demandAppToken({ app, kind }: Caller, appId: string): void {
  if (kind !== "app" || app.id !== appId)
    throw new GraphError(400, 15, "(#15) This method must be called with an app access_token.");
}

/** The app must have been given the account. */
export function demandPermission({ app }: Caller, wabaId: string): void {
  if (!app.wabaIds.includes(wabaId)) throw permissionError();
}

export function permissionError(): GraphError {
  return new GraphError(
    403,
    200,
    "(#200) You do not have the necessary permissions required to perform this action.",
  );
}

/** A parameter that must be a text that is not empty. */
export function requiredText(parameters: Json, name: string): string {
  const value = parameters[name];
  if (typeof value === "string" && value !== "") return value;
  throw invalidParameter(`The parameter ${name} is required.`);
}

/** An object, which in a form is JSON in a string. */
export function objectOf(value: unknown): Json | undefined {
  if (isJson(value)) return value;
  if (typeof value !== "string") return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return isJson(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
