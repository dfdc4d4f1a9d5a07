import { isTooDeep, LevelCount, MOST_LEVELS } from "./density.ts";
import { WebhookError } from "./errors.ts";

/** How much of a large text is decoded and looked through at one time: a few milliseconds' worth. */
const PIECE_BYTES = 262_144;

const decoder = new TextDecoder();

/** Throws a WebhookError if it is no JSON, or has too many levels. */
export function toJson(body: Uint8Array | string): unknown {
  const text = typeof body === "string" ? body : decoder.decode(body);
  if (isTooDeep(text)) throw tooManyLevels();
  return parsed(text);
}

/** As {@link toJson}, letting go of the event loop now and then. Parsing alone cannot be interrupted. */
export async function toJsonSliced(body: Uint8Array): Promise<unknown> {
  const pieces: string[] = [];
  const inPieces = new TextDecoder();
  const levels = new LevelCount();
  for (let from = 0; from < body.byteLength; from += PIECE_BYTES) {
    const bytes = body.subarray(from, from + PIECE_BYTES);
    const piece = inPieces.decode(bytes, { stream: true });
    if (levels.isTooMany(piece)) throw tooManyLevels();
    pieces.push(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  pieces.push(inPieces.decode());
  const json = parsed(pieces.join(""));
  await new Promise((resolve) => setImmediate(resolve));
  return json;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WebhookError("body_not_json", "an authentic notification is not JSON.");
  }
}

function tooManyLevels(): WebhookError {
  const message = `an authentic notification has more than ${MOST_LEVELS} levels.`;
  return new WebhookError("body_too_dense", message);
}
