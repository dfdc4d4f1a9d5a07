import { isLoopback } from "../delivery/callback-url.ts";
import type { Emulator } from "../emulator.ts";
import { notificationNames } from "../fixtures.ts";
import { isJson, type Json, textOf } from "../json.ts";
import {
  type ApiAnswer,
  type ApiHandler,
  type ApiRequest,
  jsonOf,
  UnreadableBody,
} from "./http.ts";

/** The emulator itself over HTTP, below `/emulator`: for web pages, scripts, and receivers in other languages. */
export function controlApi(emulator: Emulator): ApiHandler {
  return async (request) => {
    if (!/^\/emulator(\/|$)/.test(request.path)) return undefined;
    const reason = refusalOf(request, emulator.isServedLocally);
    if (reason !== undefined) return { status: 403, json: { error: reason } };
    try {
      return await answer(emulator, request);
    } catch (error) {
      const isTheirs =
        error instanceof UnreadableBody ||
        error instanceof TypeError ||
        error instanceof RangeError;
      if (!isTheirs) throw error;
      return { status: 400, json: { error: error.message } };
    }
  };
}

/** A web page of somebody else must not be able to use it: not by another name for this machine, nor by a form. */
function refusalOf(request: ApiRequest, isServedLocally: boolean): string | undefined {
  const host = (request.header("host") ?? "").replace(/:\d+$/, "");
  if (isServedLocally && !isLoopback(host)) return "The Host header does not name this machine.";
  if (request.method === "GET") return undefined;
  return /^application\/json\b/i.test(request.header("content-type") ?? "")
    ? undefined
    : "Send it as application/json.";
}

async function answer(emulator: Emulator, request: ApiRequest): Promise<ApiAnswer | undefined> {
  switch (`${request.method} ${request.path}`) {
    case "GET /emulator":
      return { status: 200, json: stateOf(emulator) };
    case "GET /emulator/deliveries":
      return { status: 200, json: emulator.deliveries };
    case "GET /emulator/verdict":
      return { status: 200, json: emulator.verdict() };
    case "GET /emulator/fixtures":
      return { status: 200, json: notificationNames() };
    case "POST /emulator/messages":
      return { status: 200, json: { id: receive(emulator, jsonOf(request)) } };
    case "POST /emulator/notifications":
      notify(emulator, jsonOf(request));
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
    case "POST /emulator/restart":
      await emulator.restart();
      return { status: 200, json: {} };
    default:
      return undefined;
  }
}

/** Without secrets: a screen may be shared. */
function stateOf(emulator: Emulator): Json {
  return {
    now: emulator.clock.now(),
    seed: emulator.seed,
    apps: emulator.apps.map(({ id, name }) => ({ id, name })),
    numbers: emulator.numbers,
    weather: emulator.weather,
    onPremises: { version: emulator.onPremises.version, settings: emulator.onPremises.settings },
  };
}

/** `{ phone?, name?, username?, to?, type?, content?, text?, replyTo? }`. */
function receive(emulator: Emulator, message: Json): string {
  const options = Object.fromEntries(
    ["phone", "name", "username", "to"].flatMap((name) => {
      const value = textOf(message[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const customer = emulator.customer(options);
  const replyTo = textOf(message.replyTo);
  const reply = replyTo === undefined ? {} : { replyTo };
  const text = textOf(message.text);
  if (text !== undefined) return customer.text(text, reply);
  const type = textOf(message.type);
  if (type === undefined) throw new TypeError("`text` or `type` says what the customer sends.");
  return customer.send(type, message.content, reply);
}

/** `{ fixture }`, `{ body }`, or `{ field, value }`. */
function notify(emulator: Emulator, { fixture, body, field, value }: Json): void {
  const [name, ownField] = [textOf(fixture), textOf(field)];
  if (name !== undefined) emulator.notify(name);
  else if (isJson(body)) emulator.notify(body);
  else if (ownField !== undefined) emulator.change(ownField, value);
  else throw new TypeError("`fixture`, `body`, or `field` with `value` says what happened.");
}
