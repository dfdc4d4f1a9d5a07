import type { SettingsLogger } from "../logger.ts";
import { isObject, type Json } from "../read.ts";
import { inputInvalid } from "../settings-error.ts";
import { type SettingRow, settingGroups, settingRows } from "./settings-table.ts";

/** The settings of a patch by their paths, for those that the table knows. */
export type GivenSettings = ReadonlyMap<string, unknown>;

/**
 * Checks a patch before it is sent. A known setting of a wrong type or value throws, an unknown one is warned of and sent. No
 * message repeats a text of the caller's: a callback URL may hold a password.
 */
export function checkPatch(
  patch: unknown,
  logger: SettingsLogger,
  version: string | undefined,
): GivenSettings {
  if (!isObject(patch))
    throw inputInvalid("update takes an object of settings, such as { webhooks: { url } }.");
  const given = new Map<string, unknown>();
  collect(patch, "", given, logger);
  for (const [name, value] of given) warnOf(name, value, given, logger, version);
  return given;
}

function collect(
  object: Json,
  prefix: string,
  given: Map<string, unknown>,
  logger: SettingsLogger,
): void {
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    const name = `${prefix}${key}`;
    const row = settingRows.get(name);
    if (row !== undefined) {
      checkValue(name, row, value);
      given.set(name, value);
    } else if (settingGroups.has(name)) {
      if (!isObject(value)) throw inputInvalid(`${name} must be an object: ${membersOf(name)}.`);
      collect(value, `${name}.`, given, logger);
    } else {
      logger.warn({ setting: name }, `There is no known setting ${name}; it is sent as it is.`);
    }
  }
}

function membersOf(group: string): string {
  const names = [...settingRows.keys()].filter((name) => name.startsWith(`${group}.`));
  return names.join(", ");
}

function checkValue(name: string, row: SettingRow, value: unknown): void {
  if (row.isReadOnly === true) throw inputInvalid(`${name} is read-only: leave it out.`);
  const problem = problemOf(row, value);
  if (problem !== undefined) throw inputInvalid(`${name} must be ${problem}, got ${shown(value)}.`);
}

/** What the value must be, when it is not that. */
function problemOf(row: SettingRow, value: unknown): string | undefined {
  const { kind, allowed, least = Number.NEGATIVE_INFINITY } = row;
  switch (kind) {
    case "boolean":
      return typeof value === "boolean" ? undefined : "true or false";
    case "text":
      return typeof value === "string" ? undefined : "a text";
    case "url": {
      const isUrl =
        typeof value === "string" && (value === "" || /^https?:\/\/[^\s/]\S*$/i.test(value));
      return isUrl && (value === "" || URL.canParse(value))
        ? undefined
        : 'an https:// URL, or "" for none';
    }
    case "words": {
      const isFit = Array.isArray(value) && value.every((word) => allowed?.includes(word));
      return isFit ? undefined : `a list of ${allowed?.join(", ")}`;
    }
    default: {
      const isDigits = kind === "milliseconds" && typeof value === "string" && /^\d+$/.test(value);
      const number = isDigits ? Number(value) : value;
      const isFit =
        typeof number === "number" &&
        Number.isSafeInteger(number) &&
        number >= least &&
        (allowed === undefined || allowed.includes(number));
      if (isFit) return undefined;
      return allowed === undefined
        ? `a whole number of ${row.unit} from ${least}`
        : `one of ${allowed.join(", ")}`;
    }
  }
}

/** A number or a boolean as it is, anything else by its type. */
function shown(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean" || value === null)
    return String(value);
  if (Array.isArray(value)) return "a list with something else in it";
  return typeof value === "string" ? "another text" : `an ${typeof value}`;
}

function warnOf(
  name: string,
  value: unknown,
  given: GivenSettings,
  logger: SettingsLogger,
  version: string | undefined,
): void {
  const row = settingRows.get(name);
  const details = { setting: name };
  if (name === "webhooks.url" && value === "")
    logger.warn(details, "Without a webhooks.url the client drops notifications.");
  if (name === "webhooks.url" && String(value).toLowerCase().startsWith("http:"))
    logger.warn(details, "webhooks.url is not HTTPS, which the platform demands of it.");
  if (row?.deprecated !== undefined) {
    const other = given.get("webhooks.message.sent");
    const isOverruled = name === "sent_status" && other !== undefined && other !== value;
    logger.warn(
      details,
      `${name} is deprecated: ${row.deprecated}.${isOverruled ? ` Here both are set: ${other} wins.` : ""}`,
    );
  }
  if (row?.since !== undefined && version !== undefined && isOlder(version, row.since))
    logger.warn(
      { ...details, version },
      `${name} is known to clients from ${row.since}; this one is ${version}.`,
    );
}

/** Compares `2.33.4` with `2.41.2`. A version that is not of numbers is older than none. */
export function isOlder(version: string, than: string): boolean {
  const parts = version.replace(/^v/, "").split(".").map(Number);
  for (const [i, part] of than.split(".").map(Number).entries()) {
    const own = parts[i] ?? 0;
    if (Number.isNaN(own) || own > part) return false;
    if (own < part) return true;
  }
  return false;
}
