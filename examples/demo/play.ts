import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Emulator, Json } from "@whatsapp-webhooks/emulator";
import type { PrintedEvent } from "../receiver/printed-event.ts";
import { type Answer, type Exchange, type Expectation, problemsOf } from "./check.ts";
import { CHALLENGE, deliver, forge, introduce } from "./platform.ts";
import type { Delivery } from "./script.ts";

/** How long an event may take to come; half as long after each request of which one did not, so that the demo ends soon. */
const PATIENCE_MS = 2_000;
/** How long it listens on when all has come, for events that come twice. */
const ENCORE_MS = 150;
/** Apart in time, so that the moment an event was received at names the request it came in. */
const PAUSE_MS = 2;

interface Played extends Exchange<PrintedEvent> {
  readonly sentAt: number;
  answer: Answer | undefined;
  readonly arrived: PrintedEvent[];
}

/** Has the platform send one thing after the other, and tells for each the events that came of it. */
export class Play {
  readonly #emulator: Emulator;
  readonly #exchanges: Played[] = [];
  #patienceMs = PATIENCE_MS;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  get exchanges(): readonly Exchange<PrintedEvent>[] {
    return this.#exchanges;
  }

  /** To be called with every event the app prints. */
  hear(event: PrintedEvent): void {
    const receivedAt = Date.parse(event.receivedAt);
    const cause = this.#exchanges.findLast(({ sentAt }) => sentAt <= receivedAt);
    (cause ?? this.#exchanges[0])?.arrived.push(event);
  }

  handshake(url: string): Promise<Exchange<PrintedEvent>> {
    return this.#exchange(
      "handshake",
      { status: 200, body: CHALLENGE, events: [], profiles: [] },
      () => introduce(this.#emulator, url),
    );
  }

  deliver(
    url: string,
    { label, fixture, auth, silence }: Delivery,
  ): Promise<Exchange<PrintedEvent>> {
    const { events, body } = readFixture(fixture);
    const isHeard = silence === undefined;
    const expects = {
      status: auth === "forged" ? 401 : 200,
      events: isHeard ? events.filter((name) => name !== "contact") : [],
      profiles: isHeard ? profileNames(body) : [],
    };
    return this.#exchange(label, expects, () =>
      auth === "forged" ? forge(url, body) : deliver(this.#emulator, body),
    );
  }

  /** Waits for what may still come, then there is nothing more to hear. */
  async end(): Promise<void> {
    await sleep(ENCORE_MS);
  }

  async #exchange(
    label: string,
    expects: Expectation,
    send: () => Promise<Answer>,
  ): Promise<Exchange<PrintedEvent>> {
    const exchange: Played = { label, expects, sentAt: Date.now(), answer: undefined, arrived: [] };
    const lostBefore = countLost(this.#exchanges);
    this.#exchanges.push(exchange);
    exchange.answer = await send();
    const deadline = performance.now() + this.#patienceMs;
    while (countLost(this.#exchanges) > lostBefore && performance.now() < deadline) await sleep(1);
    if (countLost(this.#exchanges) > lostBefore) this.#patienceMs /= 2;
    await sleep(PAUSE_MS);
    return exchange;
  }
}

function countLost(exchanges: readonly Exchange[]): number {
  return problemsOf(exchanges).filter(({ kind }) => kind === "lost").length;
}

interface Fixture {
  readonly events: readonly string[];
  readonly body: Json;
}

function readFixture(name: string): Fixture {
  const file = new URL(`../../fixtures/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as Fixture;
}

/** Names in the profiles of a body, however deep they lie: Cloud API bodies keep them in each change. */
function profileNames(body: Json): string[] {
  const names: string[] = [];
  JSON.stringify(body, (key, value) => {
    if (key === "profile" && value?.name !== undefined) names.push(value.name);
    return value;
  });
  return names;
}
