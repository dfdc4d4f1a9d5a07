type Path = readonly (string | number)[];
type Container = Record<string | number, unknown>;

const DEPTH = 100_000;
const deepList = JSON.parse("[".repeat(DEPTH) + "]".repeat(DEPTH));
const deepObject = JSON.parse(`${'{"a":'.repeat(DEPTH)}1${"}".repeat(DEPTH)}`);

/** Names that mean something to JavaScript, and values for them that would do harm if they meant it here. */
const TREACHEROUS = JSON.parse(
  '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1,"valueOf":"x","toJSON":{},"hasOwnProperty":null,"then":1,"length":-1,"":[]}',
) as Record<string, unknown>;
const NAMES = Object.keys(TREACHEROUS);

/** Sets an own property, also one called `__proto__`, which plain assignment would not. */
function set(target: object, key: string | number, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** What can happen to a value in a body: each takes the value and gives the new one. */
const replacements: Readonly<Record<string, (value: unknown, n: number) => unknown>> = {
  null: () => null,
  "empty text": () => "",
  "empty list": () => [],
  "empty object": () => ({}),
  false: () => false,
  "another form": (value) =>
    typeof value === "string" ? Number(value) || 5 : typeof value === "number" ? `${value}` : "x",
  "new word": (_value, n) => `brand_new_${n}`,
  "word of JavaScript's": (_value, n) => NAMES[n % NAMES.length],
  "list of it": (value) => [value],
  "object of the list": (value) => (Array.isArray(value) ? { ...value } : { 0: value }),
  twice: (value) => (Array.isArray(value) ? [...value, ...value] : value),
  "number without end": () => Number.POSITIVE_INFINITY,
  "huge number": (_value, n) => [1e308, -1e308, 2 ** 53, 1e12, -0, 0.1][n % 6],
  "half a character": () => "\ud83d",
  "depth of lists": () => deepList,
  // One of its own each time: items are told apart by identity.
  "depth of objects": () => ({ a: deepObject }),
  "text of its own": () => ({ toString: "x", valueOf: 1 }),
};

const changes: Readonly<
  Record<string, (parent: Container, key: string | number, n: number) => void>
> = {
  ...Object.fromEntries(
    Object.entries(replacements).map(([how, replace]) => [
      how,
      (parent: Container, key: string | number, n: number) =>
        set(parent, key, replace(parent[key], n)),
    ]),
  ),
  dropped(parent, key) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  },
  "unknown key beside it"(parent, _key, n) {
    if (!Array.isArray(parent)) set(parent, `brand_new_${n}`, { a: [1] });
  },
  "treacherous key beside it"(parent, _key, n) {
    const name = NAMES[n % NAMES.length] as string;
    if (!Array.isArray(parent)) set(parent, name, structuredClone(TREACHEROUS[name]));
  },
};

export const MUTATIONS = Object.keys(changes);

/** Where in a body, how, and with which of several variants. Numbers are taken round. */
export interface Mutation {
  readonly at: number;
  readonly how: string;
  readonly variant: number;
}

/** How far down mutations go: far enough for every body, and not into what an earlier one made deep. */
const MAX_DEPTH = 20;

/** Paths to everything in a value, itself left out. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null || path.length >= MAX_DEPTH) return [];
  if (value === deepList || value === deepObject) return [];
  return Object.entries(value).flatMap(([key, part]) => [
    [...path, key],
    ...pathsOf(part, [...path, key]),
  ]);
}

/** Changes something inside `root`, in place. */
export function mutate(root: unknown, { at, how, variant }: Mutation): void {
  const paths = pathsOf(root);
  const path = paths[at % Math.max(paths.length, 1)];
  if (path === undefined) return;
  let parent = root as Container;
  for (const key of path.slice(0, -1)) parent = parent[key] as Container;
  changes[how]?.(parent, path.at(-1) as string | number, variant);
}
