/**
 * The items that a body holds, counted without the code under test: what each event, profiles aside, must have as `raw`,
 * in this order. Undefined for a body that has neither API's outer shape.
 */
export function expectedItems(body: unknown): unknown[] | undefined {
  if (!isObject(body)) return undefined;
  if (Array.isArray(body.entry)) {
    const isOurs = body.object === undefined || body.object === "whatsapp_business_account";
    return isOurs ? body.entry.flatMap(inEntry) : undefined;
  }
  if (body.object !== undefined || body.entry !== undefined) return undefined;
  const lists = ["contacts", "messages", "statuses", "errors"].filter((list) =>
    Array.isArray(body[list]),
  );
  return lists.length === 0 ? undefined : onPremises(body);
}

function onPremises(body: Record<string, unknown>): unknown[] {
  const present = (list: string): unknown[] =>
    asList(body[list]).filter((item) => !isObject(item) || Object.keys(item).length > 0);
  const checks = present("contacts").filter((item) => isObject(item) && item.input !== undefined);
  const items = ["messages", "statuses", "errors"].flatMap(present);
  const isNews = hasOtherList(body, ["contacts", "messages", "statuses", "errors"]);
  return [...checks, ...items, ...(isNews ? [body] : [])];
}

function inEntry(entry: unknown): unknown[] {
  const changes = isObject(entry) ? asList(entry.changes) : [];
  return changes.length === 0 ? [entry] : changes.flatMap(inChange);
}

function inChange(change: unknown): unknown[] {
  if (!isObject(change) || change.field !== "messages" || !isObject(change.value)) return [change];
  const { value } = change;
  const items = ["messages", "statuses", "errors", "user_actions"].flatMap((list) =>
    asList(value[list]),
  );
  const known = ["contacts", "messages", "statuses", "errors", "user_actions"];
  const isEmpty = items.length === 0 && asList(value.contacts).length === 0;
  return [...items, ...(isEmpty || hasOtherList(value, known) ? [change] : [])];
}

function hasOtherList(value: Record<string, unknown>, known: readonly string[]): boolean {
  for (const key of Object.keys(value)) {
    const list = value[key];
    if (!known.includes(key) && Array.isArray(list) && list.length > 0) return true;
  }
  return false;
}

function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
