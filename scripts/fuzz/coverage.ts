import { type Profiler, Session } from "node:inspector";

/** What of a source has run so far, character by character. */
type Painted = Uint8Array;
/** By the URL of the source. */
type Taken = ReadonlyMap<string, Painted>;

/**
 * V8's own precise coverage, by blocks: tells whether inputs made code run that none before them did. The session is on
 * this thread, so each question is answered before it returns.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #isOurs: (url: string) => boolean;
  readonly #seen = new Map<string, Painted>();
  /** What ran before the last look, of scripts in which something was fresh. */
  #last = new Map<string, Painted>();

  /** `isOurs` tells by a script's URL whether it counts. */
  constructor(isOurs: (url: string) => boolean) {
    this.#isOurs = isOurs;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** Characters of source that ran since the last call and never before. They count as seen only once they are {@link keep}t. */
  fresh(): number {
    let scripts: readonly Profiler.ScriptCoverage[] = [];
    this.#session.post("Profiler.takePreciseCoverage", (error, taken) => {
      if (error !== null) throw error;
      scripts = taken.result;
    });
    this.#last = new Map();
    let fresh = 0;
    for (const script of scripts) if (this.#isOurs(script.url)) fresh += this.#look(script);
    return fresh;
  }

  /** What the last call of {@link fresh} found, to be kept later. */
  taken(): Taken {
    return this.#last;
  }

  /** What the last call of {@link fresh} found, or an earlier one, has been seen from now on. */
  keep(taken: Taken = this.#last): void {
    for (const [url, now] of taken) {
      const seen = this.#seen.get(url) ?? new Uint8Array();
      // Functions further down may not have run before.
      const all = new Uint8Array(Math.max(seen.byteLength, now.byteLength));
      all.set(seen);
      for (const [i, ran] of now.entries()) if (ran === 1) all[i] = 1;
      this.#seen.set(url, all);
    }
  }

  /** Characters of source that ran so far. */
  get size(): number {
    let size = 0;
    for (const painted of this.#seen.values()) for (const one of painted) size += one;
    return size;
  }

  end(): void {
    this.#session.disconnect();
  }

  #look({ url, functions }: Profiler.ScriptCoverage): number {
    let end = 0;
    for (const { ranges } of functions)
      for (const { endOffset } of ranges) end = Math.max(end, endOffset);
    // Outer ones come first, and what is inside says it better.
    const now = new Uint8Array(end);
    for (const { ranges } of functions)
      for (const { count, startOffset, endOffset } of ranges)
        now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    const seen = this.#seen.get(url);
    let fresh = 0;
    for (let i = 0; i < end; i++) if (now[i] === 1 && seen?.[i] !== 1) fresh++;
    if (fresh > 0) this.#last.set(url, now);
    return fresh;
  }
}
