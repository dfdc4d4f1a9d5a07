import type { Activity } from "../activity.ts";
import type { Ledger } from "../audit.ts";
import type { Clock } from "../clock.ts";
import type { Complete } from "../complete.ts";
import type { Conversations } from "../conversations.ts";
import type { Random } from "../random.ts";
import type { Collection } from "../storage/storage.ts";
import type { Court } from "../verdict.ts";
import type { Connections } from "./connections.ts";
import type { Attempt, Journal } from "./journal.ts";
import type { Notification, Recipient } from "./notification.ts";
import { type Answer, post } from "./post.ts";
import { disturbanceOf, type Weather } from "./weather.ts";

/** What both lanes share. */
export interface Office {
  readonly clock: Clock;
  readonly random: Random;
  readonly activity: Activity;
  readonly journal: Journal;
  readonly conversations: Conversations;
  readonly ledger: Ledger;
  readonly court: Court;
  readonly connections: Connections;
  readonly requestTimeoutMs: number;
  readonly weather: () => Complete<Weather>;
}

/** What makes the Cloud API's lane and the On-Premises client's different. */
export interface LaneRules {
  /** How many notifications may be under way at once. */
  readonly concurrency: () => number;
  /** Who gets it, as things stand. Nobody: it is discarded. */
  readonly recipients: (notification: Notification) => readonly Recipient[];
  /** How long to wait after the n-th failure. */
  readonly waitMs: (failures: number) => number;
  /** How old a notification gets before it is given up. */
  readonly windowMs: number;
  /** Whether a notification is to survive a restart. */
  readonly persists: () => boolean;
}

/** Sends notifications, some at a time, and again until they are taken or too old. */
export class Lane {
  readonly #office: Office;
  readonly #rules: LaneRules;
  readonly #stored: Collection<Notification>;
  readonly #ready: { readonly notification: Notification; readonly over: () => void }[] = [];
  readonly #waiting = new Map<string, { readonly notification: Notification; cancel(): void }>();
  readonly #memoryOnly = new Map<string, Notification>();
  #running = 0;
  #isOpen = false;
  #whenStopped: (() => void) | undefined;

  constructor(office: Office, rules: LaneRules, stored: Collection<Notification>) {
    this.#office = office;
    this.#rules = rules;
    this.#stored = stored;
  }

  /** Takes up what an earlier run left, and begins to send. */
  start(): void {
    this.#isOpen = true;
    for (const [, notification] of this.#stored.all()) {
      this.#office.ledger.sent(notification.units);
      this.#schedule(notification);
    }
    this.#pump();
  }

  /** Sends nothing more; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#isOpen = false;
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
    for (const { over } of this.#ready.splice(0)) over();
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#whenStopped = resolve));
    for (const notification of this.#memoryOnly.values()) {
      const recipients = this.#rules.recipients(notification);
      for (const name of [
        ...recipients.map((each) => each.name),
        ...this.#gone(notification, recipients),
      ])
        this.#office.journal.settled(notification, name, "lost");
      this.#office.court.settled("lost");
    }
    this.#memoryOnly.clear();
  }

  /** Returns at once; what is stopped keeps it for later. */
  add(notification: Notification): void {
    this.#office.ledger.sent(notification.units);
    this.#keep(notification);
    if (this.#isOpen) this.#schedule(notification);
  }

  #keep(notification: Notification): void {
    if (this.#rules.persists()) {
      this.#stored.put(notification.id, notification);
      return;
    }
    this.#stored.delete(notification.id);
    this.#memoryOnly.set(notification.id, notification);
  }

