import http from "node:http";
import https from "node:https";
import { rootCertificates } from "node:tls";

/**
 * A kept connection is given up after this long without use: before the receiver does so in the very moment in which the
 * next request begins, which would look like a failure.
 */
const IDLE_MS = 1000;

/** The emulator's connections to receivers, kept open between requests as the platform's are. */
export class Connections {
  readonly #plain = new http.Agent({ keepAlive: true, timeout: IDLE_MS });
  readonly #secure = new Map<string, https.Agent>();

  /** For a URL; an HTTPS server's chain must end at one of Node's certificate authorities, or at one of these (PEM). */
  agentFor(url: URL, authorities: readonly string[]): http.Agent {
    if (url.protocol !== "https:") return this.#plain;
    const key = authorities.join("\n");
    let agent = this.#secure.get(key);
    if (agent === undefined) {
      agent = new https.Agent({
        keepAlive: true,
        timeout: IDLE_MS,
        ...(authorities.length > 0 && { ca: [...rootCertificates, ...authorities] }),
      });
      this.#secure.set(key, agent);
    }
    return agent;
  }

  close(): void {
    this.#plain.destroy();
    for (const agent of this.#secure.values()) agent.destroy();
    this.#secure.clear();
  }
}
