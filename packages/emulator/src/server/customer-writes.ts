import type { Media, MediaKind } from "../customer-message.ts";
import type { Emulator } from "../emulator.ts";
import { isJson, type Json, textOf } from "../json.ts";

const mediaKinds: readonly MediaKind[] = [
  "image",
  "video",
  "audio",
  "voice",
  "document",
  "sticker",
];

/** `{ phone?, name?, username?, to?, type?, content?, media?, text?, replyTo? }`: the id of what the customer sent. */
export function receive(emulator: Emulator, message: Json): string {
  const customer = emulator.customer(textsOf(message, ["phone", "name", "username", "to"]));
  const options = textsOf(message, ["replyTo"]);
  const { text, type, content, media } = message;
  if (typeof text === "string") return customer.text(text, options);
  if (typeof type !== "string")
    throw new TypeError("`text` or `type` says what the customer sends.");
  const kind = mediaKinds.find((each) => each === type);
  // A file can be described, or be given as it is to stand in the body.
  if (kind === undefined || content !== undefined) return customer.send(type, content, options);
  return customer[kind](mediaOf(media), options);
}

function mediaOf(media: unknown): Media {
  return isJson(media) ? textsOf(media, ["caption", "filename", "mimeType"]) : {};
}

/** The properties of these names that are texts. */
function textsOf<Name extends string>(
  object: Json,
  names: readonly Name[],
): { readonly [Each in Name]?: string } {
  const texts: { [Each in Name]?: string } = {};
  for (const name of names) {
    const value = textOf(object[name]);
    if (value !== undefined) texts[name] = value;
  }
  return texts;
}
