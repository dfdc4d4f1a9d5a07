import type * as z from "zod";
import { messageBaseShape } from "./message-base.ts";
import { type MessageTypes, messageTypes } from "./message-types.ts";
import { loose } from "./shape.ts";

type Contents = MessageTypes[keyof MessageTypes] extends infer T
  ? T extends z.ZodObject<infer S>
    ? S
    : never
  : never;
type Merged = (Contents extends unknown ? (shape: Contents) => void : never) extends (
  shape: infer S,
) => void
  ? S
  : never;
type Optional = {
  [K in keyof Merged]: Merged[K] extends z.ZodOptional
    ? Merged[K]
    : Merged[K] extends z.ZodType
      ? z.ZodOptional<Merged[K]>
      : never;
};
type Any = typeof messageBaseShape & Optional;

/** A message of any type: what all have in common, and the content of each, of which there is one. */
export interface AnyMessageShape extends Any {}

export const anyMessageShape = {
  ...messageBaseShape,
  ...Object.fromEntries(
    Object.values<z.ZodObject>(messageTypes).flatMap(({ shape }) =>
      Object.entries(shape as Record<string, z.ZodType>).map(([key, schema]) => [
        key,
        schema.optional(),
      ]),
    ),
  ),
} as unknown as AnyMessageShape;

export const anyMessage: z.ZodObject<AnyMessageShape, z.core.$strip> = loose(anyMessageShape);
