import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { isJson, type Json, toCloudJson } from "../../json.ts";
import { UsageError } from "../failure.ts";
import { deadLetters, isInboxFile } from "./dead-letters.ts";

/** A body that came once, or is to come. */
export interface RecordedBody {
  /** Where it stands: `bodies.jsonl:3`, or the dead letter's id. */
  readonly where: string;
  readonly bytes: Uint8Array;
  readonly isOnPremises: boolean;
}

const FIRST_BYTES = 100;

/**
 * The bodies in a file or folder: one JSON body, a JSON array, JSON lines, or the dead letters of an inbox. Throws for what
 * is none of these, with file and line.
 */
export async function recordedBodies(path: string): Promise<readonly RecordedBody[]> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new UsageError(`there is no file ${path}.`);
  if (!stats.isDirectory()) return fileBodies(path);
  const files = readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(json|jsonl|ndjson)$/.test(file) && statSync(join(path, file)).isFile())
    .sort();
  if (files.length === 0)
    throw new UsageError(`${path} holds no file that ends in .json, .jsonl or .ndjson.`);
  const bodies: RecordedBody[] = [];
  for (const file of files) bodies.push(...(await fileBodies(join(path, file))));
  return bodies;
}

async function fileBodies(path: string): Promise<readonly RecordedBody[]> {
  const start = firstBytes(path);
  if (start.subarray(0, 15).toString("latin1") === "SQLite format 3") {
    if (!isInboxFile(start))
      throw new UsageError(
        `${path} is an SQLite database, but no inbox of @whatsapp-webhooks/sqlite.`,
      );
    return deadLetters(path);
  }
  // Some editors begin a file with a byte order mark, which counts as white space.
  const text = readFileSync(path, "utf8").replace(/^\ufeff/, "");
  if (text.trim() === "") throw new UsageError(`${path} is empty.`);
  const whole = parsed(text);
  if (whole === undefined) return lines(path, text);
  if (!Array.isArray(whole)) return [bodyOf(whole, path, text.trim())];
  return whole.map((element, i) => bodyOf(element, `${path}[${i}]`));
}

function firstBytes(path: string): Buffer {
  const buffer = Buffer.alloc(FIRST_BYTES);
  const file = openSync(path, "r");
  try {
    return buffer.subarray(0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}

function lines(path: string, text: string): readonly RecordedBody[] {
  return text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const value = parsed(line);
    if (value === undefined) throw new UsageError(`${path}:${i + 1}: this line is not JSON.`);
    return [bodyOf(value, `${path}:${i + 1}`, line.trim())];
  });
}

/** What stands alone is sent as it was written; what stands among others is written as the platform does. */
function bodyOf(value: unknown, where: string, text?: string): RecordedBody {
  if (isJson(value) && !isBody(value)) {
    // A fixture, or a delivery of the emulator: the body is inside.
    const inside = typeof value.body === "string" ? parsed(value.body) : value.body;
    if (isJson(inside) && isBody(inside))
      return bodyOf(inside, where, typeof value.body === "string" ? value.body : undefined);
  }
  if (!isJson(value) || !isBody(value))
    throw new UsageError(
      `${where} is no notification: it has neither "entry" (Cloud API) nor "messages", "statuses", "contacts" or "errors" (On-Premises API).`,
    );
  return {
    where,
    bytes: Buffer.from(text ?? toCloudJson(value)),
    isOnPremises: !("entry" in value),
  };
}

function isBody(value: Json): boolean {
  return ["entry", "messages", "statuses", "contacts", "errors"].some((name) =>
    Array.isArray(value[name]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
