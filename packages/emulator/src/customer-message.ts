import type { Person } from "./customers.ts";
import type { Ids } from "./ids.ts";
import type { Json } from "./json.ts";

/** The kinds of files that a customer sends. */
export type MediaKind = "image" | "video" | "audio" | "voice" | "document" | "sticker";

/** A business number, of whichever API. */
export interface Line {
  /** Returns the id of the message. */
  receive(from: Person, message: CustomerMessage): string;
}

/** What a customer sends, before it is written the way of one of the two APIs. */
export interface CustomerMessage {
  readonly type: string;
  /** What stands below the type's name; absent for types without content. */
  readonly content?: unknown;
  /** A file, which each API describes in its own way, instead of `content`. */
  readonly media?: Media & { readonly kind: MediaKind };
  /** The message that it answers. */
  readonly replyTo?: string | undefined;
  /** Sets or adds properties of the message itself, such as `referral`. */
  readonly extra?: Readonly<Json> | undefined;
}

/** A file that a customer sends. The file itself does not exist: only the notification does. */
export interface Media {
  readonly caption?: string | undefined;
  readonly filename?: string | undefined;
  readonly mimeType?: string | undefined;
}

export const mimeTypes: Readonly<Record<MediaKind, string>> = {
  image: "image/jpeg",
  video: "video/mp4",
  audio: "audio/mpeg",
  voice: "audio/ogg; codecs=opus",
  document: "application/pdf",
  sticker: "image/webp",
};

/** A media object of the Cloud API. */
export function cloudMedia(
  { kind, caption, filename, mimeType }: Media & { readonly kind: MediaKind },
  ids: Ids,
): Json {
  return {
    ...(caption !== undefined && { caption }),
    ...(filename !== undefined && { filename }),
    mime_type: mimeType ?? mimeTypes[kind],
    sha256: ids.base64(32),
    id: ids.digits(16),
    ...((kind === "audio" || kind === "voice") && { voice: kind === "voice" }),
    ...(kind === "sticker" && { animated: false }),
  };
}

/** A media object of the On-Premises API; without an id when the client does not fetch files of this kind. */
export function onPremisesMedia(
  { kind, caption, filename, mimeType }: Media & { readonly kind: MediaKind },
  ids: Ids,
  isFetched: boolean,
): Json {
  return {
    ...(caption !== undefined && { caption }),
    ...(filename !== undefined && { filename }),
    mime_type: mimeType ?? mimeTypes[kind],
    sha256: ids.hex(32),
    ...(isFetched ? { id: ids.uuid() } : { status: "undownloaded" }),
  };
}
