import { readFileSync } from "node:fs";
import { validateHeaderValue } from "node:http";
import { type Command, Option } from "commander";
import { errorCode } from "../error-code.ts";
import { UsageError } from "./failure.ts";

/** One secret that a command may be given: as an option, in a file, or in the environment. */
export interface SecretOption {
  /** The option's name: `secret` makes `--secret` and `--secret-file`. */
  readonly name: string;
  readonly env: string;
  readonly about: string;
  /** It is the value of this header. */
  readonly header?: string;
}

export const appSecret: SecretOption = {
  name: "secret",
  env: "WHATSAPP_APP_SECRET",
  about: "the app secret, which signs",
};
export const verifyToken: SecretOption = {
  name: "verify-token",
  env: "WHATSAPP_VERIFY_TOKEN",
  about: "the verify token of the handshake",
};
export const authorization: SecretOption = {
  name: "authorization",
  env: "WHATSAPP_ONPREM_AUTHORIZATION",
  about: 'the Authorization header of On-Premises callbacks, such as "Basic …"',
  header: "Authorization",
};

/** The end of a command's help: how to give it these without showing them to others. */
export function secretsHelp(...secrets: readonly SecretOption[]): string {
  const files = secrets.map(({ name }) => `--${name}-file`);
  return `
Secrets: arguments are visible to other users of this machine (ps). Safer are the environment
variables, or a file: ${files.join(", ")}; - is stdin.`;
}

/** Adds `--<name>` and `--<name>-file` for each. */
export function addSecrets(command: Command, ...secrets: readonly SecretOption[]): Command {
  for (const { name, env, about } of secrets)
    command
      .addOption(new Option(`--${name} <text>`, `${about} (or ${env})`))
      .addOption(new Option(`--${name}-file <file>`, `a file with it; - is stdin`).hideHelp());
  return command;
}

/** The secret, when there is one: the option before the file, the file before the environment. */
export function readSecret(options: object, secret: SecretOption): string | undefined {
  const value = givenSecret(options, secret);
  if (value === undefined || secret.header === undefined) return value;
  try {
    validateHeaderValue(secret.header, value);
  } catch {
    throw new UsageError(
      `the ${secret.header} header cannot hold this (--${secret.name} or ${secret.env}): a line break, or a character that is not in Latin-1.`,
    );
  }
  return value;
}

function givenSecret(options: object, { name, env }: SecretOption): string | undefined {
  const key = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const values: Readonly<Record<string, unknown>> = { ...options };
  const [given, file] = [values[key], values[`${key}File`]];
  if (typeof given === "string" && typeof file === "string")
    throw new UsageError(`give --${name} or --${name}-file, not both.`);
  if (typeof given === "string") return checked(given, `--${name}`);
  if (typeof file === "string") return checked(readSecretFile(file, name), `the file of --${name}`);
  return process.env[env] === undefined || process.env[env] === "" ? undefined : process.env[env];
}

/** The same, and an error that names the ways to give it when there is none. */
export function needSecret(options: object, secret: SecretOption): string {
  const value = readSecret(options, secret);
  if (value !== undefined) return value;
  throw new UsageError(
    `there is no ${secret.about.split(",")[0]?.replace(/^the /, "")}: set ${secret.env}, or give --${secret.name}-file <file> or --${secret.name} <text>.`,
  );
}

let stdinOf: string | undefined;

function readSecretFile(file: string, name: string): string {
  if (file === "-") {
    if (stdinOf !== undefined)
      throw new UsageError(`--${stdinOf}-file and --${name}-file cannot both read stdin.`);
    stdinOf = name;
  }
  try {
    // An editor or `echo` ends a file with a line break, which is no part of the secret.
    return readFileSync(file === "-" ? 0 : file, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    throw new UsageError(
      `--${name}-file: ${file} cannot be read (${errorCode(error) ?? "unreadable"}).`,
    );
  }
}

function checked(value: string, where: string): string {
  if (value === "") throw new UsageError(`${where} is empty.`);
  return value;
}
