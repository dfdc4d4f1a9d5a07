import { createReceiver, type Receiver, type ReceiverOptions } from "../../src/receiver.ts";
import { type CapturedLog, capturedLog } from "./captured-log.ts";
import { type RecordingInbox, recordingInbox } from "./recording-inbox.ts";
import { SECRET, TOKEN } from "./requests.ts";

export interface ReceiverUnderTest extends Receiver {
  readonly inbox: RecordingInbox;
  readonly log: CapturedLog;
  /** How often `onArrival` was called. */
  readonly stored: () => number;
}

type Options = Partial<Omit<ReceiverOptions, "inbox" | "logger">> & {
  readonly inbox?: RecordingInbox;
};

/** A receiver with a secret, a token, an inbox that records and a log that is captured. */
export function receiverUnderTest(options: Options = {}): ReceiverUnderTest {
  const log = capturedLog();
  const inbox = options.inbox ?? recordingInbox();
  let stored = 0;
  const receiver = createReceiver({
    appSecret: SECRET,
    verifyToken: TOKEN,
    bodyLimitBytes: 1_000_000,
    readTimeoutMs: 10_000,
    unverifiedLimitBytes: 10_000_000,
    onArrival: () => {
      stored++;
    },
    ...options,
    inbox,
    logger: log,
  });
  return { ...receiver, inbox, log, stored: () => stored };
}
