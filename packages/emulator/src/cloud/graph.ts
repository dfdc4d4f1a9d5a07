import type { Accounts } from "../accounts.ts";
import type { Customers } from "../customers.ts";
import type { Ids } from "../ids.ts";
import type { Json } from "../json.ts";
import type { ApiHandler, ApiRequest } from "../server/http.ts";
import type { Cloud } from "./cloud.ts";
import { GraphError } from "./graph-error.ts";
import { graphMessages } from "./graph-messages.ts";
import { type Caller, callerOf, demandPermission, parametersOf } from "./graph-request.ts";
import type { GraphSubscriptions } from "./graph-subscriptions.ts";

export interface GraphParts {
  readonly accounts: Accounts;
  readonly ids: Ids;
  readonly customers: Customers;
  readonly cloud: Cloud;
  readonly subscriptions: GraphSubscriptions;
}

/** The Graph API, as far as webhooks go: `/{version}/{id}` and `/{version}/{id}/{edge}`. */
export function graphApi(parts: GraphParts): ApiHandler {
  return async (request) => {
    const [, version, id, edge = ""] =
      /^\/(v\d+\.\d+)\/(\d+)(?:\/([a-z_]+))?$/.exec(request.path) ?? [];
    if (version === undefined || id === undefined) return undefined;
    try {
      return { status: 200, json: await answer(parts, request, version, id, edge) };
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      return { status: error.status, json: error.toBody(parts.ids) };
    }
  };
}

async function answer(
  parts: GraphParts,
  request: ApiRequest,
  version: string,
  id: string,
  edge: string,
): Promise<Json> {
  const { accounts, subscriptions, cloud, customers } = parts;
  const { method } = request;
  const parameters = await parametersOf(request);
  const caller = callerOf(request, parameters, accounts);
  const number = accounts.numbers.find((each) => each.id === id);
  const isApp = accounts.apps.some((app) => app.id === id);
  const isAccount = accounts.wabaIds.includes(id);
  const isOneOf = (...methods: readonly string[]): boolean => methods.includes(method);
  if (isApp && edge === "subscriptions" && isOneOf("GET", "POST", "DELETE"))
    return subscriptions.ofApp(method, id, caller, parameters, version);
  if (isAccount && edge === "subscribed_apps" && isOneOf("GET", "POST", "DELETE"))
    return subscriptions.ofAccount(method, id, caller, parameters, accounts.apps);
  if (isAccount && edge === "phone_numbers" && method === "GET")
    return numbersOf(accounts, caller, id);
  if (number !== undefined && edge === "messages" && method === "POST")
    return graphMessages(cloud, customers, number, caller, parameters);
  if (number !== undefined && edge === "" && method === "POST")
    return subscriptions.setNumber(number, caller, parameters);
  if (number !== undefined && edge === "" && method === "GET") {
    const fields = String(parameters.fields ?? "").split(",");
    const configuration = subscriptions.number(number, caller);
    return {
      ...(fields.includes("webhook_configuration") && { webhook_configuration: configuration }),
      ...(!fields.includes("webhook_configuration") && {
        display_phone_number: number.displayPhoneNumber,
      }),
      id,
    };
  }
  throw new GraphError(
    400,
    100,
    `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to missing ` +
      "permissions, or does not support this operation. Please read the Graph API documentation at " +
      "https://developers.facebook.com/docs/graph-api",
    { subcode: 33 },
  );
}

function numbersOf({ numbers }: Accounts, caller: Caller, wabaId: string): Json {
  demandPermission(caller, wabaId);
  return {
    data: numbers
      .filter((number) => number.wabaId === wabaId)
      .map(({ id, displayPhoneNumber }) => ({ display_phone_number: displayPhoneNumber, id })),
  };
}
