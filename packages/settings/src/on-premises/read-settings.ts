import type { SettingsLogger } from "../logger.ts";
import { isObject, type Json, readBoolean, readNumber } from "../read.ts";
import type { ApplicationSettings } from "./application-settings.ts";
import { type SettingRow, settingGroups, settingRows } from "./settings-table.ts";

/** The settings of an answer; undefined when it holds none. */
export function readSettings(
  answer: unknown,
  logger: SettingsLogger,
): ApplicationSettings | undefined {
  if (!isObject(answer) || !isObject(answer.settings)) return undefined;
  const { application } = answer.settings;
  return isObject(application) ? readGroup(application, "", logger) : undefined;
}

function readGroup(group: Json, prefix: string, logger: SettingsLogger): Json {
  const settings: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(group)) {
    const name = `${prefix}${key}`;
    if (value === null) continue;
    const row = settingRows.get(name);
    if (row === undefined) {
      if (!settingGroups.has(name)) settings[key] = value;
      else if (isObject(value)) settings[key] = readGroup(value, `${name}.`, logger);
      continue;
    }
    const read = readValue(row, value);
    if (read !== undefined) settings[key] = read;
    else logger.warn({ setting: name }, `The client answered ${name} as something else: left out.`);
  }
  return settings;
}

function readValue({ kind }: SettingRow, value: unknown): unknown {
  switch (kind) {
    case "boolean":
      return readBoolean(value);
    case "integer":
    case "milliseconds":
      return readNumber(value);
    case "words":
      return Array.isArray(value) ? value.filter((word) => typeof word === "string") : undefined;
    default:
      return typeof value === "number" || typeof value === "string" ? String(value) : undefined;
  }
}

/**
 * Whether the client sends `sent` statuses by these settings: `webhooks.message.sent`, which wins, else the deprecated
 * `sent_status`. Undefined when the settings say neither.
 */
export function isSentStatusOn(settings: {
  readonly webhooks?:
    | { readonly message?: { readonly sent?: boolean | undefined } | undefined }
    | undefined;
  readonly sent_status?: boolean | undefined;
}): boolean | undefined {
  return settings.webhooks?.message?.sent ?? settings.sent_status;
}
