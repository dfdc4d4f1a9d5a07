import { SettingsError } from "../settings-error.ts";

/** The login of several calls is not one caller's to give up, but nobody need wait for it. */
export async function unlessAborted<T>(
  work: () => Promise<T>,
  name: string,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return work();
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new SettingsError("aborted", `${name} was given up by the caller.`));
  });
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await (signal.aborted ? aborted : Promise.race([aborted, work()]));
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
