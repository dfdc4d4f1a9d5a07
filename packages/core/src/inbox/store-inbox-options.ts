import { checkOptions, type OptionTable, withDefaults } from "../options.ts";

/** What the process does, how much may wait, and how often to look for more. */
export interface StoreInboxOptions {
  /**
   * What this process does: `receive` only stores, for another process on the same store to handle (it needs no handlers and
   * no `start()`), `both` handles as well. Default `both`.
   */
  readonly role?: "receive" | "both" | undefined;
  /** Bytes of bodies that may wait to be written; more is answered 503. Default 64 MiB. */
  readonly pendingLimitBytes?: number | undefined;
  /** Records handed to the processor at one time. Default 4,096. */
  readonly windowRecords?: number | undefined;
  /** Bytes of their bodies. Default 16 MiB. */
  readonly windowBytes?: number | undefined;
  /**
   * How often to look for what is due again or was left by others, in milliseconds. Default 500. A dead process is found in two
   * looks: above 1,000 it takes longer until another goes on with what it held.
   */
  readonly pollMs?: number | undefined;
}

/**
 * For inboxes that take these options beside their own.
 * @internal
 */
export const storeInboxTable: OptionTable<StoreInboxOptions> = {
  role: ["receive", "both"],
  pendingLimitBytes: "limit",
  windowRecords: "whole",
  windowBytes: "limit",
  pollMs: "time",
};

export type StoreInboxLimits = Required<{
  readonly [K in keyof StoreInboxOptions]: Exclude<StoreInboxOptions[K], undefined>;
}>;

export const defaults: StoreInboxLimits = {
  role: "both",
  pendingLimitBytes: 64 * 1024 * 1024,
  windowRecords: 4_096,
  windowBytes: 16 * 1024 * 1024,
  pollMs: 500,
};

/** All of them, checked. */
export function limitsOf(options: StoreInboxOptions): StoreInboxLimits {
  checkOptions("storeInbox", options, storeInboxTable);
  return withDefaults(defaults, options);
}
