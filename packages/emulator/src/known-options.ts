/** All options of a type, and of each variant of it. */
type NamesOf<Options> = Options extends unknown ? keyof Options : never;

/** The names of a type's options: one that is forgotten here does not compile. */
export type KnownOptions<Options> = Readonly<Record<NamesOf<Options>, true>>;

/** Throws a TypeError for an option that there is not, and names the one that may be meant. `within` ends in a dot. */
export function checkKnown(
  options: object | undefined,
  known: Readonly<Record<string, true>>,
  within = "",
): void {
  const names = Object.keys(known);
  for (const name of Object.keys(options ?? {})) {
    if (Object.hasOwn(known, name)) continue;
    const meant = names.find((each) => isMistyped(name, each));
    const question = meant === undefined ? "." : `, did you mean ${within}${meant}?`;
    const list = names.map((each) => within + each).join(", ");
    throw new TypeError(`there is no option ${within}${name}${question} Options: ${list}.`);
  }
}

/** One letter is missing, too much or wrong, or two have changed places. */
function isMistyped(word: string, name: string): boolean {
  let from = 0;
  while (from < word.length && word[from] === name[from]) from++;
  const [rest, wanted] = [word.slice(from), name.slice(from)];
  return [
    rest.slice(1) === wanted,
    rest === wanted.slice(1),
    rest.slice(1) === wanted.slice(1),
    `${rest[1]}${rest[0]}${rest.slice(2)}` === wanted,
  ].includes(true);
}
