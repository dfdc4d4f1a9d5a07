import type { Webhooks } from "@whatsapp-webhooks/core";

/** An adapter under test: how to start a server that mounts it, and what cannot apply to it. */
export interface AdapterSubject {
  /**
   * Starts a server on a free port of this machine, with the adapter mounted as `setup` says and, **after** it, the
   * app's own route `POST /echo`: behind the framework's usual JSON parser, it answers 200 and the JSON it was sent.
   * Called once or twice for each case, and for several cases at a time.
   */
  start(setup: AdapterSetup): Promise<AdapterServer>;
  /** Abilities that the framework has not, each with the reason. Their cases are left out. */
  readonly lacks?: Readonly<Partial<Record<Ability, string>>> | undefined;
}

/** What not every framework can do. */
export type Ability =
  /** Mounting middleware under a path: {@link AdapterSetup.mountPoint}. */
  | "mount-point"
  /** Mounting under a path with `:name` segments. */
  | "mount-point-params"
  /** Letting requests through whose `Content-Type` is no media type. */
  | "malformed-content-type"
  /** Having routes beside the webhook's at all. */
  | "other-routes"
  /** Reading bodies for the whole app and keeping nothing of them but a value: {@link AdapterSetup.before}. */
  | "consuming-parser"
  /** Reading bodies for the whole app and keeping the bytes as well. */
  | "keeping-parser";

/** How the server of one case is to be built. */
export interface AdapterSetup {
  readonly webhooks: Webhooks;
  /** The adapter's `path` option; to be left out when undefined. */
  readonly path?: string | undefined;
  /** Mount the adapter here, by the framework's own means and without a `path`: `app.use(mountPoint, …)`, a prefix. */
  readonly mountPoint?: string | undefined;
  /**
   * What stands before the adapter, for the whole app: a JSON parser that leaves a value and no bytes (`"consuming"`),
   * or one that keeps the bytes the way users of the framework do it (`"keeping"`), up to 4 MiB of them, neither of which touches other
   * content types; or a route for every path and method that only passes on (`"passing"`).
   */
  readonly before?: "consuming" | "keeping" | "passing" | undefined;
}

/** A server that {@link AdapterSubject.start} started. */
export interface AdapterServer {
  /** Origin, without a path: `http://127.0.0.1:49152`. */
  readonly url: string;
  /** The framework's own way to stop. Must not cut connections that are in use, or the suite cannot see them hang. */
  close(): Promise<void>;
}
