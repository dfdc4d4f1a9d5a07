import type { Append, ClaimedRecord, Settle, Store } from "@whatsapp-webhooks/core";

// What the cases write and read.

export interface AppendOptions {
  readonly size?: number;
  readonly held?: boolean;
}

const RECEIVED_AT = 1_790_000_000_000;
let serial = 0;

/** Each received later than the one before. */
export function append(id: string, { size = 100, held = false }: AppendOptions = {}): Append {
  const body = new Uint8Array(size).fill(id.charCodeAt(id.length - 1));
  const auth = { kind: "signature", tenant: "shop" } as const;
  return { record: { id, receivedAt: RECEIVED_AT + ++serial, auth, body }, held };
}

/** Returns the ids left out, sorted: their order means nothing. */
export async function appendAll(
  store: Store,
  ids: readonly string[],
  options?: AppendOptions,
): Promise<string[]> {
  const appends = ids.map((id) => append(id, options));
  const { leftOut } = await store.commit({ appends, settles: [] });
  return [...leftOut].sort();
}

export async function settleAll(store: Store, ...settles: readonly Settle[]): Promise<void> {
  await store.commit({ appends: [], settles });
}

export const done = (id: string, ...completed: string[]): Settle => ({
  id,
  kind: "done",
  completed,
});

export const release = (id: string, ...completed: string[]): Settle => ({
  id,
  kind: "release",
  completed,
});

export const retry = (id: string, delayMs: number, ...completed: string[]): Settle => ({
  id,
  kind: "retry",
  completed,
  delayMs,
  reason: "a handler failed",
});

export const deadLetter = (id: string, ...completed: string[]): Settle => ({
  id,
  kind: "dead_letter",
  completed,
  reason: "the last attempt failed",
});

/** Without limits that matter, unless they are given. */
export function claim(
  store: Store,
  { records = 1_000, bytes = 100_000_000 }: { records?: number; bytes?: number } = {},
): Promise<readonly ClaimedRecord[]> {
  return store.claim({ records, bytes });
}

export async function claimIds(
  store: Store,
  limits?: { records?: number; bytes?: number },
): Promise<string[]> {
  return idsOf(await claim(store, limits));
}

export const idsOf = (claimed: readonly ClaimedRecord[]): string[] =>
  claimed.map(({ record }) => record.id);

/** What a claim tells about records beside their bytes. */
export const historyOf = (claimed: readonly ClaimedRecord[]) =>
  claimed.map(({ record, attempts, completed }) => ({
    id: record.id,
    attempts,
    completed: [...completed].sort(),
  }));

/** As an erasure does it: what was read gets another body, or none. */
export async function replace(store: Store, id: string, body?: string): Promise<boolean> {
  const record = await store.get(id);
  if (record === undefined) return false;
  return store.replace(id, body === undefined ? undefined : Buffer.from(body), record.body);
}

export const range = (count: number, prefix = "r"): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** Which of these keys the store remembers, in their order. */
export async function seenOf(store: Store, ...keys: string[]): Promise<string[]> {
  const seen = await store.seen(keys);
  return keys.filter((key) => seen.has(key));
}