  #forget({ id }: Notification): void {
    this.#stored.delete(id);
    this.#memoryOnly.delete(id);
  }

  #schedule(notification: Notification): void {
    const delayMs = notification.dueAt - this.#office.clock.now();
    if (delayMs <= 0) {
      this.#ready.push({ notification, over: this.#office.activity.begin("now") });
      this.#pump();
      return;
    }
    const over = this.#office.activity.begin(notification.failures > 0 ? "later" : "soon");
    const cancelTimer = this.#office.clock.setTimer(delayMs, () => {
      this.#waiting.delete(notification.id);
      this.#ready.push({ notification, over: this.#office.activity.begin("now") });
      over();
      this.#pump();
    });
    this.#waiting.set(notification.id, {
      notification,
      cancel() {
        cancelTimer();
        over();
      },
    });
  }

  #pump(): void {
    while (this.#isOpen && this.#running < this.#rules.concurrency()) {
      const next = this.#ready.shift();
      if (next === undefined) return;
      this.#running++;
      void this.#run(next.notification).finally(() => {
        this.#running--;
        next.over();
        if (this.#running === 0) this.#whenStopped?.();
        this.#pump();
      });
    }
  }

  async #run(notification: Notification): Promise<void> {
    const { journal, ledger, court } = this.#office;
    const recipients = this.#rules.recipients(notification);
    const gone = this.#gone(notification, recipients);
    for (const name of gone) journal.settled(notification, name, "discarded");
    if (recipients.length === 0) {
      this.#forget(notification);
      if (gone.length === 0) journal.settled(notification, "nobody", "discarded");
      court.settled("discarded");
      return;
    }
    const attempts = await Promise.all(
      recipients.map((recipient) => this.#attempt(notification, recipient)),
    );
    const failed = attempts.filter((attempt) => !isGood(attempt));
    for (const [i, { name }] of recipients.entries()) {
      const attempt = attempts[i];
      if (attempt === undefined || !isGood(attempt)) continue;
      ledger.accepted(notification.units, name);
      journal.settled(notification, name, "delivered");
    }
    if (failed.length === 0) this.#forget(notification);
    else this.#again(notification, recipients, failed);
  }

  /** Who has been tried before and is subscribed no longer: their deliveries end here, too. */
  #gone(notification: Notification, recipients: readonly Recipient[]): readonly string[] {
    return (notification.tried ?? []).filter(
      (name) =>
        recipients.every((recipient) => recipient.name !== name) &&
        this.#office.journal.has(notification, name),
    );
  }

  #again(
    notification: Notification,
    recipients: readonly Recipient[],
    failed: readonly Attempt[],
  ): void {
    const { clock, journal, court } = this.#office;
    const isBlamed =
      notification.isBlamed === true || failed.some(({ weather }) => weather === undefined);
    const failures = notification.failures + 1;
    const dueAt = clock.now() + this.#rules.waitMs(failures);
    if (dueAt - notification.createdAt > this.#rules.windowMs) {
      this.#forget(notification);
      for (const { name } of recipients) journal.settled(notification, name, "given_up");
      court.givenUp(isBlamed);
      return;
    }
    for (const { weather } of failed) if (weather === undefined) court.retried();
    const names = recipients.map(({ name }) => name);
    const tried = [...new Set([...(notification.tried ?? []), ...names])];
    const next = { ...notification, failures, isBlamed, dueAt, tried };
    this.#keep(next);
    for (const { name } of recipients) journal.postponed(notification, name, dueAt);
    if (this.#isOpen) this.#schedule(next);
  }

  async #attempt(notification: Notification, recipient: Recipient): Promise<Attempt> {
    const { clock, random, connections, requestTimeoutMs, weather, journal, court } = this.#office;
    const { name, url, authorities } = recipient;
    const at = clock.now();
    const body = Buffer.from(notification.body);
    const headers = recipient.headers(body);
    const disturbance = disturbanceOf(
      weather(),
      random,
      notification.id,
      notification.failures,
      name,
    );
    journal.begun(notification, name);
    const answer = await post({
      method: "POST",
      url,
      headers,
      body,
      agent: connections.agentFor(url, authorities),
      timeoutMs: requestTimeoutMs,
      disturbance,
    });
    const attempt: Attempt = {
      at,
      number: notification.failures + 1,
      url: withoutCredentials(url),
      headers,
      ...outcomeOf(answer),
    };
    court.attempted(attempt, notification.body);
    journal.attempted(notification, name, attempt);
    return attempt;
  }
}

/** Exactly 200 counts. */
function isGood({ status, weather }: Attempt): boolean {
  return status === 200 && weather === undefined;
}

function outcomeOf({
  status,
  failure,
  code,
  answerMs,
  cut,
}: Answer): Pick<Attempt, "status" | "failure" | "code" | "answerMs" | "weather"> {
  return {
    answerMs,
    ...(status !== undefined && { status }),
    ...(failure !== undefined && { failure }),
    ...(code !== undefined && { code }),
    // A receiver that failed by itself has no excuse in the weather.
    ...(cut !== undefined && !(cut === "lostAnswers" && status !== 200) && { weather: cut }),
  };
}

function withoutCredentials(url: URL): string {
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  return shown.href;
}
