import type { Dictionary } from "./dictionary.ts";
import { type Leaf, type Place, placesOf, put, remove, type Tree, toText } from "./json-tree.ts";
import type { Random } from "./random.ts";

const leaf = (text: string): Leaf => ({ kind: "leaf", text });

/** Values that have broken parsers before. */
const ODD = [
  "null",
  "true",
  "false",
  '""',
  "[]",
  "{}",
  "[[]]",
  "[null]",
  "0",
  "-0",
  "-1",
  "1e999",
  "-1e999",
  "1e-999",
  "9007199254740993",
  "99999999999999999999",
  "0.1",
  "1790000000",
  '"1790000000"',
  '"-1"',
  '"NaN"',
  '"\\ud83d"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\\ufeff"',
  '"\\u2028"',
  '"a:2"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":1,"valueOf":1,"toJSON":1,"then":1}',
  '{"length":-1}',
  '{"0":1}',
];
const ODD_KEYS = [
  '"__proto__"',
  '"constructor"',
  '"prototype"',
  '"toString"',
  '"toJSON"',
  '"then"',
  '"length"',
  '""',
  '"0"',
  '"\\u0000"',
  '"\\ud800"',
];
const LONG = [300, 5_000, 70_000];
const DEEP = [3, 30, 350, 1_100];

type Change = (place: Place, random: Random, words: Dictionary, places: readonly Place[]) => void;

function textOf(tree: Tree): string | undefined {
  if (tree.kind !== "leaf" || !tree.text.startsWith('"')) return undefined;
  return JSON.parse(tree.text) as string;
}

const CHANGES: readonly Change[] = [
  (place, random) => put(place, leaf(random.pick(ODD))),
  (place, random, { values }) => put(place, leaf(random.pick(values))),
  (place, random, _words, places) => put(place, structuredClone(random.pick(places).tree)),
  (place) => remove(place),
  // Beside it: the same again, something of elsewhere, a key given twice.
  ({ parent, tree, index }, random, { keys, values }, places) => {
    const value = structuredClone(
      random.pick([tree, random.pick(places).tree, leaf(random.pick(values))]),
    );
    if (parent?.kind === "list") parent.items.splice(random.below(index + 2), 0, value);
    if (parent?.kind !== "object") return;
    const own = parent.members[index]?.key ?? '"a"';
    const key = random.pick([own, random.pick(keys), random.pick(keys), random.pick(ODD_KEYS)]);
    parent.members.splice(random.below(index + 2), 0, { key, value });
  },
  ({ parent, index }, random, { keys }) => {
    const member = parent?.kind === "object" ? parent.members[index] : undefined;
    if (member !== undefined)
      member.key = random.isHit(0.7) ? random.pick(keys) : random.pick(ODD_KEYS);
  },
  (place) => put(place, { kind: "list", items: [place.tree] }),
  (place, random, { keys }) =>
    put(place, { kind: "object", members: [{ key: random.pick(keys), value: place.tree }] }),
  // A list for an object and the other way round, the only element for its list.
  (place, random, { keys }) => {
    const { tree } = place;
    if (tree.kind === "object")
      put(place, { kind: "list", items: tree.members.map(({ value }) => value) });
    else if (tree.kind === "list" && tree.items[0] !== undefined && random.isHit(0.5))
      put(place, tree.items[0]);
    else if (tree.kind === "list")
      put(place, {
        kind: "object",
        members: tree.items.map((value, i) => ({
          key: random.isHit(0.5) ? `"${i}"` : random.pick(keys),
          value,
        })),
      });
  },
  (place, random) => {
    if (place.tree.kind === "list" && place.tree.items.length > 0) {
      const one = random.pick(place.tree.items);
      for (let i = random.pick([1, 2, 20]); i > 0; i--) place.tree.items.push(structuredClone(one));
    }
  },
  ({ tree }, random) => {
    if (tree.kind === "list") tree.items.sort(() => random.next() - 0.5);
    if (tree.kind === "object") tree.members.sort(() => random.next() - 0.5);
  },
  // Numbers for texts and texts for numbers.
  (place) => {
    const text = textOf(place.tree);
    if (text !== undefined && /^\d+$/.test(text)) put(place, leaf(String(BigInt(text))));
    else if (place.tree.kind === "leaf" && text === undefined)
      put(place, leaf(JSON.stringify(place.tree.text)));
  },
  (place, random) => {
    const text = textOf(place.tree);
    if (text === undefined) return;
    const at = random.below(text.length + 1);
    const odd = random.pick(["\ud83d", "\u0000", "é", " ", ":", "/", "%", "\n", ":2", "🔑"]);
    put(place, leaf(JSON.stringify(text.slice(0, at) + odd + text.slice(at + random.below(2)))));
  },
  (place, random) =>
    put(place, leaf(JSON.stringify("x".repeat(random.isHit(0.1) ? random.pick(LONG) : 301)))),
  // As one leaf: nothing is to be changed in there, and nobody walks down.
  (place, random, { keys }) => {
    const [open, close] = random.pick([
      ["[", "]"],
      [`{${random.pick(keys)}:`, "}"],
    ] as const);
    const levels = random.isHit(0.1) ? random.pick(DEEP) : 3;
    put(place, leaf(open.repeat(levels) + toText(place.tree) + close.repeat(levels)));
  },
  // The same thing twice in a document, as a repetition or a clash of ids.
  (place, random, _words, places) => {
    const alike = places.filter(({ tree }) => tree.kind === place.tree.kind);
    put(random.pick(alike), structuredClone(place.tree));
  },
];

/** Changes something somewhere in a tree, in place. */
export function changeTree(root: Tree, random: Random, words: Dictionary): void {
  const places = placesOf(root);
  if (places.length < 2) return;
  // What is near the root decides more than what is deep in an item: each level is as likely as it is.
  const place = places[1 + random.below(places.length - 1)];
  if (place !== undefined) random.pick(CHANGES)(place, random, words, places);
}
