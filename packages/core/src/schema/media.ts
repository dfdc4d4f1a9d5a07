import * as z from "zod";
import { flag, loose, text } from "./shape.ts";

/** A file the customer sent. Nothing is fetched here: the id and the URL need your access token. */
const mediaShape = {
  /** Fetch the file with it; valid for 7 days. Absent only for On-Premises media that its client did not fetch. */
  id: text.optional(),
  /** May carry parameters: `audio/ogg; codecs=opus`. */
  mime_type: text.optional(),
  /** Base64 from the Cloud API, lower-case hex from the On-Premises API. */
  sha256: text.optional(),
  /** Direct link, valid for 5 minutes, needs the access token. Not always there; ask with `id` for a new one. */
  url: text.optional(),
  /** What the customer wrote under it. On image, video and document. */
  caption: text.optional(),
  /** Name on the customer's device. On documents, seldom on On-Premises audio. */
  filename: text.optional(),
  /** On audio: true for a recording made in the app, false for a file. */
  voice: flag.optional(),
  /** On stickers. */
  animated: flag.optional(),
  /** On-Premises stickers: the pack, with keys such as `sticker-pack-name`. */
  metadata: z.record(z.string(), z.unknown()).optional(),
  /** Oldest On-Premises clients: a link. Do not fetch it blindly. */
  link: text.optional(),
  /** Oldest On-Premises clients: a path on the client's own disk. */
  file: text.optional(),
  /** On-Premises: `downloaded`, or `undownloaded` when the client skipped the file. */
  status: text.optional(),
};

type Media = typeof mediaShape;
/** Named, because a named shape keeps its comments wherever the published types use it. */
export interface MediaShape extends Media {}
export const media: z.ZodObject<MediaShape, z.core.$strip> = loose(mediaShape);
