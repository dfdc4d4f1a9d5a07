import { CallbackRefused } from "../cloud/subscribe.ts";
import type { Subscriptions } from "../cloud/subscriptions.ts";
import type { Emulator } from "../emulator.ts";
import { notificationNames } from "../fixtures.ts";
import { isJson, type Json, textOf } from "../json.ts";
import { receive } from "./customer-writes.ts";
import { keyOf, shownDelivery } from "./delivery-view.ts";
import {
  type ApiAnswer,
  type ApiHandler,
  type ApiRequest,
  jsonOf,
  UnreadableBody,
} from "./http.ts";
import type { EmulatorState } from "./looks.ts";
import { secretsOf, stateOf } from "./state.ts";
import { EventStream } from "./stream.ts";

/** The emulator itself over HTTP, below `/emulator`: for web pages, scripts, and receivers in other languages. */
export function controlApi(
  emulator: Emulator,
  subscriptions: () => Subscriptions | undefined,
): ApiHandler {
  const state = (): EmulatorState | undefined => {
    const current = subscriptions();
    return current && stateOf(emulator, current);
  };
  const stream = new EventStream(emulator, state);
  return async (request) => {
    if (!/^\/emulator(\/|$)/.test(request.path)) return undefined;
    // A browser asks before it sends this from a page of another origin, and is not answered.
    if (request.method !== "GET" && !isSentAsJson(request))
      return { status: 403, json: { error: "Send it as application/json." } };
    if (state() === undefined) return { status: 503, json: { error: "The emulator is stopped." } };
    try {
      return (
        (await answerLooks(emulator, request, state, stream)) ?? (await act(emulator, request))
      );
    } catch (error) {
      const isTheirs =
        error instanceof UnreadableBody ||
        error instanceof CallbackRefused ||
        error instanceof TypeError ||
        error instanceof RangeError;
      if (!isTheirs) throw error;
      return { status: 400, json: { error: error.message } };
    }
  };
}

function isSentAsJson(request: ApiRequest): boolean {
  return /^application\/json\b/i.test(request.header("content-type") ?? "");
}

/** What is looked at, and changes nothing. */
function answerLooks(
  emulator: Emulator,
  request: ApiRequest,
  state: () => EmulatorState | undefined,
  stream: EventStream,
): ApiAnswer | undefined {
  switch (`${request.method} ${request.path}`) {
    case "GET /emulator":
      return { status: 200, json: state() };
    case "GET /emulator/events":
      return stream.open();
    case "GET /emulator/deliveries": {
      const key = request.query.get("key");
      const found = emulator.deliveries.filter((each) => key === null || keyOf(each) === key);
      return { status: 200, json: found.map(shownDelivery) };
    }
    case "GET /emulator/messages":
      return { status: 200, json: emulator.messages };
    case "GET /emulator/verdict":
      return { status: 200, json: emulator.verdict() };
    case "GET /emulator/fixtures":
      return { status: 200, json: notificationNames() };
    // Not by GET: what is asked for on purpose should not lie in a cache or a history.
    case "POST /emulator/secrets":
      return { status: 200, json: secretsOf(emulator) };
    default:
      return undefined;
  }
}

async function act(emulator: Emulator, request: ApiRequest): Promise<ApiAnswer | undefined> {
  switch (`${request.method} ${request.path}`) {
    case "POST /emulator/messages":
      return { status: 200, json: { id: receive(emulator, jsonOf(request)) } };
    case "POST /emulator/notifications":
      notify(emulator, jsonOf(request));
      return { status: 200, json: {} };
    case "POST /emulator/subscriptions":
      await subscribe(emulator, jsonOf(request));
      return { status: 200, json: {} };
    case "POST /emulator/audit": {
      const { handled, appId } = jsonOf(request);
      if (!Array.isArray(handled)) throw new TypeError("`handled` is a list of items or keys.");
      const id = textOf(appId);
      return { status: 200, json: emulator.audit(handled, id === undefined ? {} : { appId: id }) };
    }
    case "PUT /emulator/weather":
      emulator.setWeather(jsonOf(request));
      return { status: 200, json: emulator.weather };
    case "PUT /emulator/statuses":
      setReach(emulator, jsonOf(request).reach);
      return { status: 200, json: {} };
    case "POST /emulator/restart":
      await emulator.restart();
      return { status: 200, json: {} };
    default:
      return undefined;
  }
}

/** `{ fixture }`, `{ body }`, or `{ field, value }`. */
function notify(emulator: Emulator, { fixture, body, field, value }: Json): void {
  const [name, ownField] = [textOf(fixture), textOf(field)];
  if (name !== undefined) emulator.notify(name);
  else if (isJson(body)) emulator.notify(body);
  else if (ownField !== undefined) emulator.change(ownField, value);
  else throw new TypeError("`fixture`, `body`, or `field` with `value` says what happened.");
}

/** `{ callbackUrl, verifyToken, appId? }`, as typed into the App Dashboard: to all fields. */
async function subscribe(
  emulator: Emulator,
  { callbackUrl, verifyToken, appId }: Json,
): Promise<void> {
  const [url, token, id] = [callbackUrl, verifyToken, appId].map(textOf);
  if (url === undefined || token === undefined)
    throw new TypeError("`callbackUrl` and `verifyToken` say where notifications go.");
  await emulator.subscribe({
    callbackUrl: url,
    verifyToken: token,
    ...(id !== undefined && { appId: id }),
  });
}

/** How far the messages of the business come from now on. */
function setReach(emulator: Emulator, reach: unknown): void {
  const found = (["sent", "delivered", "read", "failed"] as const).find((fate) => fate === reach);
  if (found === undefined)
    throw new TypeError("`reach` is `sent`, `delivered`, `read` or `failed`.");
  emulator.setStatuses({ ...emulator.statuses, reach: found });
}
