import type { ServerResponse } from "node:http";
import type { ChatMessage } from "../conversations.ts";
import type { Delivery } from "../delivery/journal.ts";
import type { Emulator } from "../emulator.ts";
import { keyOf, viewOf } from "./delivery-view.ts";
import { Mailbox } from "./mailbox.ts";

/** As many as a page keeps. */
const SHOWN_DELIVERIES = 500;
const SHOWN_MESSAGES = 1000;
/** What happens to one thing within this time is told once. */
const GATHER_MS = 30;
/** So a page is told of some thousands a second at most, which is more than it can show. */
const MOST_AT_ONCE = 100;
/** In bytes: beyond this it waits until the reader has read. */
const MOST_UNSENT = 256_000;
/** How often it is looked whether something was set, and proxies see that the connection lives. */
const LOOK_MS = 500;
const QUIET_MS = 15_000;

/** One page that looks on, by Server-Sent Events: what there is, then what happens. */
export class Viewer {
  readonly #outgoing: ServerResponse;
  readonly #state: () => object | undefined;
  readonly #messages = new Mailbox<ChatMessage>(SHOWN_MESSAGES);
  readonly #deliveries = new Mailbox<Delivery>(SHOWN_DELIVERIES);
  readonly #ends: (() => void)[] = [];
  #toldState = "";
  #toldAt = 0;
  #isFull = false;
  #flushTimer: NodeJS.Timeout | undefined;

  constructor(emulator: Emulator, state: () => object | undefined, outgoing: ServerResponse) {
    this.#outgoing = outgoing;
    this.#state = state;
    this.#tell("hello", {});
    this.#look();
    for (const message of emulator.messages) this.#messages.put(message.id, message);
    for (const delivery of emulator.deliveries.slice(-SHOWN_DELIVERIES))
      this.#deliveries.put(keyOf(delivery), delivery);
    this.#follow(emulator);
    this.#soon();
  }

  #follow(emulator: Emulator): void {
    const hear = ({ delivery }: { readonly delivery: Delivery }): void => {
      this.#deliveries.put(keyOf(delivery), delivery);
      this.#soon();
    };
    const look = setInterval(() => this.#look(), LOOK_MS).unref();
    this.#ends.push(
      emulator.on("begun", hear),
      emulator.on("attempt", hear),
      emulator.on("postponed", hear),
      emulator.on("settled", hear),
      emulator.on("cancelled", hear),
      emulator.on("message", ({ message }) => {
        this.#messages.put(message.id, message);
        this.#soon();
      }),
      () => clearInterval(look),
      () => clearTimeout(this.#flushTimer),
    );
    this.#outgoing.on("drain", () => {
      this.#isFull = false;
      this.#soon();
    });
    // A connection that breaks while something is written is no news: `close` follows.
    this.#outgoing.on("error", () => {});
    this.#outgoing.on("close", () => {
      for (const end of this.#ends.splice(0)) end();
    });
  }

  #soon(): void {
    this.#flushTimer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  #flush(): void {
    this.#flushTimer = undefined;
    for (let count = 0; count < MOST_AT_ONCE && !this.#isFull; count++) {
      const message = this.#messages.take();
      const delivery = message === undefined ? this.#deliveries.take() : undefined;
      if (message !== undefined) this.#tell("message", message);
      else if (delivery !== undefined) this.#tell("delivery", viewOf(delivery));
      else return;
    }
    if (!this.#isFull) this.#soon();
  }

  #look(): void {
    const told = this.#state();
    // Stopped, or starting anew: what is set then is told when it is there again.
    if (this.#isFull || told === undefined) return;
    const { now, ...state } = { now: 0, ...told };
    const text = JSON.stringify(state);
    if (text !== this.#toldState) {
      this.#toldState = text;
      this.#tell("state", { now, ...state });
    } else if (performance.now() - this.#toldAt > QUIET_MS) this.#write(":\n\n");
  }

  #tell(event: string, data: unknown): void {
    this.#write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #write(text: string): void {
    this.#toldAt = performance.now();
    this.#outgoing.write(text);
    // Node.js would say so far earlier, and a page that reads would wait for every few events.
    if (this.#outgoing.writableLength > MOST_UNSENT) this.#isFull = true;
  }
}
