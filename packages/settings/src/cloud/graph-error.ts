import { hideIn } from "../hide.ts";
import {
  isObject,
  type Json,
  present,
  readBoolean,
  readJson,
  readNumber,
  readObject,
  readText,
} from "../read.ts";
import { type PlatformError, SettingsError } from "../settings-error.ts";
import type { Answer } from "../transport.ts";

/**
 * What to do about an error, by its code.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes (read 2026-11-22)
 */
const ADVICE: Readonly<Record<number, string>> = {
  1: "Meta has trouble of its own, or the request is of a wrong form: call again later.",
  2: "Meta has trouble of its own: call again later.",
  4: "The app has made too many calls: call less often.",
  10: "The token lacks a permission: whatsapp_business_management, and whatsapp_business_messaging for messages.",
  100: "A parameter or the id is wrong, or the token may not see it. An override needs the app to be subscribed to the account first, and to the field messages.",
  190: "The access token is wrong or has expired: app subscriptions need an app access token, the others a system user's.",
  200: "The token lacks a permission for this. For a number that is also used in the WhatsApp Business app, set the override on its account.",
  2200: "Meta could not verify the callback URL: it must answer the handshake with 200 and the challenge, for this verify token, while the call lasts.",
};

const BY_STATUS: Readonly<Record<number, string>> = {
  400: "Check the ids and the parameters.",
  401: "Check the access token.",
  403: "Check the permissions of the access token.",
  404: "Check the id and the version of the API.",
  429: "Too many calls: call less often.",
};

/**
 * Gives the answer's object; throws for an error, for `success: false`, and for what Graph does not answer.
 * @param isExpected Whether an object is one of this call's: JSON alone may be any service's.
 */
export function readGraphAnswer(
  name: string,
  answer: Answer,
  secrets: readonly string[],
  isExpected: (body: Json) => boolean,
): Json {
  const { status, retryAfterMs } = answer;
  const json = readJson(answer.text);
  const body = readObject(json);
  const isFine = status >= 200 && status < 300;
  const error = isObject(body.error) ? hideIn(readError(body.error), secrets) : undefined;
  if (isFine && error === undefined && readBoolean(body.success) !== false) {
    if (isObject(json) && isExpected(json)) return json;
    throw notGraph(name, status);
  }
  const isOther = error === undefined && answer.text.trim() !== "" && !isObject(json);
  if ((status >= 300 && status < 400) || (isOther && status < 500)) throw notGraph(name, status);
  const code = error?.code;
  const words = [code, error?.title].filter((word) => word !== undefined).join(" ");
  const said = `${words}${error?.details === undefined ? "" : ` (${error.details})`}`;
  throw new SettingsError(
    "api_error",
    `${name} was answered ${status}${said === "" ? "" : `: ${said}`}${isFine && error === undefined ? ", without success" : ""}.`,
    {
      status,
      errors: error === undefined ? [] : [error],
      advice:
        (code === undefined ? undefined : ADVICE[code]) ??
        BY_STATUS[status] ??
        "Call again later: repeating it does no harm.",
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  );
}

/** What Graph says of a POST or a DELETE that was done. */
export function isSuccess(body: Json): boolean {
  return readBoolean(body.success) === true;
}

/** A list of Graph's, an empty one too. */
export function isList(body: Json): boolean {
  return Array.isArray(body.data);
}

/** A number with its callbacks; one without any has its id. */
export function isPhoneNumber(body: Json): boolean {
  return isObject(body.webhook_configuration) || readText(body.id) !== undefined;
}

function readError(error: Json): PlatformError {
  return present({
    code: readNumber(error.code),
    title: readText(error.message),
    details: readText(readObject(error.error_data).details) ?? readText(error.error_user_msg),
    href: readText(error.href),
    type: readText(error.type),
    error_subcode: readNumber(error.error_subcode),
    fbtrace_id: readText(error.fbtrace_id),
  });
}

function notGraph(name: string, status: number): SettingsError {
  return new SettingsError(
    "answer_unreadable",
    `${name} was answered ${status} with something else than the Graph API gives.`,
    {
      status,
      advice: "Check baseUrl and version: perhaps a proxy or another service answers there.",
    },
  );
}
