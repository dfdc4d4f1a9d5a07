import { setBackgroundTimer } from "./background-timer.ts";
import { Turns } from "./turns.ts";

/** Something to run in its turn. Never throws: the processor turns whatever happens into an outcome. */
export interface Task {
  /** The record it belongs to. */
  readonly owner: string;
  run(): void | Promise<void>;
  /** Called instead when it will not run. */
  skip(): void;
}

interface Lane {
  readonly key: string;
  tasks: Task[];
  busy: boolean;
  hold: { readonly owner: string; readonly timer: NodeJS.Timeout } | undefined;
}

/** Runs tasks of one lane one at a time and in order, tasks of different lanes side by side up to a limit. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #ready = new Set<Lane>();
  readonly #limit: number;
  readonly #turns = new Turns(() => this.#pump());
  #running = 0;
  #waiting = 0;
  #isPumping = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Tasks that have not begun. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Puts tasks behind the others of their lane. The first may run before this returns. */
  add(key: string, tasks: readonly Task[]): void {
    const lane = this.#lane(key);
    // A list that grows by a push takes room for sixteen more.
    if (lane.tasks.length === 0) lane.tasks = [...tasks];
    else for (const task of tasks) lane.tasks.push(task);
    this.#waiting += tasks.length;
    this.#wake(lane);
  }

  /** Nothing of this lane runs until its owner comes back or the time is over. Returns the owner's other tasks, taken out. */
  hold(key: string, owner: string, forMs: number): Task[] {
    const lane = this.#lane(key);
    clearTimeout(lane.hold?.timer);
    this.#ready.delete(lane);
    lane.hold = { owner, timer: setBackgroundTimer(() => this.release(key, owner), forMs) };
    const mine = lane.tasks.filter((task) => task.owner === owner);
    lane.tasks = lane.tasks.filter((task) => task.owner !== owner);
    this.#waiting -= mine.length;
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
    this.#waiting += tasks.length;
    this.#wake(lane);
  }

  /** Takes out what has not begun, and tells each so. */
  stop(): void {
    const tasks = [...this.#lanes.values()].flatMap((lane) => lane.tasks.splice(0));
    for (const lane of this.#lanes.values()) clearTimeout(lane.hold?.timer);
    this.#lanes.clear();
    this.#ready.clear();
    this.#waiting = 0;
    for (const task of tasks) task.skip();
  }

  #lane(key: string): Lane {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { key, tasks: [], busy: false, hold: undefined };
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  #wake(lane: Lane): void {
    if (lane.busy || lane.hold !== undefined) return;
    if (lane.tasks.length === 0) {
      this.#lanes.delete(lane.key);
      return;
    }
    this.#ready.add(lane);
    this.#pump();
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      for (const lane of this.#ready) {
        if (this.#running >= this.#limit || !this.#turns.hasTime(this.#waiting)) break;
        this.#ready.delete(lane);
        this.#start(lane);
      }
    } finally {
      this.#isPumping = false;
    }
  }

  #start(lane: Lane): void {
    const task = lane.tasks.shift();
    if (task === undefined) return;
    this.#waiting--;
    lane.busy = true;
    this.#running++;
    const end = (): void => this.#end(lane);
    let isRunning = false;
    // None throws or rejects; if one did, its lane would wait for it for ever.
    try {
      const running = task.run();
      isRunning = running !== undefined;
      void running?.then(end, end);
    } finally {
      if (!isRunning) end();
    }
  }

  #end(lane: Lane): void {
    this.#running--;
    lane.busy = false;
    this.#wake(lane);
    this.#pump();
  }
}
