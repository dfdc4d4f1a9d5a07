/**
 * The seam between core and the adapters: one small request, one small response.
 *
 * An adapter turns its framework's request into a {@link WebhookRequest}, hands it to
 * `webhooks.receive()` and writes the {@link WebhookResponse} out. It decides nothing.
 */

/**
 * The body as the adapter found it. There is deliberately no variant for a parsed value:
 * the signature is over the bytes, and a value cannot be turned back into them.
 */
export type RequestBody =
  /** Nobody has read it yet. */
  | { readonly kind: "stream"; readonly stream: AsyncIterable<Uint8Array> }
  /**
   * Nobody has read it yet, and it says that it is short (`bytes`, at most some ten thousand), so that it may be read at once
   * where that is cheaper. `read` rejects with a WebhookError, or with whatever ended the connection.
   */
  | {
      readonly kind: "short";
      readonly bytes: number;
      /** To be called once. */
      readonly read: () => Promise<ArrayBuffer>;
    }
  /** Buffered, byte for byte. `decoded` when a parser made a string of it first, which may have changed bytes. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly decoded?: boolean }
  /** A parser consumed it and kept no bytes. `hint` tells how to mend that in this framework. */
  | { readonly kind: "lost"; readonly hint: string };

/** A request without its body: what functions that choose secrets and tokens get to see. */
export interface RequestHead {
  /** Upper case. */
  readonly method: string;
  /** Path and query as the platform called it, for example `/webhooks/whatsapp?hub.mode=subscribe`. */
  readonly url: string;
  /** What `:name` segments of the adapter's `path` matched, decoded. Empty without such segments. */
  readonly params: Readonly<Record<string, string>>;
  /** A header by its lower-case name; repeated headers are joined with `", "`, absent ones are undefined. */
  header(name: string): string | undefined;
}

/** A request as core sees it. */
export interface WebhookRequest extends RequestHead {
  readonly body: RequestBody;
}

/** What is to be sent back, exactly as it stands here. */
export interface WebhookResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
