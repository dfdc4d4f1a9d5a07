/**
 * How far a message has come. Statuses arrive in any order, and several can share a second: keep the highest rank.
 * `failed` stands above `sent` and below `delivered`: it can follow `sent`, and what was delivered after all did not fail.
 */
const ranks: ReadonlyMap<string | undefined, number> = new Map([
  [undefined, 0],
  ["sent", 1],
  ["failed", 2],
  ["delivered", 3],
  ["read", 4],
  ["played", 5],
]);

/**
 * Whether a status says more than the one you have, so that `read` never becomes `delivered` again. `undefined` stands
 * for no status yet. A word that is no step of a message (`deleted`, `warning`, a payment state, a new one) never does.
 */
export function isNewerStatus(next: string, previous: string | undefined): boolean {
  const rank = ranks.get(next);
  return rank !== undefined && rank > (ranks.get(previous) ?? 0);
}
