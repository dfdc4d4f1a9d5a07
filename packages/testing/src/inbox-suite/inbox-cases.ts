import { within } from "../within.ts";
import { conversationChecks } from "./conversations.ts";
import { crashChecks } from "./crashes.ts";
import { deadLetterChecks } from "./dead-letters.ts";
import { deliveryChecks } from "./deliveries.ts";
import { endingChecks } from "./endings.ts";
import { erasingChecks } from "./erasing.ts";
import { InboxRig } from "./inbox-rig.ts";
import type { InboxAbility, InboxSubject } from "./inbox-subject.ts";
import { memoryChecks } from "./memories.ts";
import { watchingChecks } from "./watching.ts";

/** One thing that every inbox must do, for any test runner. */
export interface InboxCase {
  /** Unique within the suite: `"<subject>: <what must be so>"`. */
  readonly name: string;
  /** Rejects when the inbox does it wrong or hangs. */
  run(): Promise<void>;
}

/** One case as the files of this folder write it. */
export interface InboxCheck {
  readonly name: string;
  readonly needsDurable?: boolean;
  readonly needs?: InboxAbility | readonly InboxAbility[];
  /** For those that need a limit. */
  readonly limitBytes?: number;
  run(rig: InboxRig): Promise<void>;
}

/** How the suite is to be run. */
export interface InboxCasesOptions {
  /**
   * After how many milliseconds a case counts as hanging. Default 30,000; passing cases never wait for it. It must be
   * more than a durable inbox takes to get over a dead process.
   */
  readonly patienceMs?: number | undefined;
}

const checks: readonly InboxCheck[] = [
  ...deliveryChecks,
  ...deadLetterChecks,
  ...erasingChecks,
  ...memoryChecks,
  ...endingChecks,
  ...crashChecks,
  ...conversationChecks,
  ...watchingChecks,
];

/**
 * The conformance suite for inboxes: order, retries, dead letters, de-duplication, and for durable ones crashes and a second
 * process. The cases are independent of each other and may run side by side. Those that need what the subject `lacks`
 * are left out.
 *
 * ```ts
 * for (const { name, run } of inboxCases(subject)) test(name, { timeout: 60_000 }, run);
 * ```
 *
 * A case that hangs fails by itself, so the runner's own timeout should be longer.
 */
export function inboxCases(
  subject: InboxSubject,
  { patienceMs = 30_000 }: InboxCasesOptions = {},
): readonly InboxCase[] {
  return checks
    .filter(({ needsDurable }) => needsDurable !== true || subject.durable)
    .filter(({ needs = [] }) => [needs].flat().every((each) => subject.lacks?.[each] === undefined))
    .map((check) => ({
      name: `${subject.name}: ${check.name}`,
      run: () => run(check, subject, patienceMs),
    }));
}

async function run(
  { limitBytes, ...check }: InboxCheck,
  subject: InboxSubject,
  patienceMs: number,
): Promise<void> {
  const rig = await InboxRig.start(subject, patienceMs, { limitBytes });
  try {
    await within(patienceMs, () => rig.waitsFor(), check.run(rig));
  } catch (error) {
    // What went wrong first is the news, not that the inbox then does not close.
    await rig.end().catch(() => {});
    throw error;
  }
  await rig.end();
}
