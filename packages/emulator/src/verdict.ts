import type { Attempt } from "./delivery/journal.ts";

/** One of the demands that the platform publishes, and how the receiver did. */
export interface Demand {
  readonly what: string;
  readonly limit: number;
  readonly actual: number;
  readonly met: boolean;
}

/** How the receiver did. What the weather broke is not held against it. */
export interface Verdict {
  /**
   * True when there were answers, every demand is met, every answer was 200, and nothing was given up that the receiver
   * failed itself.
   */
  readonly ok: boolean;
  /** True as long as there is nothing to judge: no answer, and no failure of the receiver. Then it is not `ok`. */
  readonly open: boolean;
  /** The seed that gives the same weather again. */
  readonly seed: string;
  readonly requests: number;
  /** How many of the times in `answerMs` there are. A receiver that ran out of time has one, too. */
  readonly answers: number;
  /** How long the receiver took to answer, in milliseconds of real time. */
  readonly answerMs: { readonly median: number; readonly p99: number; readonly max: number };
  /** At most 250 ms in the median, and less than 1 % above a second. */
  readonly demands: readonly Demand[];
  /** Answers that were not 200, by status; `timeout`, `tls` and `connection` where there was none. */
  readonly failures: Readonly<Record<string, number>>;
  /** Retries that the receiver caused. */
  readonly retries: number;
  /** Requests that the weather broke, and that were therefore repeated. */
  readonly weather: number;
  /** Notifications that were given up. */
  readonly givenUp: number;
  /** How many of those failed because of the weather alone. */
  readonly givenUpByWeather: number;
  /** Notifications that nobody was subscribed to, or for which no URL was set. */
  readonly discarded: number;
  /** Notifications that were in memory only when the emulator stopped. */
  readonly lost: number;
  /** What the pattern of failures points to. */
  readonly hints: readonly string[];
  /** All this in words. */
  readonly text: string;
}

export const MEDIAN_LIMIT_MS = 250;
const SLOW_MS = 1000;
export const SLOW_SHARE_LIMIT = 0.01;

/** Counts while deliveries happen; nothing of it grows but the list of times. */
export class Court {
  readonly #seed: string;
  #answerMs: number[] = [];
  #failures = new Map<string, number>();
  #requests = 0;
  #retries = 0;
  #weather = 0;
  #givenUp = { blamed: 0, byWeather: 0 };
  #settled = { discarded: 0, lost: 0 };
  /** Of signed bodies (the Cloud API's) with escapes and of those without, how many were answered 200 and how many 401 or 403. */
  #escapes = { escaped: { good: 0, refused: 0 }, plain: { good: 0, refused: 0 } };

  constructor(seed: string) {
    this.#seed = seed;
  }

  attempted(attempt: Attempt, body: string): void {
    this.#requests++;
    if (attempt.failure === undefined || attempt.failure === "timeout")
      this.#answerMs.push(attempt.answerMs);
    if (attempt.weather !== undefined) {
      this.#weather++;
      return;
    }
    if ("X-Hub-Signature-256" in attempt.headers) {
      const sort = body.includes("\\/") || body.includes("\\u") ? "escaped" : "plain";
      if (attempt.status === 200) this.#escapes[sort].good++;
      if (attempt.status === 401 || attempt.status === 403) this.#escapes[sort].refused++;
    }
    if (attempt.status === 200) return;
    const kind = attempt.failure ?? String(attempt.status);
    this.#failures.set(kind, (this.#failures.get(kind) ?? 0) + 1);
  }

  /** The receiver's failure is going to be followed by another attempt. */
  retried(): void {
    this.#retries++;
  }

  /** Of what only the weather failed, nobody is to blame. */
  givenUp(isBlamed: boolean): void {
    this.#givenUp[isBlamed ? "blamed" : "byWeather"]++;
  }

  settled(state: "discarded" | "lost"): void {
    this.#settled[state]++;
  }

