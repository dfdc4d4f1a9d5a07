import { createSpinner } from "nanospinner";

/** Shows what is being done, where somebody watches. */
export interface Progress {
  tell(text: string): void;
  /** Takes it off the screen, for a line of the result or for good; the next `tell` brings it back. */
  clear(): void;
}

/** On stderr and at a terminal only, so that no pipe and no log ever gets any of it. */
export function startProgress(isWanted = true): Progress {
  const isWatched = process.stderr.isTTY === true && process.stdout.isTTY === true;
  if (!isWanted || !isWatched || process.env.TERM === "dumb") return { tell() {}, clear() {} };
  const spinner = createSpinner("", { stream: process.stderr, color: "cyan" });
  return {
    tell(text) {
      const width = (process.stderr.columns ?? 80) - 4;
      const shown = text.length > width ? `${text.slice(0, width - 1)}…` : text;
      if (spinner.isSpinning()) spinner.update(shown);
      else spinner.start(shown);
    },
    clear() {
      if (spinner.isSpinning()) spinner.stop();
    },
  };
}
