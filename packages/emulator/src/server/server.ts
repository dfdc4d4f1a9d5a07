import http, { type RequestListener } from "node:http";
import https from "node:https";
import type { ServerOptions } from "../options.ts";

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  readonly isLocal: boolean;
  close(): Promise<void>;
}

export async function serve(
  { port = 0, host = "127.0.0.1", tls }: ServerOptions,
  listener: RequestListener,
): Promise<RunningServer> {
  const server =
    tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port.");
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `${tls === undefined ? "http" : "https"}://${name}:${address.port}`,
    isLocal: ["127.0.0.1", "::1", "localhost"].includes(host),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
