import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClaimedRecord, Store } from "@whatsapp-webhooks/core";
import { within } from "../within.ts";
import { claim, idsOf } from "./batches.ts";
import type { StorePlace, StorePlaceOptions, StoreSubject } from "./store-subject.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const POLL_MS = 20;

/** What a case works with: a place, the stores opened on it, and its clocks. */
export class StoreRig {
  readonly leaseMs: number;
  readonly rememberMs: number;
  readonly deadLetterMaxAgeMs: number;
  /** What the case waits for, in case it waits in vain. */
  waitsFor = "the case";
  readonly #hasClocks: boolean;
  readonly #patienceMs: number;
  readonly #place: StorePlace;
  readonly #stores = new Set<Store>();
  #isOver = false;

  static async start(
    subject: StoreSubject,
    patienceMs: number,
    options: StorePlaceOptions,
  ): Promise<StoreRig> {
    const place = await within(patienceMs, "place()", subject.place(options));
    return new StoreRig(subject, patienceMs, place);
  }

  private constructor(subject: StoreSubject, patienceMs: number, place: StorePlace) {
    this.leaseMs = subject.leaseMs ?? 5_000;
    this.rememberMs = subject.rememberMs ?? 8 * DAY_MS;
    this.deadLetterMaxAgeMs = subject.deadLetterMaxAgeMs ?? 30 * DAY_MS;
    this.#hasClocks = subject.lacks?.clocks === undefined;
    this.#patienceMs = patienceMs;
    this.#place = place;
  }

  /** A store of another process. */
  async open(): Promise<Store> {
    const store = await this.#place.open();
    this.#stores.add(store);
    return store;
  }

  async crash(store: Store): Promise<void> {
    this.#stores.delete(store);
    await this.#place.crash(store);
  }

  async close(store: Store): Promise<void> {
    this.#stores.delete(store);
    await store.close();
  }

  moveWallClock(milliseconds: number): void {
    assert.ok(this.#place.moveWallClock, "a subject that does not lack clocks can move them");
    this.#place.moveWallClock(milliseconds);
  }

  moveTickClock(milliseconds: number): void {
    assert.ok(this.#place.moveTickClock, "a subject that does not lack clocks can move them");
    this.#place.moveTickClock(milliseconds);
  }

  /** Until what dead processes held is for others, who may have to ask more than once to be sure. */
  async outliveLeases(): Promise<void> {
    if (this.#hasClocks) this.moveTickClock(this.leaseMs);
    else await sleep(this.leaseMs);
  }

  /** Between one look and the next. */
  async pause(): Promise<void> {
    assert.ok(!this.#isOver, "the case was given up");
    await sleep(POLL_MS);
  }

  /** Claims until these have come, in whatever order. */
  async claimUntil(store: Store, ids: readonly string[]): Promise<readonly ClaimedRecord[]> {
    const claimed: ClaimedRecord[] = [];
    for (;;) {
      claimed.push(...(await claim(store)));
      const missing = ids.filter((id) => !idsOf(claimed).includes(id));
      this.waitsFor = missing.length === 0 ? "the case" : `a claim of ${missing}`;
      if (missing.length === 0) return claimed;
      await this.pause();
    }
  }

  /** Fails when anything can be claimed for so long. */
  async claimsNothing(store: Store, whileMs: number, why: string): Promise<void> {
    const until = performance.now() + whileMs;
    do {
      assert.deepEqual(idsOf(await claim(store)), [], why);
      await this.pause();
    } while (performance.now() < until);
  }

  /** Ends everything, whatever state the case left it in. */
  async end(): Promise<void> {
    this.#isOver = true;
    await within(
      this.#patienceMs,
      "close() of the stores",
      Promise.all([...this.#stores].map((store) => store.close())),
    );
    await this.#place.remove();
  }
}
