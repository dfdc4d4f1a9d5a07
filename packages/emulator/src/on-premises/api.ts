import { X509Certificate } from "node:crypto";
import { isJson, type Json } from "../json.ts";
import {
  type ApiAnswer,
  type ApiHandler,
  type ApiRequest,
  jsonOf,
  UnreadableBody,
} from "../server/http.ts";
import { ApiError } from "./api-error.ts";
import type { OnPremisesClient } from "./client.ts";
import type { Users } from "./users.ts";

/** The On-Premises client's own API: everything below `/v1/`. */
export function onPremisesApi(client: OnPremisesClient, users: Users): ApiHandler {
  return (request) => {
    if (!request.path.startsWith("/v1/")) return undefined;
    const resource = `${request.method} ${request.path.slice("/v1".length)}`;
    // In answers about users the version has a `v`, in all others it has none.
    const version = /^\w+ \/users/.test(resource) ? `v${client.version}` : client.version;
    const meta = { api_status: "stable", version };
    try {
      const { status, json, text } = answer(client, users, request, resource);
      if (text !== undefined) return { status, text };
      return { status, json: { ...(isJson(json) ? json : {}), meta } };
    } catch (error) {
      if (error instanceof UnreadableBody)
        return refusal(
          new ApiError(400, 1025, `Unable to decode json from the request: ${error.message}`),
          meta,
        );
      if (error instanceof ApiError) return refusal(error, meta);
      return refusal(new ApiError(500, 1014, "Internal error"), meta);
    }
  };
}

function refusal({ status, errors }: ApiError, meta: Json): ApiAnswer {
  return { status, json: { errors, meta } };
}

function answer(
  client: OnPremisesClient,
  users: Users,
  request: ApiRequest,
  resource: string,
): ApiAnswer {
  const authorization = request.header("authorization");
  const asAdmin = (): void => void users.authorize(authorization, "ROLE_ADMIN");
  switch (resource) {
    case "POST /users/login": {
      const session = users.logIn(authorization, jsonOf(request).new_password);
      return { status: 200, json: { users: [session] } };
    }
    case "POST /users/logout":
      users.logOut(authorization);
      return { status: 200 };
    case "POST /users": {
      asAdmin();
      const { username, password } = jsonOf(request);
      users.create(username, password);
      return { status: 201, json: { users: [{ username }] } };
    }
    case "GET /settings/application":
      asAdmin();
      return { status: 200, json: { settings: { application: client.settings } } };
    case "PATCH /settings/application":
      asAdmin();
      if (request.body.length === 0) throw new UnreadableBody("Syntax error");
      client.configure(jsonOf(request));
      return { status: 200 };
    case "DELETE /settings/application":
      asAdmin();
      client.resetSettings();
      return { status: 200 };
    case "GET /certificates/webhooks/ca":
      asAdmin();
      if (client.authority === undefined)
        throw new ApiError(404, 1006, "No webhook CA certificates found");
      return { status: 200, text: client.authority };
    case "POST /certificates/webhooks/ca":
      asAdmin();
      client.trust(checkedPem(request.body.toString()));
      return { status: 200 };
    case "DELETE /certificates/webhooks/ca":
      asAdmin();
      client.distrust();
      return { status: 200 };
    case "POST /messages":
      users.authorize(authorization);
      return { status: 201, json: { messages: [{ id: send(client, jsonOf(request)) }] } };
    case "POST /contacts":
      users.authorize(authorization);
      return { status: 200, json: { contacts: contactsOf(jsonOf(request)) } };
    default:
      return answerNamed(client, users, request, resource);
  }
}

/** Resources with a name of something in their path. */
function answerNamed(
  client: OnPremisesClient,
  users: Users,
  request: ApiRequest,
  resource: string,
): ApiAnswer {
  const authorization = request.header("authorization");
  const [, method, name = ""] = /^(GET|PUT|DELETE) \/users\/([^/]+)$/.exec(resource) ?? [];
  if (method !== undefined) {
    users.authorize(authorization, "ROLE_ADMIN");
    const username = decodeURIComponent(name);
    if (method === "GET")
      return { status: 200, json: { users: [{ username, ROLES: users.role(username) }] } };
    if (method === "PUT") users.setPassword(username, jsonOf(request).password);
    else users.remove(username);
    return { status: 200, json: { users: [{ username }] } };
  }
  const [, messageId] = /^PUT \/messages\/([^/]+)$/.exec(resource) ?? [];
  if (messageId !== undefined) {
    users.authorize(authorization);
    if (jsonOf(request).status !== "read")
      throw new ApiError(400, 1009, "Parameter 'status' is not valid");
    client.markRead(decodeURIComponent(messageId));
    return { status: 200 };
  }
  throw new ApiError(404, 1006, "Not found");
}

function send(client: OnPremisesClient, message: Json): string {
  const { to, type = "text" } = message;
  if (typeof to !== "string" || to === "")
    throw new ApiError(400, 1008, "Parameter 'to' is missing");
  if (typeof type !== "string") throw new ApiError(400, 1009, "Parameter 'type' is not valid");
  const content = message[type];
  if (!isJson(content) && !Array.isArray(content))
    throw new ApiError(400, 1008, `Parameter '${type}' is missing`);
  return client.send(to, type, message);
}

function contactsOf({ contacts }: Json): Json[] {
  if (!Array.isArray(contacts)) throw new ApiError(400, 1008, "Parameter 'contacts' is missing");
  return contacts.map((input) => ({
    input,
    status: "valid",
    wa_id: String(input).replace(/\D/g, ""),
  }));
}

/** One or several certificates. Throws an {@link ApiError} for anything else. */
function checkedPem(pem: string): string {
  if (pem.trim() === "") throw new ApiError(400, 1008, "The certificate is missing");
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch {
    throw new ApiError(400, 1009, "The certificate is not valid");
  }
  if (blocks.length === 0) throw new ApiError(400, 1009, "The certificate is not valid");
  return pem;
}
