import { execFile } from "node:child_process";
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import type { AuditReport } from "../../audit.ts";
import { errorCode } from "../../error-code.ts";
import { isJson, textOf } from "../../json.ts";
import { itemKey } from "../../unit.ts";
import { Failure, UsageError } from "../failure.ts";
import type { Examination } from "./examination.ts";

/** Where the receiver says what it handled. */
export interface HandledSource {
  /** All of it since doctor began. Rejects with a {@link Failure} when it cannot be had. */
  read(): Promise<string>;
}

/** Opens it before anything is sent: what is there already is no concern of this run. */
export function handledSource({
  handled,
  handledCommand,
  timeout,
}: {
  readonly handled?: string | undefined;
  readonly handledCommand?: string | undefined;
  /** How long one answer or one run may take, in milliseconds. */
  readonly timeout: number;
}): HandledSource | undefined {
  if (handled !== undefined && handledCommand !== undefined)
    throw new UsageError("give --handled or --handled-command, not both.");
  if (handledCommand !== undefined) return { read: () => outputOf(handledCommand, timeout) };
  if (handled === undefined) return undefined;
  if (!/^https?:\/\//.test(handled)) return fileSource(handled);
  if (!URL.canParse(handled)) throw new UsageError("--handled: this is not a URL.");
  return { read: () => fetched(new URL(handled), timeout) };
}

function fileSource(path: string): HandledSource {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isFile())
    throw new UsageError(`--handled: ${path} is no file.`);
  const start = stats?.size ?? 0;
  return {
    async read() {
      try {
        // The receiver may create it with the first item.
        if (statSync(path, { throwIfNoEntry: false }) === undefined) return "";
        return readFrom(path, start);
      } catch (error) {
        throw new Failure(
          `--handled: ${path} cannot be read (${errorCode(error) ?? "unreadable"}).`,
        );
      }
    },
  };
}

function readFrom(path: string, start: number): string {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    // Shorter than before: it was begun anew.
    const from = size < start ? 0 : start;
    const buffer = Buffer.alloc(size - from);
    return buffer.toString("utf8", 0, readSync(file, buffer, 0, buffer.length, from));
  } finally {
    closeSync(file);
  }
}

/** A report of some hundred items comes nowhere near. */
const LONGEST_REPORT = 256 * 1024 * 1024;

async function fetched(url: URL, timeoutMs: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    const { ok, status, body } = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!ok) throw new Failure(`it answers ${status}`);
    for await (const part of body ?? []) {
      text += decoder.decode(part, { stream: true });
      if (text.length > LONGEST_REPORT) throw new Failure("it answers without end");
    }
    return text + decoder.decode();
  } catch (error) {
    const reason = error instanceof Failure ? error.message : "no whole answer came";
    throw new Failure(`--handled: ${url.origin} does not say what was handled: ${reason}.`);
  }
}

async function outputOf(command: string, timeoutMs: number): Promise<string> {
  const shell = process.platform === "win32" ? ["cmd", "/c"] : ["sh", "-c"];
  const [program = "", flag = ""] = shell;
  try {
    const { stdout } = await promisify(execFile)(program, [flag, command], {
      maxBuffer: LONGEST_REPORT,
      timeout: timeoutMs,
    });
    return stdout;
  } catch (error) {
    if (error instanceof Error && "killed" in error && error.killed === true)
      throw new Failure("--handled-command did not end in time (--timeout).");
    throw new Failure(`--handled-command ended with ${errorCode(error) ?? "unknown"}.`);
  }
}

/** Asked again while things are still coming in; a repetition may come a little later. */
const ASK_MS = 200;
const QUIET_MS = 600;

/**
 * Compares what the receiver says it handled with what it took. Items that are not of this run are left out: the receiver may
 * have others to handle.
 */
export async function compareHandled(
  { ledger }: Examination,
  source: HandledSource,
  waitMs: number,
): Promise<AuditReport> {
  const end = Date.now() + waitMs;
  let before = "";
  let quietSince = Date.now();
  for (;;) {
    const text = await source.read();
    if (text !== before) quietSince = Date.now();
    before = text;
    const report = ledger.audit(keysIn(text));
    const isQuiet = Date.now() - quietSince >= QUIET_MS;
    if ((report.missing.length === 0 && isQuiet) || Date.now() > end) return report;
    await wait(ASK_MS);
  }
}

/**
 * The keys in what was reported: a JSON list, or lines. Each is an item as it came, an event that holds it as `raw` or
 * `data`, a key such as `message:<id>:text`, or a message's id alone.
 */
export function keysIn(text: string): readonly string[] {
  const whole = parsed(text);
  const parts: readonly unknown[] = Array.isArray(whole)
    ? whole
    : text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "")
        .map((line) => parsed(line) ?? line);
  return parts.flatMap((part) => keyOf(part) ?? []);
}

/** Only texts are looked for: a receiver need not have handlers for more. */
function keyOf(part: unknown): string | undefined {
  if (typeof part === "string")
    return part.includes(":") && !part.startsWith("wamid.") ? part : `message:${part}:text`;
  if (!isJson(part)) return undefined;
  const { raw, data } = part;
  if (isJson(raw)) return itemKey(raw);
  if (isJson(data)) return itemKey(data);
  const id = textOf(part.id);
  // An item cut down to what its handler needed.
  return id !== undefined && part.timestamp === undefined ? `message:${id}:text` : itemKey(part);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
