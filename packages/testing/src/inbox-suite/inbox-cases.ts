import { crashChecks } from "./crashes.ts";
import { deliveryChecks } from "./deliveries.ts";
import { erasingChecks } from "./erasing.ts";
import { InboxRig } from "./inbox-rig.ts";
import type { InboxSubject } from "./inbox-subject.ts";
import { memoryChecks } from "./memories.ts";

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
  run(rig: InboxRig): Promise<void>;
}

/** How the suite is to be run. */
export interface InboxCasesOptions {
  /** After how many milliseconds something counts as hanging. Default 10,000; passing cases never wait for it. */
  readonly patienceMs?: number;
}

const checks: readonly InboxCheck[] = [
  ...deliveryChecks,
  ...erasingChecks,
  ...memoryChecks,
  ...crashChecks,
];

/**
 * The conformance suite for inboxes: order, retries, burial, de-duplication, and for durable ones crashes and a second
 * process. The cases are independent of each other.
 *
 * ```ts
 * for (const { name, run } of inboxCases(subject)) test(name, run);
 * ```
 */
export function inboxCases(
  subject: InboxSubject,
  { patienceMs = 10_000 }: InboxCasesOptions = {},
): readonly InboxCase[] {
  return checks
    .filter(({ needsDurable }) => needsDurable !== true || subject.durable)
    .map(({ name, run }) => ({
      name: `${subject.name}: ${name}`,
      async run() {
        const rig = new InboxRig(subject, patienceMs);
        try {
          await run(rig);
        } finally {
          await rig.end();
        }
      },
    }));
}
