/** What a logger must offer. A pino instance fits, and so does the logger that you give to `createWebhooks`. */
export interface SettingsLogger {
  /** Hears of attempts that are repeated. */
  debug?(details: object, message: string): void;
  /** Hears of what was sent although it is deprecated, unknown or of doubtful use. */
  warn(details: object, message: string): void;
}

/** Writes warnings to stderr, one line each. Details hold names of settings and no values. */
const stderrLogger: SettingsLogger = {
  warn(details, message) {
    process.stderr.write(`[whatsapp-webhooks] warn: ${message} ${JSON.stringify(details)}\n`);
  },
};

/** The logger to use, except that what it throws is not heard of: a line in a log must fail no call. */
export function harmless(logger: SettingsLogger = stderrLogger): Required<SettingsLogger> {
  const quietly = (write: () => unknown): void => {
    try {
      const written = write();
      if (written instanceof Promise) written.catch(() => {});
    } catch {}
  };
  return {
    debug: (details, message) => quietly(() => logger.debug?.(details, message)),
    warn: (details, message) => quietly(() => logger.warn(details, message)),
  };
}
