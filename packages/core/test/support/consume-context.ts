import { cutRecord } from "../../src/cut-record.ts";
import { type ConsumeContext, stderrLogger } from "../../src/index.ts";

/** What core gives an inbox beside what delivers, but for the parts given. */
export function contextOf(parts: Partial<ConsumeContext> = {}): ConsumeContext {
  return { logger: stderrLogger, cut: cutRecord, concurrency: 64, ...parts };
}
