import type { DeliverySignals } from "./delivery-signals.ts";
import type { HandlerContext, Listener } from "./emitter.ts";
import { WebhookError } from "./errors.ts";
import type { AnyEvent } from "./events.ts";
import type { Delivery } from "./inbox/inbox.ts";

/** One call of one handler: its time limit and its abort signal, which is only made if somebody asks for it. */
export class HandlerRun implements HandlerContext {
  readonly attempt: number;
  readonly #delivery: Delivery;
  readonly #timeoutMs: number;
  readonly #signals: DeliverySignals;
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hasEnded = false;
  #givenUp: WebhookError | undefined;
  #reject: ((error: WebhookError) => void) | undefined;

  constructor(delivery: Delivery, timeoutMs: number, signals: DeliverySignals) {
    this.attempt = delivery.attempt;
    this.#delivery = delivery;
    this.#timeoutMs = timeoutMs;
    this.#signals = signals;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#givenUp !== undefined) this.#controller.abort(this.#givenUp);
      else if (!this.#hasEnded) this.#signals.follow(this.#delivery.signal, this.#controller);
    }
    return this.#controller.signal;
  }

  /** Why nobody waits for the handler any more. */
  get givenUp(): WebhookError | undefined {
    return this.#givenUp;
  }

  /** Throws or rejects with what the handler threw, or with why it was given up. Undefined: it has ended. */
  call(listener: Listener, event: AnyEvent): Promise<unknown> | undefined {
    let ended: Promise<unknown> | undefined;
    try {
      const result = listener.handler(event, this);
      if (isThenable(result)) ended = this.#wait(Promise.resolve(result), event);
    } finally {
      if (ended === undefined) this.#end();
    }
    return ended;
  }

  #wait(result: Promise<unknown>, { name }: AnyEvent): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#timer = setTimeout(() => {
        const message = `a handler of "${name}" ran longer than handlerTimeoutMs (${this.#timeoutMs}) in attempt ${this.attempt}; it was given up.`;
        this.abort(new WebhookError("handler_timeout", message));
      }, this.#timeoutMs);
      this.#reject = reject;
      const end = (): void => this.#end();
      result.then(resolve, reject).then(end, end);
    });
  }

  /** Gives up waiting for the handler and tells it so. */
  abort(error: WebhookError): void {
    this.#givenUp ??= error;
    this.#end();
    this.#controller?.abort(error);
    this.#reject?.(error);
  }

  #end(): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    if (this.#controller !== undefined)
      this.#signals.leave(this.#delivery.signal, this.#controller);
  }
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
