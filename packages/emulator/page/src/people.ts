import { computed, signal } from "@preact/signals";
import type { ChatMessage } from "../../src/conversations.ts";
import { textIn } from "./json.ts";
import { messages, state } from "./store.ts";

/** A customer that one can be. */
export interface Someone {
  readonly name: string;
  /** In digits; absent for who hides it behind a username. */
  readonly phone?: string;
  readonly username?: string;
}

/** Invented, to begin with: two with a number, one with a username alone. */
const starters: readonly Someone[] = [
  { name: "Dana Whitfield", phone: "12125550100" },
  { name: "Priya Raman", phone: "12125550142" },
  { name: "Kai Lindqvist", username: "kai.lindqvist" },
];

const added = signal<readonly Someone[]>([]);

/** More than anybody looks through; a load test has thousands. */
const MOST_SHOWN = 40;

/** Who was made up here, and whom the emulator has heard of last. */
export const people = computed<readonly Someone[]>(() => {
  const all = new Map<string, Someone>();
  for (const someone of [...starters, ...added.value]) all.set(idOf(someone), someone);
  const told = new Set<string>();
  for (const { customer } of messages.value.toReversed()) {
    const id = idOf(customer);
    const hasRoom = all.size < MOST_SHOWN || all.has(id) || id === currentId.value;
    if (hasRoom && !told.has(id)) all.set(id, customer);
    told.add(id);
  }
  return [...all.values()];
});

export const currentId = signal(idOf(starters[0] as Someone));
export const current = computed<Someone>(
  () =>
    people.value.find((someone) => idOf(someone) === currentId.value) ?? (starters[0] as Someone),
);

/** Whom the customers write to: the id of a number, or `on-premises`. */
const chosenLine = signal<string | undefined>(undefined);
export const line = computed(
  () => chosenLine.value ?? state.value?.numbers[0]?.id ?? "on-premises",
);
export function choose(id: string): void {
  chosenLine.value = id;
}

/** What tells people apart, as the emulator does: the number, or the username of who hides it. */
export function idOf({ phone, username, name }: Someone): string {
  return phone ?? (username === undefined ? name : `@${username}`);
}

export function add(someone: Someone): void {
  added.value = [...added.value, someone];
  show(idOf(someone));
}

/** The open conversation. */
export const conversation = computed<readonly ChatMessage[]>(() =>
  messages.value.filter(
    (message) => message.line === line.value && idOf(message.customer) === currentId.value,
  ),
);

/** The last reaction of each side to a message, by its id; an empty one was taken back. */
export const reactions = computed(() => {
  const all = new Map<string, { customer?: string; business?: string }>();
  for (const { type, from, content } of conversation.value) {
    const id = textIn(content, "message_id");
    if (type !== "reaction" || id === undefined) continue;
    all.set(id, { ...all.get(id), [from]: textIn(content, "emoji") ?? "" });
  }
  return all;
});

/** Messages of the business that nobody has looked at, by customer. */
export const unseen = signal<Readonly<Record<string, number>>>({});
const counted = new Set<string>();

export function show(id: string): void {
  currentId.value = id;
  unseen.value = { ...unseen.value, [id]: 0 };
}

/** Counts what is new for those who are not shown. Returns the newest message of the business to the one who is. */
export function countUnseen(all: readonly ChatMessage[]): ChatMessage | undefined {
  let newest: ChatMessage | undefined;
  const counts = { ...unseen.value };
  for (const message of all) {
    if (message.from !== "business" || counted.has(message.id)) continue;
    counted.add(message.id);
    const id = idOf(message.customer);
    if (id === currentId.value && message.line === line.value) newest = message;
    else counts[id] = (counts[id] ?? 0) + 1;
  }
  if (counted.size > 2 * all.length + 100) {
    counted.clear();
    for (const { id } of all) counted.add(id);
  }
  unseen.value = counts;
  return newest;
}
