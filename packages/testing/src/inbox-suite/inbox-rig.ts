import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Deliver, Delivery, Inbox, InboxRecord, Outcome } from "@whatsapp-webhooks/core";
import type { InboxPlace, InboxSubject } from "./inbox-subject.ts";

/** One delivery as the suite saw it, to be answered when the case says so. */
export interface Delivered {
  readonly record: InboxRecord;
  readonly delivery: Delivery;
  answer(outcome: Outcome): void;
}

export const done = (...completed: string[]): Outcome => ({ kind: "done", completed });

let serial = 0;

export function recordOf(body: string | Uint8Array, id = `record-${++serial}`): InboxRecord {
  return {
    id,
    receivedAt: 1_790_000_000_000 + serial,
    auth: { kind: "signature" },
    body: Buffer.from(body),
  };
}

/** What a case works with: a place, the inboxes opened on it, and what they delivered. */
export class InboxRig {
  readonly delivered: Delivered[] = [];
  readonly #subject: InboxSubject;
  readonly #patienceMs: number;
  readonly #inboxes: Inbox[] = [];
  #place: InboxPlace | undefined;

  constructor(subject: InboxSubject, patienceMs: number) {
    this.#subject = subject;
    this.#patienceMs = patienceMs;
  }

  async open(): Promise<Inbox> {
    this.#place ??= await this.#subject.place();
    const inbox = await this.#place.open();
    this.#inboxes.push(inbox);
    return inbox;
  }

  async crash(inbox: Inbox): Promise<void> {
    assert.ok(this.#place?.crash, "a durable subject needs crash()");
    await this.#place.crash(inbox);
    this.#inboxes.splice(this.#inboxes.indexOf(inbox), 1);
  }

  /** Takes deliveries; each waits for its answer. */
  readonly hold: Deliver = (record, delivery) =>
    new Promise((answer) => {
      this.delivered.push({ record, delivery, answer });
    });

  /** Takes deliveries and answers each at once. */
  answering(outcome: (delivered: Omit<Delivered, "answer">) => Outcome): Deliver {
    return async (record, delivery) => {
      this.delivered.push({ record, delivery, answer() {} });
      return outcome({ record, delivery });
    };
  }

  /** Resolves with the first `count` deliveries, or rejects when they do not come. */
  async deliveries(count: number): Promise<readonly Delivered[]> {
    const until = Date.now() + this.#patienceMs;
    while (this.delivered.length < count) {
      assert.ok(
        Date.now() < until,
        `${this.delivered.length} of ${count} deliveries came within ${this.#patienceMs} ms`,
      );
      await sleep(5);
    }
    return this.delivered.slice(0, count);
  }

  /** Rejects when more than `count` deliveries come within a while. */
  async noMoreThan(count: number, whileMs = 150): Promise<void> {
    await sleep(whileMs);
    assert.deepEqual(this.bodies().slice(count), [], "nothing else is delivered");
  }

  bodies(): string[] {
    return this.delivered.map(({ record }) => Buffer.from(record.body).toString("latin1"));
  }

  async end(): Promise<void> {
    for (const { answer } of this.delivered) answer({ kind: "release", completed: [] });
    for (const inbox of this.#inboxes) await inbox.close();
    await this.#place?.remove();
  }
}
