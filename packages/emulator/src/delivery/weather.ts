import { LONGEST_TIMER_MS } from "../clock.ts";
import { type Complete, complete } from "../complete.ts";
import { checkKnown } from "../known-options.ts";
import type { Random } from "../random.ts";
import { type Breakage, breakages } from "./breakage.ts";
import type { Disturbance } from "./post.ts";

/**
 * What the network and the platform do to notifications on a bad day. Shares are from 0 to 1, and 0 unless you say
 * otherwise. What is decided for a notification depends on the emulator's `seed` and on its number alone, so the same
 * calls give the same weather.
 */
export interface Weather {
  /** Share of notifications that are sent once more, at the same time or a little later, although nothing went wrong. */
  readonly duplicates?: number | undefined;
  /** Share of events that are held back, so that later ones overtake them. */
  readonly reordering?: number | undefined;
  /** The longest that an event is held back, and that the repetition of a duplicate comes later. Default: 2000. */
  readonly holdBackMs?: number | undefined;
  /** How many events a body holds at most, up to 1000. Default: 1. */
  readonly batchItems?: number | undefined;
  /** How long a body is at most, in bytes. Default, and largest: 3 MB. */
  readonly batchBytes?: number | undefined;
  /** How long an event waits for others to share its body. Default: 100. */
  readonly gatherMs?: number | undefined;
  /**
   * How many notifications wait for each other, at most `gatherMs`, to be sent at the same moment. Default: 1. No more are
   * under way at once than the API allows itself.
   */
  readonly burst?: number | undefined;
  /** Share of requests whose body is uploaded in pieces, with pauses. */
  readonly slowUploads?: number | undefined;
  /** Into how many pieces. Default: 4. */
  readonly uploadPieces?: number | undefined;
  /** How long each pause takes, in real time. Default: 25. */
  readonly uploadPauseMs?: number | undefined;
  /** Share of requests whose connection is cut in the middle of the body: the receiver cannot have handled it. */
  readonly cutUploads?: number | undefined;
  /** Share of requests whose connection is cut when everything is sent, before the answer: it may or may not be handled. */
  readonly cutBeforeAnswer?: number | undefined;
  /** Share of requests whose answer is lost on its way: the receiver handled it, and it is delivered again. */
  readonly lostAnswers?: number | undefined;
}

/** The most that the platform puts into one body. */
export const MOST_ITEMS = 1000;
export const MOST_BYTES = 3_000_000;

const calm: Complete<Weather> = {
  duplicates: 0,
  reordering: 0,
  holdBackMs: 2000,
  batchItems: 1,
  batchBytes: MOST_BYTES,
  gatherMs: 100,
  burst: 1,
  slowUploads: 0,
  uploadPieces: 4,
  uploadPauseMs: 25,
  cutUploads: 0,
  cutBeforeAnswer: 0,
  lostAnswers: 0,
};

const known = Object.fromEntries(Object.keys(calm).map((name) => [name, true as const]));

const shares = [
  "duplicates",
  "reordering",
  "slowUploads",
  "cutUploads",
  "cutBeforeAnswer",
  "lostAnswers",
] as const;

/** Fills in what is not said. Throws a RangeError for what cannot be. */
export function checkWeather(weather: Weather): Complete<Weather> {
  checkKnown(weather, known, "weather.");
  const full = complete(calm, weather);
  for (const share of shares)
    if (!(full[share] >= 0 && full[share] <= 1))
      throw new RangeError(`weather.${share} is a share from 0 to 1.`);
  for (const delay of ["holdBackMs", "gatherMs", "uploadPauseMs"] as const)
    if (!(full[delay] >= 0)) throw new RangeError(`weather.${delay} is a time in milliseconds.`);
  if (full.uploadPauseMs > LONGEST_TIMER_MS)
    throw new RangeError(
      `weather.uploadPauseMs is at most ${LONGEST_TIMER_MS} (24 days), which is as long as Node.js waits.`,
    );
  const isWithin = (value: number, most: number): boolean =>
    Number.isInteger(value) && value >= 1 && value <= most;
  if (!isWithin(full.batchItems, MOST_ITEMS))
    throw new RangeError(`weather.batchItems is a number from 1 to ${MOST_ITEMS}.`);
  if (!isWithin(full.batchBytes, MOST_BYTES))
    throw new RangeError(`weather.batchBytes is a number from 1 to ${MOST_BYTES}.`);
  for (const count of ["burst", "uploadPieces"] as const)
    if (!isWithin(full[count], 10_000))
      throw new RangeError(`weather.${count} is a number from 1 to 10000.`);
  return full;
}

/** What happens to one request; the same for the same one, however often it is asked. */
export function disturbanceOf(
  weather: Complete<Weather>,
  random: Random,
  ...request: readonly (string | number)[]
): Disturbance {
  const happens = (what: (typeof shares)[number]): boolean =>
    random.draw(what, ...request) < weather[what];
  const isSlow = happens("slowUploads");
  return {
    pieces: isSlow ? weather.uploadPieces : 1,
    pauseMs: isSlow ? weather.uploadPauseMs : 0,
    cut: (Object.keys(breakages) as Breakage[]).find((breakage) => happens(breakage)),
  };
}
