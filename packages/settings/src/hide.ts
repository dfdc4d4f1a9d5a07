import type { PlatformError } from "./settings-error.ts";

/** Numbers that may be somebody's telephone; the ids of accounts and apps have more digits. */
const PHONE_NUMBER = /(?<!\d)\+?\d{8,14}(?!\d)/g;

/** The API's text without the secrets of the call and without telephone numbers: it may repeat what was sent. */
export function hide(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets.flatMap(spellings)) shown = shown.replaceAll(secret, "[hidden]");
  return shown.replace(PHONE_NUMBER, "[number]");
}

/** As `hide`, for every text of an error. */
export function hideIn(error: PlatformError, secrets: readonly string[]): PlatformError {
  return Object.fromEntries(
    Object.entries(error).map(([key, value]) => [
      key,
      typeof value === "string" ? hide(value, secrets) : value,
    ]),
  );
}

/** A secret as it may stand in an answer: plain, in JSON, in a URL. The longest first, so that no rest of one is left over. */
function spellings(secret: string): string[] {
  const inUrl = recoded(secret, encodeURIComponent) ?? "";
  const forms = [secret, JSON.stringify(secret).slice(1, -1), inUrl];
  return [...new Set(forms)].filter((form) => form !== "").sort((a, b) => b.length - a.length);
}

/** The text into a URL's spelling, or out of it. Undefined where there is none: half a character, bytes that are no UTF-8. */
export function recoded(text: string, code: (text: string) => string): string | undefined {
  try {
    return code(text);
  } catch {
    return undefined;
  }
}
