import { readFileSync } from "node:fs";
import { InvalidArgumentError, Option } from "commander";
import { errorCode } from "../error-code.ts";
import { showUrl } from "../server/show.ts";
import { UsageError } from "./failure.ts";

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `500ms`, `30s`, `5m`, `2h`, `8d`, in milliseconds. A number alone is seconds. */
export function durationMs(text: string): number {
  const [, number = "", unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? [];
  if (number === "") throw new InvalidArgumentError("It is a time such as 500ms, 30s, 5m or 8d.");
  return Number(number) * (unitsMs[unit] ?? 1000);
}

const LONGEST_WAIT_MS = 86_400_000;

/** An option for how long to wait. Not for ever: beyond 24 days a timer of Node.js ends at once. */
export function timeoutOption(name: string, about: string): Option {
  return new Option(`--${name} <time>`, about).argParser(waitMs).default(10_000, "10s");
}

function waitMs(text: string): number {
  const ms = durationMs(text);
  if (ms < 1 || ms > LONGEST_WAIT_MS) throw new InvalidArgumentError("It is from 1ms to 1d.");
  return ms;
}

/** `--to`, for commands that the environment may have told. */
export function receiverOption(): Option {
  return new Option("--to <url>", "the receiver (or WHATSAPP_CALLBACK_URL)").argParser(httpUrl);
}

/** `--ca-file`, for {@link readAuthorities}. */
export function authoritiesOption(): Option {
  return new Option("--ca-file <pem>", "trusts this certificate authority, too");
}

/** `--json`, for `createScreen`. */
export function jsonOption(about = "one JSON value on stdout"): Option {
  return new Option("--json", about);
}

/** A whole number within limits. */
export function count(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
    return value;
  };
}

/** A URL of a receiver. */
export function httpUrl(text: string): URL {
  if (!URL.canParse(text))
    throw new InvalidArgumentError("It is a URL such as http://localhost:3000/webhooks/whatsapp.");
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new InvalidArgumentError("It begins with https:// or http://.");
  return url;
}

/** An option that may be given several times. */
export function repeated(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** A variable of the environment; one that is empty is not set. */
export function fromEnv(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}

/** Where to, from the option or else from the environment. */
export function targetOf(to: URL | undefined): URL {
  if (to !== undefined) return to;
  const url = fromEnv("WHATSAPP_CALLBACK_URL");
  if (url === undefined)
    throw new UsageError("say where the receiver is: --to <url>, or WHATSAPP_CALLBACK_URL.");
  try {
    return httpUrl(url);
  } catch {
    throw new UsageError("WHATSAPP_CALLBACK_URL is not a URL with https:// or http://.");
  }
}

/** Certificate authorities that are trusted besides Node's own, as PEM. */
export function readAuthorities(file: string | undefined): readonly string[] {
  if (file === undefined) return [];
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(
      `--ca-file: ${file} cannot be read (${errorCode(error) ?? "unreadable"}).`,
    );
  }
  if (!text.includes("-----BEGIN CERTIFICATE-----"))
    throw new UsageError(`--ca-file: ${file} holds no certificate (PEM).`);
  return [text];
}

/** A URL as it may be shown: without what it may hold of user and password. */
export function shownUrl(url: URL): string {
  return showUrl(url.href);
}
