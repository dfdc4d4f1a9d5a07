import { mostItemsIn } from "./density.ts";
import { cutChange, cutCloud, isCloudEnvelope } from "./envelope/cloud.ts";
import { type Item, isJson, type Json, listOf } from "./envelope/item.ts";
import { unknownLists } from "./envelope/lists.ts";
import { cutOnPremises, isOnPremisesEnvelope, onPremisesField } from "./envelope/on-premises.ts";
import type { InboxRecord, PartKeys, RecordPart } from "./inbox/inbox.ts";
import { toJson } from "./json.ts";
import { Keys } from "./key.ts";
import { conversationOf, keyOfItem } from "./parse.ts";
import { contact as contactFamily } from "./schema/families.ts";
import type { Lists } from "./schema/family.ts";
import { fieldNamed, isLists } from "./schema/table.ts";

/** Some of a body's content, all of one conversation. */
interface Piece {
  readonly conversation: string;
  readonly content: unknown;
  readonly items: readonly PieceItem[];
}

/** An item of a piece. */
interface PieceItem {
  /** As the piece alone is read. */
  readonly item: Item;
  /** As the whole body is read; undefined if another piece has its event. */
  readonly whole: Item | undefined;
}

/** What is known of a record that is being cut. */
interface Whole {
  readonly body: Uint8Array;
  conversationOf(item: Item): string;
  keyOf(item: Item): string;
}

/**
 * Cuts a record into parts of one conversation each, for inboxes that let several processes handle: the events of all
 * parts are the events of the record, in their order within each conversation. What cannot be read, or has more in it
 * than its size allows or than anybody sends, is left whole. (Profiles are in each part whose items need them, and events
 * of one.)
 */
export function cutRecord({ auth, body, receivedAt }: InboxRecord): readonly RecordPart[] {
  const { account = {}, tenant } = auth;
  const whole: Whole = {
    body,
    conversationOf: (item) => conversationOf(item, tenant),
    keyOf: (item) => keyOfItem(item, tenant, receivedAt),
  };
  try {
    const root = toJson(body);
    if (isCloudEnvelope(root)) {
      const changes = changesIn(root);
      const items = changes.flatMap((change) => change.items);
      if (!isTooDense(items, body)) {
        if (items.length > MOST_ITEMS) return inOnePart(items, whole);
        const pieces = changes.flatMap((change) => changePieces(change, whole));
        return partsOf(pieces, items, whole, toCloud(root));
      }
    } else if (isOnPremisesEnvelope(root)) {
      const read = (value: Json): readonly Item[] => cutOnPremises(value, account);
      const items = read(root);
      if (!isTooDense(items, body)) {
        if (items.length > MOST_ITEMS) return inOnePart(items, whole);
        const pieces = split({ value: root, field: onPremisesField, items, read }, whole);
        return partsOf(pieces, items, whole, toOnPremises);
      }
    }
  } catch {
    // The processor will say what is wrong with it.
  }
  return [{ conversation: undefined, body }];
}

/**
 * The platform sends a thousand updates at one time at most. Cutting cannot be interrupted, and what takes longer than
 * whoever cuts may be silent for would be begun again and again, while everything behind it waits.
 */
export const MOST_ITEMS = 5_000;

function inOnePart([first]: readonly Item[], { body, conversationOf }: Whole): RecordPart[] {
  return [{ conversation: first === undefined ? undefined : conversationOf(first), body }];
}

function isTooDense(items: readonly unknown[], body: Uint8Array): boolean {
  return items.length > mostItemsIn(body.byteLength);
}

/** The pieces by conversation, in the order in which each conversation begins. `items` are those of the whole body, in order. */
function partsOf(
  pieces: readonly Piece[],
  items: readonly Item[],
  whole: Whole,
  toRoot: (contents: readonly unknown[]) => unknown,
): readonly RecordPart[] {
  const { body } = whole;
  const byConversation = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const mine = byConversation.get(piece.conversation);
    if (mine === undefined) byConversation.set(piece.conversation, [piece]);
    else mine.push(piece);
  }
  const [first] = byConversation.keys();
  const uncut = [{ conversation: first, body }];
  if (byConversation.size < 2) return uncut;
  const taken = new Keys();
  const names = new Map(items.map((item) => [item, taken.take(whole.keyOf(item))]));
  let room = ROOM_BYTES + MOST_TIMES * body.byteLength;
  const parts: RecordPart[] = [];
  for (const [conversation, mine] of byConversation) {
    const part = Buffer.from(JSON.stringify(toRoot(mine.map(({ content }) => content))));
    const pieceItems = mine.flatMap((piece) => piece.items);
    if (pieceItems.some(isOfAnother)) return uncut;
    const keys = partKeys(pieceItems, names, whole);
    room -= part.byteLength + (keys === undefined ? 0 : JSON.stringify(keys).length);
    // The whole may have large items that make room for its small ones, and this part has none.
    if (room < 0 || isTooDense(pieceItems, part)) return uncut;
    parts.push({ conversation, body: part, ...(keys === undefined ? {} : { keys }) });
  }
  return parts;
}

/** Whether an item has another profile in its part: the only one left may be taken for the only customer's. */
function isOfAnother({ item, whole }: PieceItem): boolean {
  return whole !== undefined && item.contact !== whole.contact;
}

/** What the part alone does not tell: what its items repeat in other parts, and what its profiles came with. */
function partKeys(
  items: readonly PieceItem[],
  names: ReadonlyMap<Item, string>,
  { keyOf }: Whole,
): PartKeys | undefined {
  const taken = new Keys();
  const differing: [string, string | null][] = [];
  for (const { item, whole } of items) {
    const own = taken.take(keyOf(item));
    const name = whole === undefined ? null : (names.get(whole) ?? own);
    if (name !== own) differing.push([own, name]);
  }
  return differing.length === 0 ? undefined : Object.fromEntries(differing);
}

