import type { InboxRecord, PartKeys, RecordAuth } from "@whatsapp-webhooks/core";

/** A record or a part of one as the data of a job, with short names: it is there once for each. */
export interface Stored {
  /** Id. */
  readonly i: string;
  /** Received at. */
  readonly r: number;
  /** How it was authenticated. */
  readonly a: RecordAuth;
  /** The trace that receiving it was part of. */
  readonly p?: string;
  /** The body as text. */
  readonly t?: string;
  /** The body in Base64, if it is no text. */
  readonly b?: string;
  /** Attempts so far. */
  readonly n?: number;
  /** Keys of events that are done. */
  readonly c?: readonly string[];
  /** Of a part: its conversation, hashed. */
  readonly k?: string;
  /** Of a part: keys of its events, where it does not tell them itself. */
  readonly e?: PartKeys;
  /** It was here before (a retry, a dead letter that is tried again), so that its id is no news. */
  readonly g?: 1;
}

/** What is left of a part that was removed, and what stands in for one that is done: nothing to deliver. */
export type Nothing = Readonly<Record<string, never>>;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function toStored({ id, receivedAt, auth, body, trace }: InboxRecord): Stored {
  const stored = { i: id, r: receivedAt, a: auth, ...toBody(body) };
  return trace === undefined ? stored : { ...stored, p: trace };
}

/** The same with another body, which keys were not made for. */
export function withBody({ t: _t, b: _b, e: _e, ...rest }: Stored, body: Uint8Array): Stored {
  return { ...rest, ...toBody(body) };
}

export function toRecord({ i, r, a, p, e, ...body }: Stored): InboxRecord {
  return {
    id: i,
    receivedAt: r,
    auth: a,
    body: bodyOf(body),
    ...(p === undefined ? {} : { trace: p }),
    ...(e === undefined ? {} : { keys: e }),
  };
}

export function bytesOf({ t, b }: Pick<Stored, "t" | "b">): number {
  return b === undefined ? Buffer.byteLength(t ?? "") : Buffer.byteLength(b, "base64");
}

export function isStored(value: Stored | Nothing | null | undefined): value is Stored {
  return value !== null && value !== undefined && typeof value.i === "string";
}

/** Whether its body contains one of these texts in UTF-8. */
export function contains(stored: Stored, texts: readonly string[]): boolean {
  const { t } = stored;
  if (t !== undefined) return texts.some((text) => t.includes(text));
  const body = bodyOf(stored);
  return texts.some((text) => body.includes(text));
}

/** JSON takes a fourth less room as it is than in Base64. What is no text must come back byte for byte, too. */
function toBody(body: Uint8Array): Pick<Stored, "t" | "b"> {
  try {
    return { t: decoder.decode(body) };
  } catch {
    return { b: Buffer.from(body).toString("base64") };
  }
}

function bodyOf({ t, b }: Pick<Stored, "t" | "b">): Buffer {
  return b === undefined ? Buffer.from(t ?? "") : Buffer.from(b, "base64");
}
