import http, { type RequestListener } from "node:http";
import https from "node:https";
import { isLoopback } from "../delivery/callback-url.ts";
import type { ServerOptions } from "../options.ts";
import { knownByName } from "./access.ts";

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  /** Whether only this machine reaches it. */
  readonly isLocal: boolean;
  close(): Promise<void>;
}

export async function serve(
  { port = 0, host = "127.0.0.1", tls }: ServerOptions,
  listener: RequestListener,
): Promise<RunningServer> {
  const isLocal = isLoopback(host.toLowerCase());
  const guarded = isLocal ? listener : knownByName(host, listener);
  const server = tls === undefined ? http.createServer(guarded) : https.createServer(tls, guarded);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port.");
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `${tls === undefined ? "http" : "https"}://${name}:${address.port}`,
    isLocal,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
