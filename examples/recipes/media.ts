import { createHash } from "node:crypto";

/** What a media message has: no bytes, only how to get them. */
export interface Media {
  readonly id?: string | undefined;
  readonly sha256?: string | undefined;
}

export interface Graph {
  /** Such as `https://graph.facebook.com/v25.0`. */
  readonly url: string;
  readonly accessToken: string;
}

/**
 * Fetches a file that a customer sent: the id gives a URL that is good for minutes, and that gives the bytes. Call it from a
 * handler and pass its `signal`: what fails is tried again with the event, and the id is good for 7 days.
 */
export async function download(media: Media, graph: Graph, signal: AbortSignal): Promise<Buffer> {
  if (media.id === undefined) throw new Error("The media has no id: there is nothing to fetch.");
  const init = { headers: { authorization: `Bearer ${graph.accessToken}` }, signal };
  const found = await fetch(`${graph.url}/${encodeURIComponent(media.id)}`, init);
  if (!found.ok) throw new Error(`Asking for the media's URL was answered ${found.status}.`);
  const { url } = (await found.json()) as { url: string };
  const file = await fetch(url, init);
  if (!file.ok) throw new Error(`Fetching the media was answered ${file.status}.`);
  const bytes = Buffer.from(await file.arrayBuffer());
  if (!isWhole(bytes, media.sha256)) throw new Error("The media is not what was announced.");
  return bytes;
}

/** The Cloud API writes the hash in base64, the On-Premises API in hex. */
function isWhole(bytes: Buffer, sha256: string | undefined): boolean {
  if (sha256 === undefined) return true;
  const hash = createHash("sha256").update(bytes).digest();
  return hash.equals(Buffer.from(sha256, /^[\da-f]{64}$/.test(sha256) ? "hex" : "base64"));
}
