import { bodyChecks } from "./bodies.ts";
import { connectionChecks } from "./connections.ts";
import { deliveryChecks } from "./delivery.ts";
import { handshakeChecks } from "./handshake.ts";
import { limitChecks } from "./limits.ts";
import { onPremisesChecks } from "./on-premises.ts";
import { parserChecks } from "./parsers.ts";
import { refusalChecks } from "./refusals.ts";
import { Rig, type RigOptions } from "./rig.ts";
import { routingChecks } from "./routing.ts";
import type { Ability, AdapterSubject } from "./subject.ts";

/** One thing that every adapter must do, for any test runner. */
export interface AdapterCase {
  /** Unique within the suite: `"<subject>: <what must be so>"`. */
  readonly name: string;
  /** Starts its own server, asks it over real sockets and stops it. Rejects when the adapter does it wrong or hangs. */
  run(): Promise<void>;
}

/** One case as the files of this folder write it: `open` starts a server, which is stopped afterwards. */
export interface Check {
  readonly name: string;
  readonly needs?: Ability;
  run(open: (options?: RigOptions) => Promise<Rig>): Promise<void>;
}

/** How the suite is to be run. */
export interface AdapterCasesOptions {
  /** After how many milliseconds something counts as hanging. Default 5,000; passing cases never wait for it. */
  readonly patienceMs?: number | undefined;
}

/** How long the suite waits for anything before it says that it hangs. Nothing right takes a tenth of it. */
const PATIENCE_MS = 5_000;

const checks: readonly Check[] = [
  ...handshakeChecks,
  ...deliveryChecks,
  ...bodyChecks,
  ...refusalChecks,
  ...limitChecks,
  ...connectionChecks,
  ...routingChecks,
  ...parserChecks,
  ...onPremisesChecks,
];

/**
 * The conformance suite for adapters: what every one must do, over real sockets. The cases are independent of each
 * other and may run side by side. Those that need what the subject `lacks` are left out.
 *
 * ```ts
 * for (const { name, run } of adapterCases(subject)) test(name, { timeout: 30_000 }, run);
 * ```
 *
 * A case that hangs fails by itself and says what hung, so the runner's own timeout should be longer.
 */
export function adapterCases(
  subject: AdapterSubject,
  { patienceMs = PATIENCE_MS }: AdapterCasesOptions = {},
): readonly AdapterCase[] {
  return checks
    .filter(({ needs }) => needs === undefined || subject.lacks?.[needs] === undefined)
    .map((check) => ({ name: check.name, run: () => run(check, subject, patienceMs) }));
}

async function run(check: Check, subject: AdapterSubject, patienceMs: number): Promise<void> {
  const rigs: Rig[] = [];
  const dispose = (): Promise<unknown> => Promise.all(rigs.map((rig) => rig.dispose()));
  try {
    await check.run(async (options) => {
      const rig = await Rig.start(subject, patienceMs, options);
      rigs.push(rig);
      return rig;
    });
  } catch (error) {
    // What went wrong first is the news, not that the server then does not stop.
    await dispose().catch(() => {});
    throw error;
  }
  await dispose();
}
