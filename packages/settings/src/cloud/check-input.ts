import { isObject } from "../read.ts";
import { inputInvalid } from "../settings-error.ts";

/** The longest override URL. */
const LONGEST_OVERRIDE = 200;

/** Checks an id of an app, an account or a number. Ids are texts: some are too large for a number. */
export function checkId(name: string, value: unknown): string {
  if (typeof value !== "string" || !/^\d+$/.test(value))
    throw inputInvalid(
      `${name} must be a text of digits${name === "phoneNumberId" ? ": the number's id, not the number itself" : ""}.`,
    );
  return value;
}

/** Checks a callback URL. `mayBePlain`: an emulator on this machine calls plain HTTP too. */
export function checkCallbackUrl(
  name: string,
  value: unknown,
  mayBePlain: boolean,
): asserts value is string {
  const schemes = mayBePlain ? ["https:", "http:"] : ["https:"];
  const isFit =
    typeof value === "string" &&
    !/\s/.test(value) &&
    URL.canParse(value) &&
    schemes.includes(new URL(value).protocol);
  if (!isFit)
    throw inputInvalid(`${name} must be an https:// URL with a certificate of a public CA.`);
}

/** Checks that there is something to subscribe to; its parts are checked one by one. */
export function checkSubscription(value: unknown): asserts value is object {
  if (!isObject(value))
    throw inputInvalid("a subscription is an object { callback_url, verify_token, fields }.");
}

const REMOVAL = ["fields", "object"];

/** Checks what is to be removed. A misspelt `fields` would be all of them. */
export function checkRemoval(value: unknown): asserts value is object {
  if (!isObject(value))
    throw inputInvalid("what to unsubscribe from is an object { fields }, or left out for all.");
  for (const key of Object.keys(value)) {
    if (!REMOVAL.includes(key))
      throw inputInvalid(
        `there is no property ${key} of what to unsubscribe from. Properties: ${REMOVAL.join(", ")}.`,
      );
  }
}

/** Checks the name of a product of Meta's. */
export function checkObject(value: unknown): asserts value is string {
  if (typeof value !== "string" || !/^\w+$/.test(value))
    throw inputInvalid('object must be a name, such as "whatsapp_business_account", the default.');
}

/** Checks an override: both parts, and the limit of the URL. Gives what is to be sent. */
export function checkOverride(
  value: unknown,
  mayBePlain: boolean,
): { readonly override_callback_uri: string; readonly verify_token: string } {
  if (!isObject(value))
    throw inputInvalid("an override is an object { override_callback_uri, verify_token }.");
  const { override_callback_uri, verify_token } = value;
  checkCallbackUrl("override_callback_uri", override_callback_uri, mayBePlain);
  if (override_callback_uri.length > LONGEST_OVERRIDE)
    throw inputInvalid(
      `override_callback_uri must have at most ${LONGEST_OVERRIDE} characters, it has ${override_callback_uri.length}.`,
    );
  checkVerifyToken(verify_token);
  return { override_callback_uri, verify_token };
}

export function checkVerifyToken(value: unknown): asserts value is string {
  if (typeof value !== "string" || value === "")
    throw inputInvalid("verify_token is missing or empty: the word that your receiver knows too.");
}

/** Checks names of webhook fields. */
export function checkFields(value: unknown): asserts value is readonly string[] {
  const isFit =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((field) => typeof field === "string" && /^\w+$/.test(field));
  if (!isFit) throw inputInvalid('fields must be a list of field names: ["messages", "calls"].');
}
