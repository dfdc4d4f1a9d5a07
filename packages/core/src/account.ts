// An account that the user says, because On-Premises bodies do not.
import { WebhookError } from "./errors.ts";
import type { Account } from "./inbox/inbox.ts";
import { checkOptions, type OptionTable, optionInvalid } from "./options.ts";

const table: OptionTable<Account> = {
  wabaId: "other",
  phoneNumberId: "other",
  displayPhoneNumber: "other",
};
const names = Object.keys(table);

/** Throws `option_invalid` for what is no account. `of` is the function that takes it, `option` its name. */
export function checkAccount(of: string, account: unknown, option: string): void {
  checkOptions(of, account, table, `${option}.`);
  for (const [name, id] of idsIn(account)) {
    if (typeof id === "string") continue;
    const got = id === null ? "null" : `a ${typeof id}`;
    throw optionInvalid(`${option}.${name} must be a text, got ${got}.`, of);
  }
}

/** The account that the user's function answered: by name, as the object may hold more, and a row of a database null. */
export function accountIn(answer: unknown): Account {
  const ids = idsIn(answer).filter(([, id]) => id !== null);
  if (typeof answer === "object" && ids.every(([, id]) => typeof id === "string"))
    return Object.fromEntries(ids);
  throw new WebhookError(
    "credentials_unavailable",
    `the onPremises.account function answered something other than an object with texts: ${names.join(", ")}.`,
  );
}

function idsIn(account: unknown): (readonly [string, unknown])[] {
  return names.flatMap((name) => {
    const id: unknown = Reflect.get(Object(account), name);
    return id === undefined ? [] : [[name, id] as const];
  });
}
