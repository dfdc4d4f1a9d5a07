import type { ChatMessage } from "../../src/conversations.ts";
import { objectIn, textIn } from "./json.ts";

/** Kinds whose text says enough. */
const speaking = ["text", "interactive", "button"];

/** A message in a few words: for quotations, and for screen readers. */
export function summary({ type, content }: ChatMessage): string {
  const text =
    textIn(content, "body") ??
    textIn(objectIn(content, "body"), "text") ??
    textIn(content, "caption") ??
    textIn(content, "text") ??
    textIn(content, "emoji") ??
    textIn(objectIn(content, "button_reply"), "title") ??
    textIn(objectIn(content, "list_reply"), "title") ??
    textIn(content, "name") ??
    textIn(content, "filename");
  if (text === undefined) return type;
  return speaking.includes(type) ? shorten(text) : `${type}: ${shorten(text)}`;
}

function shorten(text: string): string {
  const letters = [...text];
  return letters.length > 80 ? `${letters.slice(0, 79).join("")}…` : text;
}
