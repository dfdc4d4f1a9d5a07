// What follows from the table of the On-Premises settings: its types, and its rows in docs/settings.md.
import { overridableFields } from "../packages/settings/src/cloud/fields.ts";
import {
  type SettingRow,
  settingGroups,
  settingRows,
} from "../packages/settings/src/on-premises/settings-table.ts";

/** The file that holds the types. */
export const TYPES_FILE = "packages/settings/src/on-premises/application-settings.ts";

type Direction = "read" | "write";

/** The text of the file with the types. */
export function settingsTypes(): string {
  return `// Written by \`npm run docs\` from packages/settings/src/on-premises/settings-table.ts; do not edit by hand.

/**
 * The application settings as the client answered them: what it left out is absent, and numbers that came as strings are
 * numbers. Settings that this library does not know are there as they came.
 * @see https://developers.facebook.com/docs/whatsapp/api/settings/app (read 2026-11-22)
 */
export interface ApplicationSettings {
${members("", "read")}}

/**
 * What \`update\` sets; what is left out stays as it is.
 * @see https://developers.facebook.com/docs/whatsapp/api/settings/app (read 2026-11-22)
 */
export interface ApplicationSettingsPatch {
${members("", "write")}}
${[...settingGroups].map((group) => groupTypes(group)).join("")}${wordTypes()}`;
}

function groupTypes(group: string): string {
  const directions = ["read", "write"] as const;
  return directions
    .map(
      (direction) =>
        `\nexport interface ${groupName(group, direction)} {\n${members(`${group}.`, direction)}}\n`,
    )
    .join("");
}

function wordTypes(): string {
  return [...settingRows]
    .filter(([, row]) => row.kind === "words")
    .map(([name, row]) => `\nexport type ${pascal(name)} = ${valuesOf(row)};\n`)
    .join("");
}

/** The settings right below a prefix, groups as types of their own. */
function members(prefix: string, direction: Direction): string {
  const rest = direction === "write" ? " | undefined" : "";
  const keys = new Set(
    [...settingRows.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length).split(".")[0] as string),
  );
  let text = "";
  for (const key of keys) {
    const name = `${prefix}${key}`;
    const row = settingRows.get(name);
    if (row?.isReadOnly === true && direction === "write") continue;
    const type = row === undefined ? groupName(name, direction) : typeOf(name, row, direction);
    text += `${row === undefined ? "" : comment(row)}  readonly ${key}?: ${type}${rest};\n`;
  }
  return text;
}

/** `WebhooksMessageSettings`, `WebhooksMessagePatch`. */
function groupName(group: string, direction: Direction): string {
  return `${pascal(group)}${direction === "read" ? "Settings" : "Patch"}`;
}

function pascal(name: string): string {
  return name.replace(/(?:^|[._])(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function valuesOf({ allowed = [] }: SettingRow): string {
  return allowed.map((value) => JSON.stringify(value)).join(" | ");
}

function typeOf(name: string, row: SettingRow, direction: Direction): string {
  const isWrite = direction === "write";
  switch (row.kind) {
    // An answer may hold what a later client allows.
    case "words":
      return isWrite ? `readonly ${pascal(name)}[]` : "readonly string[]";
    case "integer":
      return isWrite && row.allowed !== undefined ? valuesOf(row) : "number";
    case "milliseconds":
      return isWrite ? `number | \`\${number}\`` : "number";
    default:
      return row.kind === "boolean" ? "boolean" : "string";
  }
}

function comment(row: SettingRow): string {
  const indent = "  ";
  const facts = [
    row.about,
    row.unit === undefined ? "" : `In ${row.unit}.`,
    `Default: ${defaultOf(row)}.`,
    row.allowed === undefined ? "" : `Allowed: ${row.allowed.join(", ")}.`,
    row.clients === "all" ? "" : `Clients: ${row.clients}.`,
    row.restart === true ? "Takes effect after a restart of Coreapp." : "",
    row.isReadOnly === true ? "Read-only." : "",
  ].filter((fact) => fact !== "");
  const lines = wrap(facts.join(" "), 110);
  if (row.deprecated !== undefined) lines.push(`@deprecated ${row.deprecated}.`);
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join("")}${indent} */\n`;
}

function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) as string;
    if (last !== "" && last.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}

function defaultOf(row: SettingRow): string {
  const documented = row.default === undefined ? undefined : `\`${JSON.stringify(row.default)}\``;
  return documented ?? row.defaultNote ?? "not documented";
}

/** `docs/settings.md` with its tables filled: each stands between two comments that name it. */
export function fillTables(text: string): string {
  const tables: Readonly<Record<string, string>> = {
    settings: settingsRows(),
    "overridable-fields": overridableFields.map((field) => `\`${field}\``).join(", "),
  };
  let filled = text;
  for (const [name, table] of Object.entries(tables)) {
    const place = new RegExp(`(<!-- table ${name} -->\n)[\\s\\S]*?(<!-- end of ${name} -->)`);
    if (!place.test(filled)) throw new Error(`docs/settings.md has no place for the table ${name}`);
    filled = filled.replace(place, (_, start: string, end: string) => `${start}${table}\n${end}`);
  }
  return filled;
}

function settingsRows(): string {
  const rows = [...settingRows].map(([name, row]) => {
    const restart = { true: "yes", false: "no", undefined: "not documented" }[`${row.restart}`];
    const cells = [
      `\`${name}\``,
      typeInWords(row),
      defaultOf(row),
      row.clients,
      row.isReadOnly === true ? "" : restart,
      `${row.about}${row.deprecated === undefined ? "" : ` **Deprecated**: ${row.deprecated}.`}${row.isReadOnly === true ? " Read-only." : ""}`,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return `| setting | values | default | clients | restart | what it does |\n| --- | --- | --- | --- | --- | --- |\n${rows.join("\n")}`;
}

function typeInWords({ kind, allowed, unit, least }: SettingRow): string {
  if (kind === "words") return `list of ${allowed?.join(", ")}`;
  if (allowed !== undefined) return allowed.join(", ");
  const name = kind === "milliseconds" ? "integer" : kind;
  const from = least === undefined ? "" : `, at least ${least}`;
  return `${name}${unit === undefined ? "" : ` of ${unit}`}${from}`;
}
