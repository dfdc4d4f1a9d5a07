import { openRun, type Run, type RunParts } from "./run.ts";
import { type ApiHandler, listener } from "./server/http.ts";
import { type RunningServer, serve } from "./server/server.ts";
import { openStorage, type Storage } from "./storage/storage.ts";
import { Turns } from "./turns.ts";

/** The emulator's starts and stops: what runs, where it is stored, and where it is served. */
export class Lifetime {
  readonly #parts: Omit<RunParts, "storage">;
  readonly #apis: (run: () => Run | undefined) => readonly ApiHandler[];
  /** One at a time: whoever stops while a stop goes on would close the storage below what is still under way. */
  readonly #turns = new Turns();
  #storage: Storage | undefined;
  #run: Run | undefined;
  #server: RunningServer | undefined;
  #address: string | undefined;

  /** `apis` makes what is served, of the run that there is at the moment. */
  constructor(
    parts: Omit<RunParts, "storage">,
    apis: (run: () => Run | undefined) => readonly ApiHandler[],
  ) {
    this.#parts = parts;
    this.#apis = apis;
  }

  /** Throws when there is none. */
  get running(): Run {
    if (this.#run === undefined) throw new Error("the emulator is stopped: call start().");
    return this.#run;
  }

  /** Throws when nothing is served. */
  get url(): string {
    if (this.#server === undefined) throw new Error("the emulator is not served: call start().");
    return this.#server.url;
  }

  get isServedLocally(): boolean {
    return this.#server?.isLocal ?? true;
  }

  start(): Promise<void> {
    return this.#turns.take(() => this.#start());
  }

  stop(): Promise<void> {
    return this.#turns.take(() => this.#stop());
  }

  /** Rejects when there is nothing to restart. */
  restart(): Promise<void> {
    return this.#turns.take(async () => {
      const { running } = this;
      this.#run = undefined;
      await running.close();
      // The storage stays open: another emulator could have it in between.
      await this.#open();
    });
  }

  async #start(): Promise<void> {
    if (this.#run !== undefined) return;
    await this.#open();
    const { server = {} } = this.#parts.options;
    if (server === false || this.#server !== undefined) return;
    try {
      // Again at the same port after a stop, so that the URL stays good.
      const port = this.#address === undefined ? server.port : Number(new URL(this.#address).port);
      this.#server = await serve(
        { ...server, ...(port !== undefined && { port }) },
        listener(this.#apis(() => this.#run)),
      );
      this.#address = this.#server.url;
    } catch (error) {
      await this.#close();
      throw error;
    }
  }

  async #stop(): Promise<void> {
    await this.#close();
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  async #open(): Promise<void> {
    this.#storage ??= await openStorage(this.#parts.options.storage ?? "memory");
    try {
      this.#run = openRun({ ...this.#parts, storage: this.#storage });
    } catch (error) {
      // Who has not begun keeps nobody else from the storage.
      await this.#close();
      throw error;
    }
  }

  async #close(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    await run?.close();
    // Memory is this emulator's disk: it lasts.
    if ((this.#parts.options.storage ?? "memory") === "memory") return;
    this.#storage?.close();
    this.#storage = undefined;
  }
}
