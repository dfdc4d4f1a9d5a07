import type {
  ClaimedRecord,
  DeadLetter,
  InboxRecord,
  Settle,
  Store,
  StoreStats,
} from "@whatsapp-webhooks/core";
import type { FailureMessage } from "./failure.ts";

/** What the thread is told when it starts. */
export interface ThreadData {
  readonly path: string;
  /** Names the store in the file. It outlives a thread that died, and so do the store's leases. */
  readonly owner: string;
  /** Requests that an earlier thread died over: nobody knows what they took, so it must be let go. */
  readonly doubtful: readonly number[];
  readonly rememberMs: number;
  readonly deadLetterMaxAgeMs: number;
  readonly deadLetterLimitBytes: number;
  readonly limitBytes: number;
  /** For tests: two 64-bit floats that are added to the wall clock and to the ticks. */
  readonly skew: SharedArrayBuffer | undefined;
}

/** Every request: what goes to the thread, and what comes back. */
export interface Operations {
  commit: { input: PackedCommit; output: Awaited<ReturnType<Store["commit"]>> };
  claim: {
    input: { readonly records: number; readonly bytes: number };
    output: readonly ClaimedRecord[];
  };
  seen: { input: readonly string[]; output: readonly string[] };
  stats: { input: undefined; output: StoreStats };
  listDeadLetters: {
    input: { readonly after?: number; readonly limit: number };
    output: readonly DeadLetter[];
  };
  get: { input: string; output: InboxRecord | undefined };
  revive: { input: readonly string[]; output: number };
  discard: { input: readonly string[]; output: number };
  find: {
    input: Parameters<Store["find"]>[0];
    output: Awaited<ReturnType<Store["find"]>>;
  };
  replace: {
    input: { readonly id: string; readonly body: Uint8Array | undefined; readonly was: Uint8Array };
    output: boolean;
  };
  prune: { input: undefined; output: undefined };
  close: { input: undefined; output: undefined };
  /** For tests: a statement on the connection of the thread. */
  query: { input: string; output: readonly unknown[] };
  /** For tests: the thread ends, or carries out one more request and ends instead of answering it. */
  die: { input: "now" | "before-answering"; output: undefined };
}

export type OperationName = keyof Operations;

export interface RequestMessage {
  readonly request: number;
  readonly name: OperationName;
  readonly input: Operations[OperationName]["input"];
}

export type ReplyMessage =
  | { readonly request: number; readonly output: Operations[OperationName]["output"] }
  | { readonly request: number; readonly failure: FailureMessage };

/** A commit in columns, its bodies in one piece of memory that changes hands instead of being copied again. */
export interface PackedCommit {
  readonly ids: readonly string[];
  readonly receivedAt: readonly number[];
  readonly auths: readonly string[];
  readonly traces: readonly (string | undefined)[];
  readonly held: readonly boolean[];
  readonly sizes: readonly number[];
  readonly bodies: Uint8Array;
  readonly settles: readonly Settle[];
}
