import type { Ids } from "../../ids.ts";
import { isJson, type Json, textOf } from "../../json.ts";

/** When an event is to have happened, and what makes ids. */
export interface Moment {
  readonly nowMs: number;
  readonly ids: Ids;
}

/**
 * A body that has happened just now: its items have new ids, the same ones wherever they are named, and its newest time is
 * the given one, with everything else as long before as it was. A receiver that remembers the last one takes it for news.
 */
export function freshen(body: Json, { nowMs, ids }: Moment): Json {
  const newIds = renewedIds(body, ids, !("entry" in body));
  const now = Math.floor(nowMs / 1000);
  const newest = Math.max(0, ...timesIn(body));
  const shift = newest === 0 ? 0 : now - newest;
  return rewrite(body, newIds, shift);
}

/** The items are what has an id and a time. */
function renewedIds(body: unknown, ids: Ids, isOnPremises: boolean): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(visit);
    else if (isJson(part)) {
      const { id, timestamp } = part;
      if (typeof id === "string" && id !== "" && timestamp !== undefined && !found.has(id))
        found.set(id, newId(id, part, ids, isOnPremises));
      Object.values(part).forEach(visit);
    }
  };
  visit(body);
  return found;
}

function newId(old: string, item: Json, ids: Ids, isOnPremises: boolean): string {
  const direction = "status" in item ? "business" : "customer";
  const customer = textOf(item.recipient_id) ?? textOf(item.from) ?? "12125550123";
  const digits = /^\d+$/.test(customer) ? customer : "12125550123";
  if (old.startsWith("wamid.")) return ids.wamid(direction, digits);
  if (isOnPremises) return ids.onPremises(direction, digits);
  // A call's id, or one of the business's own: the part before the point says what it is.
  const kind = /^[a-z]+\./.exec(old)?.[0] ?? "";
  return `${kind}${ids.hex(12).toUpperCase()}`;
}

const TIMES = new Set(["timestamp", "time"]);
const OTHER_TIMES = /_(time|timestamp)$/;

/** Seconds since 1970, as number or text, under the names that say when something happened. */
function timesIn(part: unknown): number[] {
  if (Array.isArray(part)) return part.flatMap(timesIn);
  if (!isJson(part)) return [];
  return Object.entries(part).flatMap(([name, value]) => {
    const time = TIMES.has(name) ? secondsOf(value) : undefined;
    return time === undefined ? timesIn(value) : [time];
  });
}

function secondsOf(value: unknown): number | undefined {
  const isText = typeof value === "string" && /^\d{10}$/.test(value);
  if (!isText && typeof value !== "number") return undefined;
  const seconds = Number(value);
  return seconds > 1e9 && seconds < 4e9 ? seconds : undefined;
}

function rewrite(body: Json, newIds: ReadonlyMap<string, string>, shift: number): Json {
  const renewed = (part: unknown, name: string): unknown => {
    if (Array.isArray(part)) return part.map((each) => renewed(each, ""));
    if (isJson(part)) return object(part);
    if (typeof part === "string" && newIds.has(part)) return newIds.get(part);
    const time = TIMES.has(name) || OTHER_TIMES.test(name) ? secondsOf(part) : undefined;
    if (time === undefined) return part;
    return typeof part === "string" ? String(time + shift) : time + shift;
  };
  const object = (part: Json): Json =>
    Object.fromEntries(Object.entries(part).map(([name, value]) => [name, renewed(value, name)]));
  return object(body);
}