/** Parts repeat what surrounds their items. Surroundings of a size that nobody sends must not be multiplied. */
const MOST_TIMES = 8;
const ROOM_BYTES = 65_536;

/** A change and the place of its entry, or an entry without changes. */
interface Placed {
  readonly place: { readonly entry: unknown };
  readonly change?: unknown;
}

interface Change extends Placed {
  readonly items: readonly Item[];
}

function changesIn(root: Json): readonly Change[] {
  return listOf(root.entry).flatMap((entry): readonly Change[] => {
    const place = { entry };
    if (!isJson(entry) || listOf(entry.changes).length === 0)
      return [{ place, items: cutCloud({ entry: [entry] }) }];
    return listOf(entry.changes).map((change) => ({
      place,
      change,
      items: cutChange(entry, change),
    }));
  });
}

function changePieces({ items, ...placed }: Change, whole: Whole): readonly Piece[] {
  const { place, change } = placed;
  const field = isJson(change) ? fieldNamed(change.field) : undefined;
  if (!isJson(change) || field === undefined || !isLists(field) || field.open !== undefined) {
    const [first] = items;
    return first === undefined ? [] : inOnePiece(whole.conversationOf(first), placed, items);
  }
  const value = isJson(change.value) ? change.value : {};
  const withValue = (content: unknown): Json => ({ ...change, value: content });
  const read = (content: Json): readonly Item[] =>
    cutChange(place.entry as Json, withValue(content));
  return split({ value, field, items, read }, whole).map((piece) => ({
    ...piece,
    content: {
      place,
      change: piece.content === value ? change : withValue(piece.content),
    } satisfies Placed,
  }));
}

function inOnePiece(
  conversation: string,
  content: unknown,
  items: readonly Item[],
): readonly Piece[] {
  return [{ conversation, content, items: items.map((item) => ({ item, whole: item })) }];
}

/** A value of lists, and how its items are read. */
interface ListsToSplit {
  readonly value: Json;
  readonly field: Lists;
  readonly items: readonly Item[];
  read(value: Json): readonly Item[];
}

/** A value of lists, in one piece for each conversation; whole, with its first item, if there is something odd in it. */
function split({ value, field, items, read }: ListsToSplit, whole: Whole): readonly Piece[] {
  // One for each element: the profile that a message tells of comes before the message, and is made of it again.
  const own = new Map(items.map((item) => [item.raw, item])).values();
  const conversations = new Map([...own].map((item) => [item, whole.conversationOf(item)]));
  const [first] = conversations.values();
  if (first === undefined) return [];
  if (new Set(conversations.values()).size === 1 || unknownLists(value, field) !== undefined)
    return inOnePiece(first, value, items);
  /** In which conversations an element is needed. */
  const places = new Map<unknown, Set<string>>();
  // Profiles where their items are, whoever's they are.
  for (const [{ contact }, conversation] of conversations) {
    if (contact !== undefined)
      places.set(contact, (places.get(contact) ?? new Set()).add(conversation));
  }
  /** In which of them the event of an element is. */
  const homes = new Map<unknown, string>();
  for (const [{ raw, family }, conversation] of conversations) {
    const needed = places.get(raw) ?? new Set();
    if (needed.size === 0 || family !== contactFamily) places.set(raw, needed.add(conversation));
    const [somewhere = conversation] = needed;
    homes.set(raw, needed.has(conversation) ? conversation : somewhere);
  }
  const lists = new Map<string, Record<string, unknown[]>>();
  for (const list of Object.keys(field.lists)) {
    for (const element of listOf(value[list])) {
      for (const conversation of places.get(element) ?? []) {
        const mine = lists.get(conversation) ?? {};
        lists.set(conversation, mine);
        mine[list] ??= [];
        mine[list].push(element);
      }
    }
  }
  const rest = Object.fromEntries(
    Object.entries(value).filter(([key]) => !Object.hasOwn(field.lists, key)),
  );
  const wholes = new Map<unknown, Item[]>();
  for (const item of items) {
    const alike = wholes.get(item.raw);
    if (alike === undefined) wholes.set(item.raw, [item]);
    else alike.push(item);
  }
  return [...lists].map(([conversation, mine]) => {
    const content = { ...rest, ...mine };
    // A message may have told of a profile, and words alike are one and the same to a map.
    const counts = new Map<unknown, number>();
    const own = read(content).map((item) => {
      const count = counts.get(item.raw) ?? 0;
      counts.set(item.raw, count + 1);
      const isHome = homes.get(item.raw) === conversation;
      return { item, whole: isHome ? wholes.get(item.raw)?.[count] : undefined };
    });
    return { conversation, content, items: own };
  });
}

function toCloud(root: Json): (contents: readonly unknown[]) => unknown {
  return (contents) => {
    const changes = new Map<Placed["place"], unknown[]>();
    for (const { place, change } of contents as readonly Placed[]) {
      const mine = changes.get(place) ?? [];
      changes.set(place, mine);
      if (change !== undefined) mine.push(change);
    }
    const entry = [...changes].map(([place, mine]) =>
      mine.length === 0 ? place.entry : { ...(place.entry as Json), changes: mine },
    );
    return { ...root, entry };
  };
}

/** There is one value only, so each conversation has one piece. */
function toOnPremises([content]: readonly unknown[]): unknown {
  return content;
}
