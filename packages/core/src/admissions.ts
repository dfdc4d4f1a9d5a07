/** What has come, and what is to be done with it in its turn. Without it, it is not known yet. */
interface Admission {
  admit?: () => void;
}

/** Lets in what becomes known at various times in the order in which it came. */
export class Admissions {
  readonly #waiting: Admission[] = [];

  /** Calls `admit` with the value in its turn, at once if nothing is before it; or `refuse`, if it could not be had. */
  add<T>(value: T | Promise<T>, admit: (value: T) => void, refuse: (error: unknown) => void): void {
    const admission: Admission = {};
    this.#waiting.push(admission);
    const known = (act: () => void): void => {
      admission.admit = act;
      this.#admit();
    };
    if (value instanceof Promise) {
      value.then(
        (later) => known(() => admit(later)),
        (error: unknown) => known(() => refuse(error)),
      );
    } else {
      known(() => admit(value));
    }
  }

  #admit(): void {
    for (let first = this.#waiting[0]; first?.admit !== undefined; first = this.#waiting[0]) {
      this.#waiting.shift();
      first.admit();
    }
  }
}
