import { checkOptions, type OptionTable, withDefaults } from "../options.ts";

/** How much may wait, and how often to look for more. */
export interface StoreInboxOptions {
  /** Bytes of bodies that may wait to be written; more is answered 503. Default 64 MiB. */
  readonly pendingLimitBytes?: number | undefined;
  /** Records handed to the processor at one time. Default 4,096. */
  readonly windowRecords?: number | undefined;
  /** Bytes of their bodies. Default 16 MiB. */
  readonly windowBytes?: number | undefined;
  /** How often to look for what is due again or was left by others. Default 500. */
  readonly pollMs?: number | undefined;
}

/**
 * For inboxes that take these options beside their own.
 * @internal
 */
export const storeInboxTable: OptionTable<StoreInboxOptions> = {
  pendingLimitBytes: "limit",
  windowRecords: "whole",
  windowBytes: "limit",
  pollMs: "time",
};

const defaults = {
  pendingLimitBytes: 64 * 1024 * 1024,
  windowRecords: 4_096,
  windowBytes: 16 * 1024 * 1024,
  pollMs: 500,
};

export type StoreInboxLimits = typeof defaults;

/** All of them, checked. */
export function limitsOf(options: StoreInboxOptions): StoreInboxLimits {
  checkOptions("storeInbox", options, storeInboxTable);
  return withDefaults(defaults, options);
}
