/**
 * Everything in a body that has to reach some event, found without the code under test: what the `raw` of events must be,
 * in this order in the field `messages` and in the On-Premises API. Undefined for a body that has neither API's outer shape.
 */
export function itemsIn(body: unknown): unknown[] | undefined {
  if (!isObject(body)) return undefined;
  if (Array.isArray(body.entry)) {
    const isOurs = body.object === undefined || body.object === "whatsapp_business_account";
    return isOurs ? body.entry.flatMap(inEntry) : undefined;
  }
  if (body.object !== undefined || body.entry !== undefined) return undefined;
  const lists = ["contacts", "messages", "statuses", "errors"];
  if (!lists.some((list) => Array.isArray(body[list]))) return undefined;
  const items = lists
    .flatMap((list) => listOf(body[list]))
    .filter((item) => !isObject(item) || Object.keys(item).length > 0);
  return [...items, ...(hasOtherList(body, lists) ? [body] : [])];
}

/** The lists whose elements are items of their own, by field. All other fields are one item. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  messages: ["contacts", "messages", "statuses", "errors", "user_actions"],
  smb_message_echoes: ["contacts", "message_echoes"],
  message_echoes: ["contacts", "message_echoes", "messages"],
  smb_app_state_sync: ["state_sync"],
  calls: ["contacts", "calls", "statuses", "errors"],
  group_lifecycle_update: ["groups"],
  group_participants_update: ["groups"],
  group_settings_update: ["groups"],
  group_status_update: ["groups"],
  automatic_events: ["automatic_events"],
  tracking_events: ["events"],
  user_preferences: ["contacts", "user_preferences"],
  user_id_update: ["contacts", "user_id_update"],
};

function inEntry(entry: unknown): unknown[] {
  const changes = isObject(entry) ? listOf(entry.changes) : [];
  return changes.length === 0 ? [entry] : changes.flatMap(inChange);
}

function inChange(change: unknown): unknown[] {
  const { field, value } = isObject(change) ? change : {};
  if (typeof field !== "string" || !isObject(value)) return [change];
  if (field === "history") return withNews(inHistory(value), change);
  if (field === "standby") return withNews(inStandby(value), change);
  const lists = Object.hasOwn(LISTS, field) ? LISTS[field] : undefined;
  if (lists === undefined) return [change];
  const items = lists.flatMap((list) => listOf(value[list]));
  return withNews({ items, hasNews: hasOtherList(value, lists) }, change);
}

interface Found {
  readonly items: readonly unknown[];
  readonly hasNews: boolean;
}

/** Messages of threads, and what comes beside them. */
function inHistory({ history, ...beside }: Readonly<Record<string, unknown>>): Found {
  const chunks = Array.isArray(history) ? history.filter(isObject) : [];
  const lists = chunks.map(({ threads }) => threads).filter(Array.isArray);
  const threads = lists.flat().filter(isObject);
  const known = ["contacts", "messages", "message_echoes", "errors"];
  return {
    items: [
      ...known.flatMap((list) => listOf(beside[list])),
      ...threads.flatMap(({ messages }) => (messages === undefined ? [] : messages)),
      ...chunks.flatMap(({ errors }) => listOf(errors)),
      ...chunks.flatMap(({ metadata }) => (metadata === undefined ? [] : [metadata])),
    ],
    hasNews: hasOtherList(beside, known),
  };
}

function inStandby({ standby, ...beside }: Readonly<Record<string, unknown>>): Found {
  const inside = isObject(standby) ? standby : {};
  const known = ["contacts", "messages", "statuses", "message_echoes"];
  return {
    items: known.flatMap((list) => listOf(inside[list])),
    hasNews: hasOtherList(inside, known) || hasOtherList(beside, []),
  };
}

/** The change itself is an item, too, if there is anything in it that nobody knows, or nothing at all. */
function withNews({ items, hasNews }: Found, change: unknown): unknown[] {
  return items.length === 0 || hasNews ? [...items, change] : [...items];
}

function hasOtherList(value: Readonly<Record<string, unknown>>, known: readonly string[]): boolean {
  return Object.entries(value).some(
    ([key, list]) => Array.isArray(list) && list.length > 0 && !known.includes(key),
  );
}

/** A list, whatever it is: nothing for null, one element for anything that is not a list. */
function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
