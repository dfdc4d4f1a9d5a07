/**
 * Every webhook field, under its own name. An entry here is typed events; nothing else is to be registered.
 * @module
 */
export * from "./account.ts";
export * from "./account-update.ts";
export * from "./calls.ts";
export * from "./coexistence.ts";
export * from "./flows.ts";
export * from "./groups.ts";
export * from "./marketing.ts";
export * from "./messages.ts";
export * from "./routing.ts";
export * from "./templates.ts";
