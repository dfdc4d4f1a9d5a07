import { type Json, readList, readObject, readText } from "../read.ts";
import { SettingsError } from "../settings-error.ts";

/** No app or account comes near. */
const MOST_PAGES = 100;

/**
 * The entries of all pages of a list. Only the cursor of an answer is used: its `next` is a whole URL, and what is in an answer
 * must not say where the token goes.
 * @param pageAfter Gets the page after a cursor; the first without one.
 */
export async function readPages(
  name: string,
  pageAfter: (cursor: string | undefined) => Promise<Json>,
): Promise<Json[]> {
  const entries: Json[] = [];
  const seen = new Set<string>();
  for (let cursor: string | undefined; seen.size < MOST_PAGES; ) {
    const page = await pageAfter(cursor);
    entries.push(...readList(page.data));
    const paging = readObject(page.paging);
    // The last page has a cursor, too, and no `next`.
    if (readText(paging.next) === undefined) return entries;
    cursor = readText(readObject(paging.cursors).after) ?? cursorOf(paging.next);
    if (cursor === undefined || seen.has(cursor))
      throw endless(name, "says that there is more, and not where");
    seen.add(cursor);
  }
  throw endless(name, `has more than ${MOST_PAGES} pages`);
}

function cursorOf(next: unknown): string | undefined {
  const isUrl = typeof next === "string" && URL.canParse(next);
  return isUrl ? readText(new URL(next).searchParams.get("after")) : undefined;
}

function endless(name: string, what: string): SettingsError {
  return new SettingsError("answer_unreadable", `the list that ${name} gave ${what}.`, {
    status: 200,
    advice: "Check baseUrl and version: perhaps a proxy or another service answers there.",
  });
}
