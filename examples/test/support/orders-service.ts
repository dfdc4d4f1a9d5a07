import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The service that the serverless example passes texts on to, which does what the test says. */
export class OrdersService {
  /** Texts in the order they came. */
  readonly heard: string[] = [];
  readonly idempotencyKeys: string[] = [];
  /** Texts that are answered 500. */
  readonly refused = new Set<string>();
  /** Answers wait for this. */
  gate: Promise<void> = Promise.resolve();
  readonly #server = createServer(async (request, response) => {
    let json = "";
    for await (const chunk of request.setEncoding("utf8")) json += chunk;
    const { text } = JSON.parse(json) as { text: string };
    this.heard.push(text);
    this.idempotencyKeys.push(String(request.headers["idempotency-key"]));
    await this.gate;
    response.writeHead(this.refused.has(text) ? 500 : 200).end();
  });

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async start(): Promise<void> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
  }

  end(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
