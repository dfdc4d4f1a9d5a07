/** How much of both words must be alike: `paht` and `path` are three of four. */
const ALIKE = 0.7;

/** The one that somebody who wrote the word may have meant. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((each) => ({ each, likeness: likenessOf(word.toLowerCase(), each.toLowerCase()) }))
    .filter(({ likeness }) => likeness >= ALIKE)
    .sort((a, b) => b.likeness - a.likeness);
  return best?.each;
}

/** From 0 to 1: the share of letters that they have in common, in the same order. */
function likenessOf(a: string, b: string): number {
  // How many letters of `a` so far are among the first of `b`, by how many first ones.
  let common = new Array<number>(b.length + 1).fill(0);
  for (const letter of a) {
    const next = [0];
    for (let i = 0; i < b.length; i++) {
      const without = Math.max(next[i] ?? 0, common[i + 1] ?? 0);
      next.push(b[i] === letter ? Math.max(without, (common[i] ?? 0) + 1) : without);
    }
    common = next;
  }
  return (2 * (common[b.length] ?? 0)) / (a.length + b.length);
}
