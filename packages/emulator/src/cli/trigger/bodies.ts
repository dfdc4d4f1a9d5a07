import { randomBytes } from "node:crypto";
import { assembleCloud } from "../../cloud/envelope.ts";
import { createIds } from "../../ids.ts";
import { type Json, objectsOf, toCloudJson } from "../../json.ts";
import { assembleOnPremises } from "../../on-premises/on-premises-values.ts";
import { seededRandom } from "../../random.ts";
import { type Assignment, assign } from "./assignments.ts";
import { type Chosen, familyAndKind } from "./event-catalogue.ts";
import { findItem } from "./find-item.ts";
import { freshen } from "./freshen.ts";

/** What is to become of an event's body. */
export interface BodyOptions {
  readonly assignments: readonly Assignment[];
  /** How many items in one body. */
  readonly batch: number;
  readonly isOutOfOrder: boolean;
  /** How long ago it is to have happened. */
  readonly ageMs: number;
  readonly nowMs: number;
}

/** One request to be. */
export interface TriggeredBody {
  /** What is in it: the event's name, or of a status that comes late, its own. */
  readonly label: string;
  readonly bytes: Buffer;
  readonly isOnPremises: boolean;
}

/** The bodies to send, in this order. */
export function triggeredBodies(chosen: Chosen, options: BodyOptions): readonly TriggeredBody[] {
  const isOnPremises = !("entry" in chosen.body);
  const events = options.isOutOfOrder ? outOfOrder(chosen, options) : inOrder(chosen, options);
  if (options.batch === 1)
    return events.map(({ label, body }) => toBody(label, [body], isOnPremises));
  return [
    toBody(
      `${chosen.event} × ${events.length}`,
      events.map(({ body }) => body),
      isOnPremises,
    ),
  ];
}

interface Event {
  readonly label: string;
  readonly body: Json;
}

function inOrder(chosen: Chosen, { batch, ...options }: BodyOptions): readonly Event[] {
  return Array.from({ length: batch }, (_, i) => ({
    label: chosen.event,
    body: oneBody(chosen, options, batch - 1 - i),
  }));
}

/** Statuses of one message as they follow each other. */
const COURSE = ["sent", "delivered", "read", "played"];

/** The newest first: a status before those it follows, of the same message; of anything else the later one first. */
function outOfOrder(chosen: Chosen, { batch, ...options }: BodyOptions): readonly Event[] {
  const [family, kind = ""] = familyAndKind(chosen.event);
  const place = COURSE.indexOf(kind);
  if (family !== "status" || place < 1 || batch > 1)
    return inOrder(chosen, { ...options, batch: Math.max(2, batch) }).toReversed();
  const last = oneBody(chosen, options, 0);
  return COURSE.slice(0, place + 1)
    .toReversed()
    .map((status, i) => {
      const body = structuredClone(last);
      const item = findItem(body, chosen.event);
      item.status = status;
      item.timestamp = String(Number(item.timestamp) - i);
      return { label: `status.${status}`, body };
    });
}

function oneBody(
  { body, event }: Chosen,
  { assignments, ageMs, nowMs }: Omit<BodyOptions, "batch">,
  secondsBefore: number,
): Json {
  // Not from a seed: what is triggered twice is two events.
  const random = seededRandom(randomBytes(16).toString("hex"));
  // What has no id is told from an earlier one by its time, in whole seconds: two in a row must not share theirs.
  const { id, timestamp } = findItem(body, event);
  const [, kind] = familyAndKind(event);
  const isNameless = typeof id !== "string" || timestamp === undefined || kind === "invalid";
  const spread = isNameless ? Math.floor(random.draw("spread") * 60) : 0;
  const happenedMs = nowMs - ageMs - (secondsBefore + spread) * 1000;
  const fresh = freshen(body, { nowMs: happenedMs, ids: createIds(random, 1) });
  if (isNameless)
    for (const entry of objectsOf(fresh.entry)) entry.time ??= Math.floor(happenedMs / 1000);
  for (const assignment of assignments) assign(findItem(fresh, event), assignment);
  return fresh;
}

function toBody(label: string, bodies: readonly Json[], isOnPremises: boolean): TriggeredBody {
  const random = seededRandom(randomBytes(4).toString("hex"));
  const [first] = bodies;
  const text = isOnPremises
    ? assembleOnPremises(bodies)
    : bodies.length === 1
      ? toCloudJson(first)
      : assembleCloud(
          bodies.map(({ entry }) => ({ entries: objectsOf(entry) })),
          random,
          "batch",
        );
  return { label, bytes: Buffer.from(text), isOnPremises };
}
