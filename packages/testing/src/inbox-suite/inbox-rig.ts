import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  ConsumeContext,
  Deliver,
  Delivery,
  Inbox,
  InboxRecord,
  Outcome,
} from "@whatsapp-webhooks/core";
import { within } from "../within.ts";
import type { InboxPlace, InboxPlaceOptions, InboxSubject } from "./inbox-subject.ts";

/** One delivery as the suite saw it, to be answered when the case says so. */
export interface Delivered {
  readonly record: InboxRecord;
  readonly delivery: Delivery;
  answer(outcome: Outcome): void;
}

export const done = (...completed: string[]): Outcome => ({ kind: "done", completed });

export const deadLetter = (...completed: string[]): Outcome => ({
  kind: "dead_letter",
  completed,
  reason: "the last attempt failed",
});

let serial = 0;

export function recordOf(body: string | Uint8Array, id = `record-${++serial}`): InboxRecord {
  return {
    id,
    receivedAt: 1_790_000_000_000 + serial,
    auth: { kind: "signature" },
    body: Buffer.from(body),
  };
}

const silent = (): void => {};

/** What a case works with: a place, the inboxes opened on it, and what they delivered. */
export class InboxRig {
  readonly delivered: Delivered[] = [];
  /** Records are not cut unless a case is about that. */
  readonly context: ConsumeContext = {
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    cut: ({ body }) => [{ conversation: undefined, body }],
    // The suite holds two hundred at a time.
    concurrency: 256,
  };
  /** What the case waits for, in case it waits in vain. */
  waitsFor: () => string = () => "the case";
  readonly #patienceMs: number;
  #isOver = false;
  readonly #place: InboxPlace;
  readonly #inboxes = new Set<Inbox>();
  readonly #crashed = new Set<Inbox>();

  static async start(
    subject: InboxSubject,
    patienceMs: number,
    options: InboxPlaceOptions,
  ): Promise<InboxRig> {
    return new InboxRig(await within(patienceMs, "place()", subject.place(options)), patienceMs);
  }

  private constructor(place: InboxPlace, patienceMs: number) {
    this.#place = place;
    this.#patienceMs = patienceMs;
  }

  async open(): Promise<Inbox> {
    const inbox = await this.#place.open();
    this.#inboxes.add(inbox);
    return inbox;
  }

  async crash(inbox: Inbox): Promise<void> {
    assert.ok(this.#place.crash, "a durable subject needs crash()");
    await this.#place.crash(inbox);
    this.#inboxes.delete(inbox);
    this.#crashed.add(inbox);
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

  /** Resolves with the first `count` deliveries. */
  async deliveries(count: number): Promise<readonly Delivered[]> {
    await this.until(
      () => this.delivered.length >= count,
      () => `delivery ${this.delivered.length + 1} of ${count}`,
    );
    return this.delivered.slice(0, count);
  }

  /** Resolves when something is so. */
  async until(isSo: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
    this.waitsFor = what;
    while (!(await isSo())) {
      assert.ok(!this.#isOver, "the case was given up");
      await sleep(5);
    }
    this.waitsFor = () => "the case";
  }

  /** Rejects when more than `count` deliveries come within a while. */
  async noMoreThan(count: number, whileMs = 150): Promise<void> {
    await sleep(whileMs);
    assert.deepEqual(this.bodies().slice(count), [], "nothing else is delivered");
  }

  bodies(): string[] {
    return this.delivered.map(({ record }) => Buffer.from(record.body).toString("latin1"));
  }

  /** Ends everything, whatever state the case left it in. */
  async end(): Promise<void> {
    this.#isOver = true;
    for (const { answer } of this.delivered) answer({ kind: "release", completed: [] });
    // A crash that is only played leaves timers behind, which would keep this process from ending.
    const remains = [...this.#crashed].map((inbox) => inbox.close().catch(() => {}));
    const open = [...this.#inboxes].map((inbox) => inbox.close());
    await within(this.#patienceMs, "close() of the inboxes", Promise.all([...open, ...remains]));
    await this.#place.remove();
  }
}
