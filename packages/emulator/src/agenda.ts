import type { Office } from "./delivery/lane.ts";
import type { Collection } from "./storage/storage.ts";

interface Entry<T> {
  readonly at: number;
  readonly event: T;
}

/** What is to happen later, such as the statuses of a message that was sent. It survives a restart. */
export class Agenda<T> {
  readonly #office: Office;
  readonly #entries: Collection<Entry<T>>;
  readonly #happen: (event: T) => void;
  readonly #cancels = new Map<string, () => void>();

  constructor(office: Office, entries: Collection<Entry<T>>, happen: (event: T) => void) {
    this.#office = office;
    this.#entries = entries;
    this.#happen = happen;
  }

  /** Takes up what an earlier run left. */
  start(): void {
    for (const [id, entry] of this.#entries.all()) this.#wait(id, entry);
  }

  stop(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }

  add(id: string, delayMs: number, event: T): void {
    const entry = { at: this.#office.clock.now() + delayMs, event };
    this.#entries.put(id, entry);
    this.#wait(id, entry);
  }

  #wait(id: string, { at, event }: Entry<T>): void {
    const { clock, activity } = this.#office;
    const over = activity.begin("soon");
    const cancelTimer = clock.setTimer(at - clock.now(), () => {
      this.#cancels.delete(id);
      this.#entries.delete(id);
      this.#happen(event);
      over();
    });
    this.#cancels.set(id, () => {
      cancelTimer();
      over();
    });
  }
}
