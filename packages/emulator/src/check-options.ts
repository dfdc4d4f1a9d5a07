import { LONGEST_TIMER_MS } from "./clock.ts";
import { checkCloudRetry } from "./delivery/schedule.ts";
import { checkWeather } from "./delivery/weather.ts";
import { checkKnown, type KnownOptions } from "./known-options.ts";
import type { OnPremisesOptions } from "./on-premises/client.ts";
import type { CloudOptions, EmulatorOptions, ServerOptions } from "./options.ts";
import type { StatusOptions } from "./statuses.ts";

const known: KnownOptions<EmulatorOptions> = {
  appSecret: true,
  apps: true,
  numbers: true,
  cloud: true,
  onPremises: true,
  clock: true,
  seed: true,
  storage: true,
  requestTimeoutMs: true,
  trustedCertificates: true,
  weather: true,
  statuses: true,
  server: true,
};
const ofCloud: KnownOptions<CloudOptions> = { maxConcurrentRequests: true, retry: true };
const ofOnPremises: KnownOptions<OnPremisesOptions> = {
  displayPhoneNumber: true,
  version: true,
  adminPassword: true,
  callbackHeaders: true,
  settings: true,
};
const ofServer: KnownOptions<ServerOptions> = { port: true, host: true, tls: true };
const ofStatuses: KnownOptions<StatusOptions> = { reach: true, delayMs: true, error: true };

/** Throws for options that there are not, and for numbers that cannot be. */
export function checkOptions(options: EmulatorOptions): void {
  checkKnown(options, known);
  checkKnown(options.cloud, ofCloud, "cloud.");
  checkKnown(options.onPremises, ofOnPremises, "onPremises.");
  if (options.server !== false) checkKnown(options.server, ofServer, "server.");
  checkKnown(options.statuses, ofStatuses, "statuses.");
  const { storage = "memory" } = options;
  if (storage !== "memory" && !storage.path)
    throw new TypeError(
      "storage.path is empty: name a file, or leave storage out to keep everything in memory.",
    );
  checkWeather(options.weather ?? {});
  checkCloudRetry(options.cloud?.retry);
  const numbers = {
    requestTimeoutMs: options.requestTimeoutMs,
    "cloud.maxConcurrentRequests": options.cloud?.maxConcurrentRequests,
  };
  for (const [name, value] of Object.entries(numbers))
    if (value !== undefined && !(value > 0))
      throw new RangeError(`${name} must be a positive number, got ${value}.`);
  if ((options.requestTimeoutMs ?? 0) > LONGEST_TIMER_MS)
    throw new RangeError(
      `requestTimeoutMs is at most ${LONGEST_TIMER_MS} (24 days), which is as long as Node.js waits: got ${options.requestTimeoutMs}.`,
    );
}
