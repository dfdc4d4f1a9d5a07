import { within } from "../within.ts";
import { bodyChecks } from "./bodies.ts";
import { claimChecks } from "./claims.ts";
import { clockChecks } from "./clocks.ts";
import { closingChecks } from "./closing.ts";
import { commitChecks } from "./commits.ts";
import { crashChecks } from "./crashes.ts";
import { deadLetterChecks } from "./dead-letters.ts";
import { memoryChecks } from "./memories.ts";
import { settleChecks } from "./settles.ts";
import { StoreRig } from "./store-rig.ts";
import type { StoreAbility, StoreSubject } from "./store-subject.ts";
import { traceChecks } from "./traces.ts";

/** One thing that every store must do, for any test runner. */
export interface StoreCase {
  /** Unique within the suite: `"<subject>: <what must be so>"`. */
  readonly name: string;
  /** Rejects when the store does it wrong or hangs. */
  run(): Promise<void>;
}

/** One case as the files of this folder write it. */
export interface StoreCheck {
  readonly name: string;
  readonly needs?: StoreAbility;
  /** For those that need a limit. */
  readonly limitBytes?: number;
  run(rig: StoreRig): Promise<void>;
}

/** How the suite is to be run. */
export interface StoreCasesOptions {
  /**
   * After how many milliseconds a case counts as hanging. Default 30,000; passing cases never wait for it. It must be
   * more than the subject's `leaseMs`.
   */
  readonly patienceMs?: number | undefined;
}

const checks: readonly StoreCheck[] = [
  ...commitChecks,
  ...bodyChecks,
  ...claimChecks,
  ...settleChecks,
  ...memoryChecks,
  ...deadLetterChecks,
  ...crashChecks,
  ...clockChecks,
  ...closingChecks,
  ...traceChecks,
];

/**
 * The conformance suite for stores, which `storeInbox` lifts into inboxes: what is written and taken, who holds it, what
 * a crash leaves, what is remembered and for how long. The cases are independent of each other and may run side by
 * side. Those that need what the subject `lacks` are left out.
 *
 * ```ts
 * for (const { name, run } of storeCases(subject)) test(name, { timeout: 60_000 }, run);
 * ```
 *
 * A case that hangs fails by itself, so the runner's own timeout should be longer.
 */
export function storeCases(
  subject: StoreSubject,
  { patienceMs = 30_000 }: StoreCasesOptions = {},
): readonly StoreCase[] {
  return checks
    .filter(({ needs }) => needs === undefined || subject.lacks?.[needs] === undefined)
    .map((check) => ({
      name: `${subject.name}: ${check.name}`,
      run: () => run(check, subject, patienceMs),
    }));
}

async function run(
  { limitBytes, ...check }: StoreCheck,
  subject: StoreSubject,
  patienceMs: number,
): Promise<void> {
  const rig = await StoreRig.start(subject, patienceMs, { limitBytes });
  try {
    await within(patienceMs, () => rig.waitsFor, check.run(rig));
  } catch (error) {
    // What went wrong first is the news, not that the store then does not close.
    await rig.end().catch(() => {});
    throw error;
  }
  await rig.end();
}
