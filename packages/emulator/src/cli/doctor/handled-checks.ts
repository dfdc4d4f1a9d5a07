import { Failure } from "../failure.ts";
import type { Examination } from "./examination.ts";
import { compareHandled, type HandledSource } from "./handled-items.ts";

const CHECK_ALL = "every item of a batch handled";
const CHECK_ONCE = "no item handled twice";

/** How to have it checked, where it was not: answers alone do not show it. */
const HOW =
  "answers do not show it. Let a handler append each message id (or item) to a file, and give --handled <file>";

/** Everything that was taken is handled, and once. Without a report of the receiver nothing is said about it. */
export async function checkHandled(
  examination: Examination,
  source: HandledSource | undefined,
  waitMs: number,
): Promise<void> {
  if (source === undefined) {
    for (const check of [CHECK_ALL, CHECK_ONCE])
      examination.find({ check, state: "unchecked", seen: HOW });
    return;
  }
  const report = await compareHandled(examination, source, waitMs).catch((error: unknown) => {
    // It is of no use, and all that was found before is none the less true.
    if (error instanceof Failure) return error.message;
    throw error;
  });
  if (typeof report === "string") {
    examination.find({
      check: CHECK_ALL,
      state: "broken",
      fault: "handled_unreadable",
      seen: report,
    });
    examination.find({ check: CHECK_ONCE, state: "unchecked", seen: "no report came" });
    return;
  }
  const { missing, doubled, handled } = report;
  if (handled + doubled.length === 0) {
    examination.find({
      check: CHECK_ALL,
      state: "broken",
      fault: "nothing_reported",
      seen: "nothing",
    });
    examination.find({ check: CHECK_ONCE, state: "unchecked", seen: "nothing was reported" });
    return;
  }
  const total = handled + missing.length + doubled.length;
  if (missing.length > 0)
    examination.find({
      check: CHECK_ALL,
      state: "broken",
      fault: "items_missing",
      seen: `${missing.length} of ${total} were not handled`,
    });
  else examination.find({ check: CHECK_ALL, state: "ok", seen: `all ${total}` });
  if (doubled.length > 0)
    examination.find({
      check: CHECK_ONCE,
      state: "broken",
      fault: "handled_twice",
      seen: `${doubled.length} of ${total} were handled again`,
    });
  else examination.find({ check: CHECK_ONCE, state: "ok" });
}
