import type { RecordAuth } from "@whatsapp-webhooks/core";
import { mostItemsIn } from "../../packages/core/src/density.ts";
import { itemsIn } from "../../packages/core/test/support/items-in.ts";

/** What has to come of a body: events for these items, or one of these codes. Without `items` it must be a code. */
export interface Expectation {
  readonly codes: readonly string[];
  readonly items: readonly unknown[] | undefined;
}

const MOST_LEVELS = 1_000;
/** Shorter texts may have more: they cannot cost much. */
const SHORT = 4_000;

export function expectationOf(bytes: Uint8Array, kind: RecordAuth["kind"]): Expectation {
  const refused = (...codes: readonly string[]): Expectation => ({ codes, items: undefined });
  const text = new TextDecoder().decode(bytes);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // Levels are counted before it is known to be no JSON.
    return refused("body_not_json", ...(mayBeDeep(text) ? ["body_too_dense"] : []));
  }
  const isDeep = levelsOf(text) > MOST_LEVELS;
  if (isDeep && text.length > SHORT) return refused("body_too_dense");
  const items = itemsIn(body);
  if (items === undefined) return refused("envelope_unknown");
  const isCloud = typeof body === "object" && body !== null && "entry" in body;
  if (isCloud !== (kind === "signature")) return refused("envelope_not_allowed");
  // System messages count twice.
  const mayBeDense = 2 * items.length > mostItemsIn(bytes.byteLength);
  return { codes: mayBeDense ? ["body_too_dense"] : [], items };
}

function mayBeDeep(text: string): boolean {
  return text.split(/[[{]/).length > MOST_LEVELS;
}

function levelsOf(text: string): number {
  if (!mayBeDeep(text)) return 0;
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of text.replace(/"(?:[^"\\]|\\.)*"/g, "").matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
