/** Listeners by event name. What one of them throws is its own affair and reaches nobody else. */
export class Subscribers<Events> {
  readonly #listeners: { [Name in keyof Events]?: Set<(details: Events[Name]) => void> } = {};

  /** Returns what ends the subscription. */
  add<Name extends keyof Events>(
    name: Name,
    listener: (details: Events[Name]) => void,
  ): () => void {
    const listeners = this.#listeners[name] ?? new Set();
    this.#listeners[name] = listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  tell<Name extends keyof Events>(name: Name, details: Events[Name]): void {
    for (const listener of this.#listeners[name] ?? [])
      try {
        listener(details);
      } catch (error) {
        // As an event emitter would: seen by the process, without stopping what is under way.
        queueMicrotask(() => {
          throw error;
        });
      }
  }
}
