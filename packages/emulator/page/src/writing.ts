import { signal } from "@preact/signals";
import type { ChatMessage } from "../../src/conversations.ts";
import { attempt, send, type Writing } from "./api.ts";
import { current, line } from "./people.ts";

/** The message that the next one answers. */
export const answering = signal<ChatMessage | undefined>(undefined);

/** Sends as the customer who is shown. Resolves to whether the emulator has taken it. */
export async function write(writing: Writing): Promise<boolean> {
  const { name, phone, username } = current.value;
  const message = { name, phone, username, to: line.value, ...writing };
  return (await attempt(() => send(message))) !== undefined;
}
