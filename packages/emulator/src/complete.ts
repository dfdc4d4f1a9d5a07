/** Options with nothing left out. */
export type Complete<Options> = {
  readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined>;
};

/** The defaults with what is given; undefined counts as left out. */
export function complete<Options extends object>(
  defaults: Complete<Options>,
  given: Options,
): Complete<Options> {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(entries) };
}
