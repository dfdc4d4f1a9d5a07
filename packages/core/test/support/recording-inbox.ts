import type { Inbox, InboxRecord } from "../../src/inbox/inbox.ts";

export interface RecordingInbox extends Inbox {
  readonly records: InboxRecord[];
}

/** An inbox that keeps what is put and delivers nothing; `put` can be made to fail. */
export function recordingInbox(put?: (record: InboxRecord) => Promise<void>): RecordingInbox {
  const records: InboxRecord[] = [];
  return {
    durable: false,
    records,
    async put(record) {
      await put?.(record);
      records.push(record);
    },
    consume: async () => ({ close: async () => {} }),
    close: async () => {},
  };
}
