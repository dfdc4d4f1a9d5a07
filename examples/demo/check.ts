import type { PrintedEvent } from "../receiver/printed-event.ts";

/** What a request must lead to. */
export interface Expectation {
  readonly status: number;
  /** What the answer must say; left out where that does not matter. */
  readonly body?: string;
  /** Names of the events, `contact` left out: whether a profile is news depends on what came before. */
  readonly events: readonly string[];
  /** Names in the profiles it carries. Each is told once as a `contact` event, and again only if something in it changed. */
  readonly profiles: readonly string[];
}

export interface Answer {
  /** 0 if there was none. */
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

export type Arrival = Pick<PrintedEvent, "name" | "key" | "sender">;

/** One request and all that came of it. */
export interface Exchange<Event extends Arrival = Arrival> {
  readonly label: string;
  readonly expects: Expectation;
  readonly answer: Answer | undefined;
  readonly arrived: readonly Event[];
}

export interface Problem {
  readonly kind: "wrong answer" | "lost" | "handled twice" | "unexpected";
  /** The request it happened to. */
  readonly label: string;
  readonly what: string;
}

/** Compares what was sent with what came of it. Empty if nothing was lost, handled twice or answered wrongly. */
export function problemsOf(exchanges: readonly Exchange[]): Problem[] {
  const problems: Problem[] = [];
  const keys = new Set<string>();
  const told = new Set<string>();
  for (const { label, expects, answer, arrived } of exchanges) {
    const add = (kind: Problem["kind"], what: string) => problems.push({ kind, label, what });
    const isRight =
      answer?.status === expects.status && [undefined, answer.body].includes(expects.body);
    if (!isRight) add("wrong answer", `${inWords(answer)} instead of ${inWords(expects)}`);

    const awaited = [...expects.events];
    const profiles = [...expects.profiles];
    for (const { name, key, sender } of arrived) {
      const list = name === "contact" ? profiles : awaited;
      const item = name === "contact" ? (sender?.name ?? "") : name;
      if (keys.has(key)) add("handled twice", name);
      else if (!take(list, item)) add("unexpected", name);
      keys.add(key);
      if (name === "contact") told.add(sender?.name ?? "");
    }
    for (const name of awaited) add("lost", name);
    for (const name of profiles) {
      if (!told.has(name)) add("lost", `contact (${name})`);
      told.add(name);
    }
  }
  return problems;
}

function inWords(answer: { status: number; body?: string } | undefined): string {
  if (answer === undefined || answer.status === 0) return "no answer";
  const { status, body } = answer;
  return body === undefined ? String(status) : `${status} "${body.slice(0, 40)}"`;
}

/** Removes one of the items; says whether there was one. */
function take(items: string[], item: string): boolean {
  const index = items.indexOf(item);
  if (index !== -1) items.splice(index, 1);
  return index !== -1;
}
