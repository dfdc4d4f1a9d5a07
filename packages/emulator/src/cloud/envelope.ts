import { isJson, type Json, objectsOf, toCloudJson } from "../json.ts";
import type { Random } from "../random.ts";

/** What goes into the `entry` list of a body. */
export interface CloudContent {
  readonly entries: readonly Json[];
}

/** One change as an entry of its own. */
export function entryOf(wabaId: string, field: string, value: unknown, time?: number): Json {
  return { id: wabaId, ...(time !== undefined && { time }), changes: [{ value, field }] };
}

/**
 * The body that holds all of this. What could share a change or an entry does so at random, because a receiver has to
 * cope with all three: more items in a list, more changes in an entry, more entries in a body.
 */
export function assembleCloud(
  contents: readonly CloudContent[],
  random: Random,
  id: string,
): string {
  const entries: Json[] = [];
  for (const [i, content] of contents.entries()) {
    const draw = random.draw("how batched", id, i);
    const last = entries.at(-1);
    const [entry] = content.entries;
    const isPlain = content.entries.length === 1 && entry !== undefined && last !== undefined;
    if (isPlain && draw < 1 / 3 && joinLists(last, entry)) continue;
    if (isPlain && draw < 2 / 3 && joinChanges(last, entry)) continue;
    entries.push(...structuredClone([...content.entries]));
  }
  return toCloudJson({ object: "whatsapp_business_account", entry: entries });
}

/** Puts the messages or statuses of one entry behind those of another, when both are of one number and one kind. */
function joinLists(last: Json, entry: Json): boolean {
  const before = objectsOf(last.changes).at(-1);
  const [change] = objectsOf(entry.changes);
  if (before?.field !== "messages" || change?.field !== "messages" || last.id !== entry.id)
    return false;
  const [target, source] = [before.value, change.value];
  if (!isJson(target) || !isJson(source)) return false;
  const names = (value: Json): string => Object.keys(value).sort().join();
  if (names(target) !== names(source) || !isSame(target.metadata, source.metadata)) return false;
  for (const name of ["contacts", "messages", "statuses"]) {
    if (target[name] === undefined) continue;
    const list = objectsOf(target[name]);
    const added = objectsOf(source[name]).filter(
      (item) => name !== "contacts" || !list.some((other) => isSame(other, item)),
    );
    target[name] = [...list, ...structuredClone(added)];
  }
  return true;
}

function joinChanges(last: Json, entry: Json): boolean {
  if (last.id !== entry.id || last.time !== entry.time) return false;
  if (!Array.isArray(last.changes) || !Array.isArray(entry.changes)) return false;
  last.changes = [...last.changes, ...structuredClone(entry.changes)];
  return true;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
