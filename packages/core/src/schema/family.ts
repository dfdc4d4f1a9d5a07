import type * as z from "zod";

type Item = Readonly<Record<string, unknown>>;
export type Kinds = Readonly<Record<string, z.ZodObject>>;

interface FamilyOptions {
  /** The item's own word for its kind. */
  readonly kindOf?: (item: Item) => unknown;
  /** Other words for kinds of the table, and how such an item is brought into the kind's shape. */
  readonly aliases?: Readonly<
    Record<string, { readonly kind: string; readonly adapt?: (item: Item) => Item }>
  >;
  /** What makes two items the same event. Without it, or where it finds nothing: the content and the entry's time. */
  readonly identify?: (item: Item) => readonly unknown[] | undefined;
}

/** A kind of item that events are made of, and what its items look like. */
export interface Family<
  Name extends string = string,
  Base extends z.ZodObject = z.ZodObject,
  Of extends Kinds | undefined = Kinds | undefined,
> extends FamilyOptions {
  /** First part of the names of its events. */
  readonly name: Name;
  /** What all its items have in common. */
  readonly base: Base;
  /** By second part of the name, what each has beyond `base`. Without it the family is one event of its own name. */
  readonly kinds: Of;
}

/** Items that are all alike: one event, `name`. */
export const single = <N extends string, B extends z.ZodObject>(
  name: N,
  base: B,
  options: FamilyOptions = {},
): Family<N, B, undefined> => ({
  name,
  base,
  kinds: undefined,
  ...options,
});

/** Items of several kinds: an event `name.kind` for each, and `name.unknown` for those to come. */
export const kinds = <N extends string, B extends z.ZodObject, K extends Kinds>(
  name: N,
  base: B,
  of: K,
  options: FamilyOptions,
): Family<N, B, K> => ({
  name,
  base,
  kinds: of,
  ...options,
});

const schemas = new Map<Family, Map<unknown, z.ZodObject>>();

/** What items of a kind look like, if the family has it. Made for the first of them: most servers see few of all kinds. */
export function schemaOf(family: Family, kind: unknown): z.ZodObject | undefined {
  const known = schemas.get(family)?.get(kind);
  if (known !== undefined) return known;
  const { base, kinds = {} } = family;
  // A kind called `constructor` must find nothing.
  const own = typeof kind === "string" && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (own === undefined) return undefined;
  const schema = base.extend(own.shape);
  schemas.set(family, (schemas.get(family) ?? new Map()).set(kind, schema));
  return schema;
}

/** The kind is a word in the item, compared without case: Meta's pages disagree on it. */
export const wordIn =
  (property: string) =>
  (item: Item): unknown => {
    const word = item[property];
    return typeof word === "string" ? word.toLowerCase() : undefined;
  };

/** Some items of a field: of a family, where their place in the body and not a word in them may tell the kind. */
export type Part = Family | { readonly family: Family; readonly kind: string };

/** A field whose value holds lists of items. */
export interface Lists<
  Parts extends Readonly<Record<string, Part>> = Readonly<Record<string, Part>>,
> {
  readonly lists: Parts;
  /** Brings a value that nests its lists deeper into that form. */
  readonly open?: (value: Item) => Item;
  /** The item as it came, where `open` added to it. */
  readonly rawOf?: (item: unknown) => unknown;
}

/** A webhook field: its whole value is one item, or it holds lists of items. */
export type Field = Family | Lists;
