import { hideIn } from "../hide.ts";
import {
  isObject,
  present,
  readJson,
  readList,
  readNumber,
  readObject,
  readText,
} from "../read.ts";
import { type PlatformError, SettingsError } from "../settings-error.ts";
import type { Answer } from "../transport.ts";

/**
 * What to do about an error, by its code.
 * @see https://developers.secure.facebook.com/docs/whatsapp/api/errors (read 2026-11-22)
 */
const ADVICE: Readonly<Record<number, string>> = {
  1005: "The account of this token is no admin: settings and certificates need one.",
  1006: "This client does not know what was asked for: check baseUrl and the client's version.",
  1008: "A parameter is missing: details may name it.",
  1009: "A value is not valid: details may name it. A password has 8 to 64 characters, with an upper-case and a lower-case letter, a digit and a special character.",
  1011: "The client is still starting: call again later.",
  1014: "The client has trouble of its own: look at its log, and call again.",
  1015: "Too many requests: call less often.",
  1016: "The client is overloaded: call again later.",
  1023: "The client's database is in trouble: look at its log.",
  1024: "It is the first login of this account: call login({ newPassword }).",
  1025: "The client could not read the request: look at what changes it on its way.",
  1031: "The account is locked: look at it in WhatsApp Manager.",
};

const BY_STATUS: Readonly<Record<number, string>> = {
  400: "The client refuses the request: check it against its version.",
  401: "The user name and password, or the token, are not valid (any more).",
  403: "This account may not do it.",
  404: "Nothing is there: check baseUrl. It ends before /v1.",
  429: "Too many requests: call less often.",
};

/**
 * The error for an answer that is one; undefined for an answer that is not.
 * @param adviceIfUnknown The advice for a 5xx, after which the call may have been done.
 */
export function errorOf(
  name: string,
  answer: Answer,
  secrets: readonly string[],
  adviceIfUnknown?: string,
): SettingsError | undefined {
  const json = readJson(answer.text);
  const errors = readList(readObject(json).errors).map((each) => hideIn(readError(each), secrets));
  const isFine = answer.status >= 200 && answer.status < 300;
  if (isFine && errors.length === 0) return undefined;
  const { status, retryAfterMs } = answer;
  const isOther =
    errors.length === 0 && answer.text.trim() !== "" && !isObject(json) && json !== null;
  if ((status >= 300 && status < 400) || (isOther && status < 500)) return notTheApi(name, status);
  const [{ code, title, details } = {}] = errors;
  const words = [code, title].filter((word) => word !== undefined).join(" ");
  const said = `${words}${details === undefined ? "" : ` (${details})`}`;
  return new SettingsError(
    "api_error",
    `${name} was answered ${status}${said === "" ? "" : `: ${said}`}.`,
    {
      status,
      errors,
      advice:
        (status >= 500 ? adviceIfUnknown : undefined) ?? byCode(code, status) ?? byStatus(status),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  );
}

/** With a 401, 1005 is a wrong password or token: whose account it is, and what that may do, is not known then. */
function byCode(code: number | undefined, status: number): string | undefined {
  return code === undefined || (code === 1005 && status === 401) ? undefined : ADVICE[code];
}

function byStatus(status: number): string {
  return BY_STATUS[status] ?? "The client has trouble of its own: look at its log, and call again.";
}

function readError({
  code,
  title,
  details,
  href,
}: Readonly<Record<string, unknown>>): PlatformError {
  return present({
    code: readNumber(code),
    title: readText(title),
    details: readText(details),
    href: readText(href),
  });
}

/**
 * Whether a body may be this API's: nothing, `null`, an empty object, or one with something that this API answers. JSON alone
 * may be any service's.
 */
export function isOfApi(text: string): boolean {
  const json = readJson(text);
  if (!isObject(json)) return json === null;
  const { errors, meta, settings } = json;
  const isEmpty = Object.keys(json).length === 0;
  return isEmpty || Array.isArray(errors) || isObject(meta) || isObject(settings);
}

/** The error for an answer that is none of this API's. */
export function notTheApi(
  name: string,
  status: number,
  advice = "Check baseUrl: perhaps a proxy, a sign-in page or another service answers there.",
): SettingsError {
  return new SettingsError(
    "answer_unreadable",
    `${name} was answered ${status} with something else than this API gives.`,
    { status, advice },
  );
}
