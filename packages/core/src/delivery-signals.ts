interface Followers {
  readonly controllers: Set<AbortController>;
  readonly tell: () => void;
}

/**
 * Passes on what the signals of deliveries say. An inbox may have one signal for all of them, for as long as it lives: it has
 * one listener here while somebody follows it, however many do, and nothing of those that have left.
 */
export class DeliverySignals {
  readonly #followed = new Map<AbortSignal, Followers>();

  /** The controller aborts with the signal, at once if that is aborted. */
  follow(signal: AbortSignal, controller: AbortController): void {
    if (signal.aborted) {
      controller.abort(signal.reason);
      return;
    }
    let followers = this.#followed.get(signal);
    if (followers === undefined) {
      const controllers = new Set<AbortController>();
      const tell = (): void => {
        this.#followed.delete(signal);
        for (const each of controllers) each.abort(signal.reason);
      };
      followers = { controllers, tell };
      this.#followed.set(signal, followers);
      signal.addEventListener("abort", tell, { once: true });
    }
    followers.controllers.add(controller);
  }

  leave(signal: AbortSignal, controller: AbortController): void {
    const followers = this.#followed.get(signal);
    followers?.controllers.delete(controller);
    if (followers?.controllers.size !== 0) return;
    this.#followed.delete(signal);
    signal.removeEventListener("abort", followers.tell);
  }
}
