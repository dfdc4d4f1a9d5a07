import type { HandlerContext, Listener } from "./emitter.ts";
import { WebhookError } from "./errors.ts";
import type { AnyEvent } from "./events.ts";
import type { Delivery } from "./inbox/inbox.ts";

/** One call of one handler: its time limit and its abort signal, which is only made if somebody asks for it. */
export class HandlerRun implements HandlerContext {
  readonly attempt: number;
  readonly #delivery: Delivery;
  readonly #timeoutMs: number;
  #controller: AbortController | undefined;
  #signal: AbortSignal | undefined;
  #reject: ((error: WebhookError) => void) | undefined;

  constructor(delivery: Delivery, timeoutMs: number) {
    this.attempt = delivery.attempt;
    this.#delivery = delivery;
    this.#timeoutMs = timeoutMs;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    this.#signal ??= AbortSignal.any([this.#controller.signal, this.#delivery.signal]);
    return this.#signal;
  }

  /** Throws or rejects with what the handler threw, or with `handler_timeout`. Undefined: it has ended. */
  call(listener: Listener, event: AnyEvent): Promise<unknown> | undefined {
    const result = listener.handler(event, this);
    if (!isThenable(result)) return undefined;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.abort(
          new WebhookError(
            "handler_timeout",
            `a handler of "${event.name}" ran longer than handlerTimeoutMs (${this.#timeoutMs}) in attempt ${this.attempt}; it was given up.`,
          ),
        );
      }, this.#timeoutMs);
      this.#reject = reject;
      Promise.resolve(result)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }

  /** Gives up waiting for the handler and tells it so. */
  abort(error: WebhookError): void {
    this.#controller?.abort(error);
    this.#reject?.(error);
  }
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
