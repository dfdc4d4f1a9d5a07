/**
 * A JSON text as a tree that keeps what `JSON.parse` would not: a key given twice, the digits of a number, how a text is
 * escaped. Leaves and keys are as they are written.
 */
export type Tree = Leaf | List | Obj;

export interface Leaf {
  kind: "leaf";
  text: string;
}

export interface List {
  kind: "list";
  items: Tree[];
}

export interface Obj {
  kind: "object";
  members: { key: string; value: Tree }[];
}

/** Deeper texts are left to changes of bytes: the walks over trees are recursive. */
const MOST_LEVELS = 400;
const TOKEN = /\s*([[\]{},:]|"(?:[^"\\]|\\.)*"|[^\s[\]{},:"]+)/y;

/** Undefined if it is no JSON, or nested too deep. */
export function toTree(text: string): Tree | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  let at = 0;
  const next = (): string => {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[1] ?? "";
    at = TOKEN.lastIndex;
    return token;
  };
  const read = (token: string, level: number): Tree | undefined => {
    if (level > MOST_LEVELS) return undefined;
    if (token === "[") {
      const items: Tree[] = [];
      for (let first = next(); first !== "]"; first = next()) {
        const item = read(first === "," ? next() : first, level + 1);
        if (item === undefined) return undefined;
        items.push(item);
      }
      return { kind: "list", items };
    }
    if (token === "{") {
      const members: Obj["members"] = [];
      for (let first = next(); first !== "}"; first = next()) {
        const key = first === "," ? next() : first;
        next();
        const value = read(next(), level + 1);
        if (value === undefined) return undefined;
        members.push({ key, value });
      }
      return { kind: "object", members };
    }
    return { kind: "leaf", text: token };
  };
  return read(next(), 0);
}

export function toText(tree: Tree): string {
  if (tree.kind === "leaf") return tree.text;
  if (tree.kind === "list") return `[${tree.items.map(toText).join(",")}]`;
  return `{${tree.members.map(({ key, value }) => `${key}:${toText(value)}`).join(",")}}`;
}

/** A place in a tree: what is there, and how to put something else there or take it away. */
export interface Place {
  readonly tree: Tree;
  /** What it is in; undefined at the root. */
  readonly parent: List | Obj | undefined;
  readonly index: number;
}

/** All places, the root first. */
export function placesOf(root: Tree): Place[] {
  const places: Place[] = [{ tree: root, parent: undefined, index: 0 }];
  for (const { tree } of places) {
    if (tree.kind === "list")
      for (const [index, item] of tree.items.entries())
        places.push({ tree: item, parent: tree, index });
    if (tree.kind === "object")
      for (const [index, { value }] of tree.members.entries())
        places.push({ tree: value, parent: tree, index });
  }
  return places;
}

/** Puts something in a place. At the root nothing happens. */
export function put({ parent, index }: Place, tree: Tree): void {
  if (parent?.kind === "list") parent.items[index] = tree;
  const member = parent?.kind === "object" ? parent.members[index] : undefined;
  if (member !== undefined) member.value = tree;
}

/** Takes a place away. At the root nothing happens. */
export function remove({ parent, index }: Place): void {
  if (parent?.kind === "list") parent.items.splice(index, 1);
  if (parent?.kind === "object") parent.members.splice(index, 1);
}
