import { placesOf, toTree } from "./json-tree.ts";

/** Words of the inputs to begin with, as JSON writes them: changes made of them get past the first look. */
export interface Dictionary {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

const LONGEST = 80;

/** The keys and short values of these inputs. */
export function dictionaryOf(seeds: readonly Uint8Array[]): Dictionary {
  const keys = new Set<string>(['"a"']);
  const values = new Set<string>(["1"]);
  for (const seed of seeds) {
    const tree = toTree(Buffer.from(seed).toString());
    if (tree === undefined) continue;
    for (const { tree: part } of placesOf(tree)) {
      if (part.kind === "object") for (const { key } of part.members) keys.add(key);
      if (part.kind === "leaf" && part.text.length <= LONGEST) values.add(part.text);
    }
  }
  return { keys: [...keys], values: [...values] };
}
