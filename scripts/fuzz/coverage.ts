import { type Profiler, Session } from "node:inspector";

/** What of a source has run so far, character by character. */
type Painted = Uint8Array;

/**
 * V8's own precise coverage, by blocks: tells whether inputs made code run that none before them did. The session is on
 * this thread, so each question is answered before it returns.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #isOurs: (url: string) => boolean;
  readonly #seen = new Map<string, Painted>();

  /** `isOurs` tells by a script's URL whether it counts. */
  constructor(isOurs: (url: string) => boolean) {
    this.#isOurs = isOurs;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** Characters of source that ran since the last call and never before it; they count as seen from now on if `isKept`. */
  fresh(isKept: boolean): number {
    let scripts: readonly Profiler.ScriptCoverage[] = [];
    this.#session.post("Profiler.takePreciseCoverage", (error, taken) => {
      if (error !== null) throw error;
      scripts = taken.result;
    });
    let fresh = 0;
    for (const script of scripts) if (this.#isOurs(script.url)) fresh += this.#add(script, isKept);
    return fresh;
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

  #add({ url, functions }: Profiler.ScriptCoverage, isKept: boolean): number {
    const end = Math.max(...functions.flatMap(({ ranges }) => ranges.map((r) => r.endOffset)));
    // Outer ones come first, and what is inside says it better.
    const now = new Uint8Array(end);
    for (const { ranges } of functions)
      for (const { count, startOffset, endOffset } of ranges)
        now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    let seen = this.#seen.get(url) ?? new Uint8Array();
    if (seen.byteLength < end) {
      // Functions further down had not run before.
      const longer = new Uint8Array(end);
      longer.set(seen);
      seen = longer;
    }
    let fresh = 0;
    for (let i = 0; i < end; i++) {
      if (now[i] === 0 || seen[i] === 1) continue;
      fresh++;
      if (isKept) seen[i] = 1;
    }
    if (isKept) this.#seen.set(url, seen);
    return fresh;
  }
}
