const signals = ["SIGINT", "SIGTERM"] as const;

/** Until it is taken back, Ctrl-C ends the process at once, as a failure. */
export function failOnSignal(): () => void {
  const fail = () => process.exit(1);
  for (const signal of signals) process.once(signal, fail);
  return () => {
    for (const signal of signals) process.off(signal, fail);
  };
}

/** Resolves at Ctrl-C. More of them are heard and change nothing: what was begun ends in order. */
export function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) process.on(signal, () => resolve());
  });
}
