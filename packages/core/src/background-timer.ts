/** `setTimeout` that keeps no process alive. Workers with a compatibility date before 2026 have numbers for timers. */
export function setBackgroundTimer(run: () => void, ms: number): NodeJS.Timeout {
  const timer = setTimeout(run, ms);
  if (typeof timer === "object") timer.unref();
  return timer;
}
