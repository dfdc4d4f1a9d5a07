import type { ServerResponse } from "node:http";
import type { Emulator } from "../emulator.ts";
import type { ApiAnswer } from "./http.ts";
import { Viewer } from "./viewer.ts";

/** More pages than anybody looks at; each costs a connection and some memory. */
export const MOST_VIEWERS = 20;

/** `GET /emulator/events`: what happens, as it happens. */
export class EventStream {
  readonly #emulator: Emulator;
  readonly #state: () => object | undefined;
  #viewers = 0;

  constructor(emulator: Emulator, state: () => object | undefined) {
    this.#emulator = emulator;
    this.#state = state;
  }

  open(): ApiAnswer {
    if (this.#viewers >= MOST_VIEWERS)
      return { status: 503, json: { error: `${MOST_VIEWERS} pages look on already: close one.` } };
    return {
      status: 200,
      headers: { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" },
      stream: (outgoing: ServerResponse) => {
        // Gone before it was answered: then `close` has been, and nobody looks on.
        if (outgoing.destroyed) return;
        this.#viewers++;
        outgoing.on("close", () => this.#viewers--);
        new Viewer(this.#emulator, this.#state, outgoing);
      },
    };
  }
}
