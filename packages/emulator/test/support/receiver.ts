import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** A status, with or without a body; a promise of it; or nothing, for no answer at all. */
export type ReplyTo = (
  request: Received,
  count: number,
) => Reply | undefined | Promise<Reply | undefined>;

type Reply =
  | number
  | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> };

export interface ReceiverOptions {
  readonly reply?: ReplyTo;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export const VERIFY_TOKEN = "the verify token";

/** A callback server that knows nothing of this project. It passes the handshake and writes down what comes. */
export class Receiver {
  readonly notifications: Received[] = [];
  readonly handshakes: Received[] = [];
  /** The most requests that were open at the same time. */
  mostAtOnce = 0;
  reply: ReplyTo;
  url = "";
  readonly #server: Server;

  static async start(options: ReceiverOptions = {}): Promise<Receiver> {
    const receiver = new Receiver(options);
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    const { port } = receiver.#server.address() as AddressInfo;
    receiver.url = options.tls ? `https://localhost:${port}/hook` : `http://127.0.0.1:${port}/hook`;
    onTestFinished(() => receiver.stop());
    return receiver;
  }

  private constructor({ reply = () => 200, tls }: ReceiverOptions) {
    this.reply = reply;
    let open = 0;
    const listener: Parameters<typeof createServer>[1] = async (req, res) => {
      this.mostAtOnce = Math.max(this.mostAtOnce, ++open);
      res.on("close", () => open--);
      const parts: Buffer[] = [];
      try {
        for await (const part of req) parts.push(Buffer.from(part));
      } catch {
        return;
      }
      const received: Received = {
        method: req.method ?? "",
        url: new URL(req.url ?? "", "http://receiver"),
        headers: req.headers,
        rawHeaders: req.rawHeaders,
        body: Buffer.concat(parts),
      };
      if (received.method === "GET") {
        this.handshakes.push(received);
        const { searchParams } = received.url;
        const isGood =
          searchParams.get("hub.mode") === "subscribe" &&
          searchParams.get("hub.verify_token") === VERIFY_TOKEN;
        res.writeHead(isGood ? 200 : 403).end(isGood ? searchParams.get("hub.challenge") : "");
        return;
      }
      this.notifications.push(received);
      const reply = await this.reply(received, this.notifications.length);
      if (reply === undefined) return;
      const {
        status,
        body = "",
        headers = {},
      } = typeof reply === "number" ? { status: reply } : reply;
      res.writeHead(status, headers).end(body);
    };
    this.#server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  }

  get bodies(): string[] {
    return this.notifications.map(({ body }) => body.toString());
  }

  /** The messages' texts and the statuses, in the order they came. */
  get items(): string[] {
    return this.bodies.flatMap((body) => itemsOf(JSON.parse(body)));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

interface Body {
  readonly entry?: { readonly changes: { readonly value: Value }[] }[];
}
interface Value {
  readonly messages?: { readonly text?: { readonly body: string }; readonly type: string }[];
  readonly statuses?: { readonly status: string }[];
}

export function valuesOf(body: Body & Value): Value[] {
  return body.entry?.flatMap(({ changes }) => changes.map(({ value }) => value)) ?? [body];
}

export function itemsOf(body: Body & Value): string[] {
  return valuesOf(body).flatMap(({ messages = [], statuses = [] }) => [
    ...messages.map(({ text, type }) => text?.body ?? type),
    ...statuses.map(({ status }) => status),
  ]);
}
