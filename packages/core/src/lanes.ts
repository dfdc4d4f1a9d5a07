/** Something to run in its turn. Never throws: the processor turns whatever happens into an outcome. */
export interface Task {
  /** The record it belongs to. */
  readonly owner: string;
  run(): void | Promise<void>;
  /** Called instead when it will not run. */
  skip(): void;
}

interface Lane {
  tasks: Task[];
  busy: boolean;
  hold: { readonly owner: string; readonly timer: NodeJS.Timeout } | undefined;
}

/**
 * Runs tasks of one lane one at a time and in order, tasks of different lanes side by side up to a limit.
 * Few tasks start in one turn of the event loop, the more the longer the queue, so that requests are answered meanwhile.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #ready = new Set<string>();
  readonly #limit: number;
  #running = 0;
  #turn: NodeJS.Immediate | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Puts a task behind the others of its lane. */
  add(key: string, task: Task): void {
    const lane = this.#lane(key);
    lane.tasks.push(task);
    this.#wake(key, lane);
  }

  /** Nothing of this lane runs until its owner comes back or the time is over. Returns the owner's other tasks, taken out. */
  hold(key: string, owner: string, forMs: number): Task[] {
    const lane = this.#lane(key);
    clearTimeout(lane.hold?.timer);
    this.#ready.delete(key);
    lane.hold = { owner, timer: setTimeout(() => this.release(key, owner), forMs).unref() };
    const mine = lane.tasks.filter((task) => task.owner === owner);
    lane.tasks = lane.tasks.filter((task) => task.owner !== owner);
    return mine;
  }

  isHeldBy(key: string, owner: string): boolean {
    return this.#lanes.get(key)?.hold?.owner === owner;
  }

  /** Ends a hold; what the owner brings back comes before everything that waited meanwhile. */
  release(key: string, owner: string, tasks: readonly Task[] = []): void {
    const lane = this.#lanes.get(key);
    if (lane?.hold?.owner !== owner) return;
    clearTimeout(lane.hold.timer);
    lane.hold = undefined;
    lane.tasks = [...tasks, ...lane.tasks];
    this.#wake(key, lane);
  }

  /** Takes out what has not begun, and tells each so. */
  stop(): void {
    const tasks = [...this.#lanes.values()].flatMap((lane) => lane.tasks);
    for (const lane of this.#lanes.values()) {
      clearTimeout(lane.hold?.timer);
      lane.tasks = [];
    }
    this.#lanes.clear();
    this.#ready.clear();
    for (const task of tasks) task.skip();
  }

  #lane(key: string): Lane {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { tasks: [], busy: false, hold: undefined };
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  #wake(key: string, lane: Lane): void {
    if (lane.busy || lane.hold !== undefined) return;
    if (lane.tasks.length === 0) {
      this.#lanes.delete(key);
      return;
    }
    this.#ready.add(key);
    if (this.#turn === undefined) this.#pump();
  }

  /** Starts some tasks, and looks again in the next turn of the event loop. */
  #pump(): void {
    let starts = 1 + (this.#ready.size >> 5);
    for (const key of this.#ready) {
      if (starts-- === 0 || this.#running >= this.#limit) break;
      this.#ready.delete(key);
      this.#turn ??= setImmediate(() => {
        this.#turn = undefined;
        this.#pump();
      });
      void this.#run(key, this.#lane(key));
    }
  }

  async #run(key: string, lane: Lane): Promise<void> {
    const task = lane.tasks.shift();
    if (task === undefined) return;
    lane.busy = true;
    this.#running++;
    try {
      await task.run();
    } finally {
      this.#running--;
      lane.busy = false;
    }
    this.#wake(key, lane);
    if (this.#ready.size > 0 && this.#turn === undefined) this.#pump();
  }
}
