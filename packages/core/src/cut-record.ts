import { mostItemsIn } from "./density.ts";
import { cutChange, cutCloud, isCloudEnvelope } from "./envelope/cloud.ts";
import { type Item, isJson, type Json, listOf, textOf } from "./envelope/item.ts";
import { unknownLists } from "./envelope/lists.ts";
import { cutOnPremises, isOnPremisesEnvelope, onPremisesField } from "./envelope/on-premises.ts";
import type { InboxRecord, RecordPart } from "./inbox/inbox.ts";
import { toJson } from "./json.ts";
import { conversationOf } from "./parse.ts";
import { contact as contactFamily } from "./schema/families.ts";
import type { Lists } from "./schema/family.ts";
import { fieldTable, isLists } from "./schema/table.ts";

/** Some of a body's content, all of one conversation. */
interface Piece {
  readonly conversation: string;
  readonly content: unknown;
}

type ConversationOf = (item: Item) => string;

/**
 * Cuts a record into parts of one conversation each, for inboxes that let several processes handle: the events of all
 * parts are the events of the record, in their order within each conversation. What cannot be read, or has more in it
 * than its size allows, is left whole. (Profiles come with each part whose items need them, and count as what came with its
 * first item. An item that repeats another of the same body in another conversation is no `duplicate` in its own part.)
 */
export function cutRecord({ auth, body }: InboxRecord): readonly RecordPart[] {
  const find = (item: Item): string => conversationOf(item, auth.tenant);
  try {
    const root = toJson(body);
    if (isCloudEnvelope(root)) return partsOf(cloudPieces(root, body, find), body, toCloud(root));
    if (isOnPremisesEnvelope(root)) {
      const items = cutOnPremises(root, auth.account ?? {});
      if (!isTooDense(items, body))
        return partsOf(split(root, onPremisesField, items, find), body, toOnPremises);
    }
  } catch {
    // The processor will say what is wrong with it.
  }
  return [{ conversation: undefined, body }];
}

function isTooDense(items: readonly Item[], body: Uint8Array): boolean {
  return items.length > mostItemsIn(body.byteLength);
}

/** The pieces by conversation, in the order in which each conversation begins. */
function partsOf(
  pieces: readonly Piece[],
  body: Uint8Array,
  toRoot: (contents: readonly unknown[]) => unknown,
): readonly RecordPart[] {
  const byConversation = new Map<string, unknown[]>();
  for (const { conversation, content } of pieces) {
    const contents = byConversation.get(conversation);
    if (contents === undefined) byConversation.set(conversation, [content]);
    else contents.push(content);
  }
  const [first] = byConversation.keys();
  const whole = [{ conversation: first, body }];
  if (byConversation.size < 2) return whole;
  let room = ROOM_BYTES + MOST_TIMES * body.byteLength;
  const parts: RecordPart[] = [];
  for (const [conversation, contents] of byConversation) {
    const part = Buffer.from(JSON.stringify(toRoot(contents)));
    room -= part.byteLength;
    if (room < 0) return whole;
    parts.push({ conversation, body: part });
  }
  return parts;
}

/** Parts repeat what surrounds their items. Surroundings of a size that nobody sends must not be multiplied. */
const MOST_TIMES = 8;
const ROOM_BYTES = 65_536;

/** A change and the place of its entry, or an entry without changes. */
interface Placed {
  readonly place: { readonly entry: unknown };
  readonly change?: unknown;
}

function cloudPieces(root: Json, body: Uint8Array, find: ConversationOf): readonly Piece[] {
  if (isTooDense(cutCloud(root), body)) return [];
  return listOf(root.entry).flatMap((entry) => {
    const place = { entry };
    const changes = isJson(entry) ? listOf(entry.changes) : [];
    if (isJson(entry) && changes.length > 0)
      return changes.flatMap((change) => changePieces(entry, place, change, find));
    const content: Placed = { place };
    return cutCloud({ entry: [entry] }).map((item) => ({ conversation: find(item), content }));
  });
}

function changePieces(
  entry: Json,
  place: Placed["place"],
  change: unknown,
  find: ConversationOf,
): readonly Piece[] {
  const items = cutChange(entry, change);
  const value = isJson(change) && isJson(change.value) ? change.value : {};
  const field = isJson(change) ? fieldTable.get(textOf(change.field) ?? "") : undefined;
  if (field === undefined || !isLists(field) || field.open !== undefined) {
    const [first] = items;
    const content: Placed = { place, change };
    return first === undefined ? [] : [{ conversation: find(first), content }];
  }
  return split(value, field, items, find).map(({ conversation, content }) => ({
    conversation,
    content: {
      place,
      change: content === value ? change : { ...(change as Json), value: content },
    } satisfies Placed,
  }));
}

/** A value of lists, in one piece for each conversation; whole, with its first item, if there is something odd in it. */
function split(
  value: Json,
  field: Lists,
  items: readonly Item[],
  find: ConversationOf,
): readonly Piece[] {
  // One for each element: the profile that a message tells of comes before the message, and is made of it again.
  const own = new Map(items.map((item) => [item.raw, item])).values();
  const conversations = new Map([...own].map((item) => [item, find(item)]));
  const [first] = conversations.values();
  if (first === undefined) return [];
  const whole = [{ conversation: first, content: value }];
  if (new Set(conversations.values()).size === 1 || unknownLists(value, field) !== undefined)
    return whole;
  /** In which conversations an element is needed. */
  const places = new Map<unknown, Set<string>>();
  // Profiles where their items are, whoever's they are.
  for (const [{ contact }, conversation] of conversations) {
    if (contact !== undefined)
      places.set(contact, (places.get(contact) ?? new Set()).add(conversation));
  }
  for (const [item, conversation] of conversations) {
    if (item.family !== contactFamily || !places.has(item.raw))
      places.set(item.raw, new Set([conversation]));
  }
  const lists = new Map<string, Record<string, unknown[]>>();
  for (const list of Object.keys(field.lists)) {
    for (const element of listOf(value[list])) {
      for (const conversation of places.get(element) ?? [first]) {
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
  return [...lists].map(([conversation, mine]) => ({
    conversation,
    content: { ...rest, ...mine },
  }));
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
