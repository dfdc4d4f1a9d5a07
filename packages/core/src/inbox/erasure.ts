import type { Store } from "./store.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * A body without the items (messages, statuses, contacts …) that hold one of these texts: the very same body if none
 * does, undefined if nothing else was in it. A text counts where no letter or digit stands beside it, so that one number
 * is not found in a longer one.
 */
export function withoutItemsOf(texts: readonly string[], body: Uint8Array): Uint8Array | undefined {
  const json = new TextDecoder().decode(body);
  let root: Json;
  try {
    root = JSON.parse(json);
  } catch {
    // It cannot be taken apart.
    return texts.some((text) => matcherOf([text])(json)) ? undefined : body;
  }
  const isMeant = matcherOf(texts);
  const holds = (node: Json): boolean => isMeant(JSON.stringify(node));
  if (!holds(root)) return body;
  const left = prune(root, holds);
  return holds(left) || isEmptied(root, left) ? undefined : Buffer.from(JSON.stringify(left));
}

/** Takes items out of the innermost lists, and of outer ones those that are left with nothing, or still hold a text. */
function prune(node: Json, holds: (node: Json) => boolean): Json {
  if (typeof node !== "object" || node === null || !holds(node)) return node;
  if (!isList(node)) {
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [key, prune(value, holds)]),
    );
  }
  return node.flatMap((item) => {
    const left = prune(item, holds);
    return holds(left) || isEmptied(item, left) ? [] : [left];
  });
}

/** Whether there were items in the lists of this node, and are none any more. */
function isEmptied(before: Json, after: Json): boolean {
  return (
    listsOf(before).some(({ length }) => length > 0) &&
    !listsOf(after).some(({ length }) => length > 0)
  );
}

function listsOf(node: Json): readonly (readonly Json[])[] {
  if (isList(node)) return [node];
  return typeof node === "object" && node !== null ? Object.values(node).flatMap(listsOf) : [];
}

function isList(node: Json): node is readonly Json[] {
  return Array.isArray(node);
}

/** Compares as JSON spells texts. */
function matcherOf(texts: readonly string[]): (json: string) => boolean {
  const spelled = given(texts).map(inJson);
  return (json) => spelled.some((text) => occursIn(json, text));
}

function occursIn(json: string, text: string): boolean {
  for (let at = json.indexOf(text); at !== -1; at = json.indexOf(text, at + 1)) {
    if (!isWordCharacter(json[at - 1]) && !isWordCharacter(json[at + text.length])) return true;
  }
  return false;
}

function isWordCharacter(character = ""): boolean {
  return /[\p{L}\p{N}]/u.test(character);
}

/** An empty text is contained in everything. */
function given(texts: readonly string[]): string[] {
  return texts.filter((text) => text !== "");
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** How bytes may spell these texts: as they are, and with everything beyond ASCII escaped, as the platform does. */
function spellingsOf(texts: readonly string[]): string[] {
  const escaped = given(texts).map((text) =>
    inJson(text).replace(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  );
  return [...new Set([...given(texts).map(inJson), ...escaped])];
}

/** Somebody else may have changed it meanwhile, and a store that notices replaces nothing. */
const MOST_TRIES = 5;
const PAUSE_MS = 50;

type Erasable = Pick<Store, "find" | "get" | "replace">;

/**
 * See `Inbox.erase`. Only a part of the store is looked through at a time, so that others get their turn. What was found and
 * then was not there may be elsewhere by now (cut into parts, given up, tried again), so all is looked through again.
 */
export async function eraseFrom(store: Erasable, texts: readonly string[]): Promise<number> {
  const spellings = spellingsOf(texts);
  if (spellings.length === 0) return 0;
  let count = 0;
  for (let tries = 1; ; tries++) {
    let hasMissed = false;
    for await (const id of findAll(store, spellings)) {
      const result = await eraseIn(store, id, texts);
      if (result === "erased") count++;
      hasMissed ||= result === "missed";
    }
    if (!hasMissed || tries === MOST_TRIES) return count;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function* findAll(store: Erasable, texts: readonly string[]): AsyncGenerator<string> {
  // Dead letters after what waits: what is given up meanwhile is found among them. And what waits once more, for what is
  // replayed meanwhile.
  for (const deadLetters of [false, true, false]) {
    for (let after: number | undefined = 0; after !== undefined; ) {
      const found: Awaited<ReturnType<Store["find"]>> = await store.find({
        texts,
        deadLetters,
        after,
      });
      yield* found.ids;
      after = found.next;
    }
  }
}

async function eraseIn(
  store: Erasable,
  id: string,
  texts: readonly string[],
): Promise<"erased" | "missed" | undefined> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const record = await store.get(id);
    if (record === undefined) return "missed";
    const body = withoutItemsOf(texts, record.body);
    if (body === record.body) return undefined;
    if (await store.replace(id, body, record.body)) return "erased";
  }
  return "missed";
}
