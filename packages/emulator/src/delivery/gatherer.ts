import type { Ids } from "../ids.ts";
import type { Unit } from "../unit.ts";
import type { Lane, Office } from "./lane.ts";
import type { Api, Notification, Route } from "./notification.ts";

/** Something that happened, before it is known which body it will travel in. */
export interface Parcel<Content> {
  /** Only parcels of one group share a body. */
  readonly group: string;
  readonly route?: Route;
  readonly units: readonly Unit[];
  /** Keys of the profiles that come along. */
  readonly profiles: readonly string[];
  readonly content: Content;
  /** About as long as this in a body. */
  readonly bytes: number;
}

interface Batch<Content> {
  readonly parcels: Parcel<Content>[];
  /** Ends the wait for more. */
  readonly over: () => void;
}

/** Makes bodies of what happens: one each, or as the weather has it, later, together, several at once, and twice. */
export class Gatherer<Content> {
  readonly #api: Api;
  readonly #office: Office;
  readonly #ids: Ids;
  readonly #lane: Lane;
  readonly #assemble: (contents: readonly Content[], id: string) => string;
  readonly #heldBack = new Map<Parcel<Content>, () => void>();
  readonly #batches = new Map<string, Batch<Content>>();
  #burst: Notification[] = [];
  #endBurstWait: (() => void) | undefined;

  constructor(
    api: Api,
    office: Office,
    ids: Ids,
    lane: Lane,
    assemble: (contents: readonly Content[], id: string) => string,
  ) {
    this.#api = api;
    this.#office = office;
    this.#ids = ids;
    this.#lane = lane;
    this.#assemble = assemble;
  }

  take(parcel: Parcel<Content>): void {
    const { random, weather, ledger } = this.#office;
    const { reordering, holdBackMs } = weather();
    ledger.sent(parcel.units);
    ledger.sentProfiles(parcel.profiles);
    const id = this.#ids.next();
    if (random.draw("reordering", id) >= reordering) {
      this.#gather(parcel);
      return;
    }
    const end = this.#later(random.draw("how long held back", id) * holdBackMs, () => {
      this.#heldBack.delete(parcel);
      this.#gather(parcel);
    });
    this.#heldBack.set(parcel, end);
  }

  /** Hands everything on that still waits, before a stop. */
  flush(): void {
    for (const [parcel, end] of this.#heldBack) {
      end();
      this.#gather(parcel);
    }
    this.#heldBack.clear();
    for (const group of [...this.#batches.keys()]) this.#close(group);
    this.#release();
  }

  #gather(parcel: Parcel<Content>): void {
    const { batchItems, batchBytes, gatherMs } = this.#office.weather();
    if (batchItems === 1) {
      this.#send([parcel]);
      return;
    }
    const { group } = parcel;
    const gathered = this.#batches.get(group)?.parcels ?? [];
    if (bytesOf(gathered) + parcel.bytes > batchBytes) this.#close(group);
    let batch = this.#batches.get(group);
    if (batch === undefined) {
      const over = this.#later(gatherMs, () => this.#close(group));
      batch = { parcels: [], over };
      this.#batches.set(group, batch);
    }
    batch.parcels.push(parcel);
    if (batch.parcels.flatMap(({ units }) => units).length >= batchItems) this.#close(group);
  }

  #close(group: string): void {
    const batch = this.#batches.get(group);
    if (batch === undefined) return;
    this.#batches.delete(group);
    this.#send(batch.parcels);
    batch.over();
  }

  #send(parcels: readonly Parcel<Content>[]): void {
    const { clock, random, weather } = this.#office;
    const id = this.#ids.next();
    const now = clock.now();
    const route = parcels[0]?.route;
    const notification: Notification = {
      id,
      api: this.#api,
      body: this.#assemble(
        parcels.map(({ content }) => content),
        id,
      ),
      ...(route !== undefined && { route }),
      units: parcels.flatMap(({ units }) => units),
      createdAt: now,
      failures: 0,
      dueAt: now,
    };
    this.#dispatch(notification);
    const { duplicates, holdBackMs } = weather();
    if (random.draw("duplicates", id) >= duplicates) return;
    // Half of them at the same moment, which is harder on the receiver than a little later.
    const isLater = random.draw("when repeated", id) < 0.5;
    const delayMs = isLater ? random.draw("how much later", id) * holdBackMs : 0;
    this.#dispatch({
      ...notification,
      id: `${id}-again`,
      duplicateOf: id,
      dueAt: now + Math.ceil(delayMs),
    });
  }

  #dispatch(notification: Notification): void {
    const { burst, gatherMs } = this.#office.weather();
    if (burst === 1) {
      this.#lane.add(notification);
      return;
    }
    this.#burst.push(notification);
    this.#endBurstWait ??= this.#later(gatherMs, () => this.#release());
    if (this.#burst.length >= burst) this.#release();
  }

  #release(): void {
    const burst = this.#burst;
    this.#burst = [];
    for (const notification of burst) this.#lane.add(notification);
    this.#endBurstWait?.();
    this.#endBurstWait = undefined;
  }

  /** Returns what cancels it. */
  #later(delayMs: number, run: () => void): () => void {
    const over = this.#office.activity.begin("soon");
    const cancelTimer = this.#office.clock.setTimer(delayMs, () => {
      run();
      over();
    });
    return () => {
      cancelTimer();
      over();
    };
  }
}

function bytesOf(parcels: readonly Parcel<unknown>[]): number {
  return parcels.reduce((sum, { bytes }) => sum + bytes, 0);
}