  verdict(): Verdict {
    const sorted = Float64Array.from(this.#answerMs).sort();
    const at = (share: number): number =>
      round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
    const slow = sorted.filter((ms) => ms > SLOW_MS).length;
    const slowShare = sorted.length === 0 ? 0 : slow / sorted.length;
    const demands = [
      {
        what: "median time to answer, in ms, at most",
        limit: MEDIAN_LIMIT_MS,
        actual: at(0.5),
        met: at(0.5) <= MEDIAN_LIMIT_MS,
      },
      {
        what: "share of answers that took more than a second, below",
        limit: SLOW_SHARE_LIMIT,
        actual: slowShare,
        met: slowShare < SLOW_SHARE_LIMIT,
      },
    ];
    const failures = Object.fromEntries([...this.#failures].sort());
    const { blamed, byWeather } = this.#givenUp;
    const hasFailed = this.#failures.size > 0 || blamed > 0;
    const verdict = {
      ok: sorted.length > 0 && demands.every(({ met }) => met) && !hasFailed,
      open: sorted.length === 0 && !hasFailed,
      seed: this.#seed,
      requests: this.#requests,
      answers: sorted.length,
      answerMs: { median: at(0.5), p99: at(0.99), max: at(1) },
      demands,
      failures,
      retries: this.#retries,
      weather: this.#weather,
      givenUp: blamed + byWeather,
      givenUpByWeather: byWeather,
      discarded: this.#settled.discarded,
      lost: this.#settled.lost,
      hints: this.#hints(),
    };
    return { ...verdict, text: inWords(verdict) };
  }

  #hints(): string[] {
    const hints: string[] = [];
    const { escaped, plain } = this.#escapes;
    if (escaped.refused > 0 && escaped.good === 0 && plain.good > 0 && plain.refused === 0)
      hints.push(
        "Only bodies with escapes (\\/ or \\u00e4) are refused: the signature is checked over JSON that was parsed and " +
          "written again, instead of over the bytes that came.",
      );
    else if (escaped.refused + plain.refused > 0 && escaped.good + plain.good === 0)
      hints.push(
        "Every signed body is refused with 401 or 403: another secret, or the signature is checked over something other than " +
          "the bytes that came.",
      );
    for (const [status, count] of this.#failures)
      if (/^2\d\d$/.test(status))
        hints.push(`${status} is not 200: the platform takes it for a failure (${count} times).`);
      else if (/^3\d\d$/.test(status))
        hints.push(`${status}: the platform does not follow redirects (${count} times).`);
      else if (status === "413")
        hints.push("413: notifications have up to 3 MB. Raise the limit of the body parser.");
      else if (status === "tls")
        hints.push(
          "The certificate's chain does not check out. An uploaded certificate authority counts after a restart of the client.",
        );
    return hints;
  }
}

function inWords(verdict: Omit<Verdict, "text">): string {
  const { answerMs, answers, demands, failures, seed } = verdict;
  const counts = Object.entries(failures).map(([kind, count]) => `${kind} × ${count}`);
  const optional = (count: number, text: string): string[] => (count > 0 ? [text] : []);
  const byWeather =
    verdict.givenUpByWeather > 0
      ? `, ${verdict.givenUpByWeather} of them because of the weather alone`
      : "";
  return [
    judgementOf(verdict),
    ...(answers === 0
      ? [`${verdict.requests} requests, no answers.`]
      : [
          `${verdict.requests} requests, answered in ${answerMs.median} ms (median), ${answerMs.p99} ms (99 %), ${answerMs.max} ms (slowest).`,
          ...demands.map(
            ({ what, limit, actual, met }) =>
              `${met ? "met" : "NOT MET"}: ${what} ${limit}: ${round(actual)}`,
          ),
        ]),
    ...(counts.length > 0
      ? [`Not 200: ${counts.join(", ")}.`]
      : optional(answers, "Every answer was 200.")),
    ...optional(verdict.retries, `${verdict.retries} retries were caused by the receiver.`),
    ...optional(verdict.weather, `${verdict.weather} requests were broken by the weather.`),
    ...optional(verdict.givenUp, `${verdict.givenUp} notifications were given up${byWeather}.`),
    ...optional(verdict.discarded, `${verdict.discarded} notifications had nobody to go to.`),
    ...optional(
      verdict.lost,
      `${verdict.lost} notifications were kept in memory only and are lost.`,
    ),
    ...verdict.hints.map((hint) => `Hint: ${hint}`),
    `The same weather again: seed ${JSON.stringify(seed)}.`,
  ].join("\n");
}

/** The verdict in a sentence. Nobody is praised or blamed for answers that there were not. */
function judgementOf({ ok, open }: Omit<Verdict, "text">): string {
  if (ok) return "The receiver does what the platform demands.";
  return open ? "There is nothing to judge: no answer has come." : "The receiver falls short.";
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
