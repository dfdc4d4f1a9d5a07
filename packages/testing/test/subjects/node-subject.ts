import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Webhooks } from "@whatsapp-webhooks/core";
import { type NodeOptions, whatsappWebhooks } from "@whatsapp-webhooks/core/node";
import type { AdapterServer, AdapterSubject } from "../../src/index.ts";

/** What a parser may have left on a request. */
export type ParsedRequest = IncomingMessage & { body?: unknown; rawBody?: unknown };

/** A handler for plain `node:http`: ours, or one of the mutants. */
export type MakeHandler = (
  webhooks: Webhooks,
  options: NodeOptions,
) => (...args: [...Parameters<RequestListener>, () => void]) => void;

/** Plain `node:http` with handlers called one after the other, as connect did. */
export function nodeSubject(makeHandler: MakeHandler = whatsappWebhooks): AdapterSubject {
  return {
    lacks: {
      "mount-point": "node:http has one handler for everything",
      "mount-point-params": "as above",
    },
    async start({ webhooks, path, before }) {
      const handle = makeHandler(webhooks, { path });
      return listen(
        createServer(async (req: ParsedRequest, res) => {
          if (before === "consuming" || before === "keeping")
            await parse(req, before === "keeping");
          handle(req, res, () => {
            respond(req, res).catch(() => res.writeHead(400).end("not JSON"));
          });
        }),
      );
    },
  };
}

/** The app behind the webhook. */
async function respond(req: ParsedRequest, res: ServerResponse): Promise<void> {
  if (req.url === "/echo") {
    await parse(req, false);
    res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(req.body));
  } else {
    res.writeHead(404).end("nothing here");
  }
}

/** Listens on a free port; `close` is Node's own, which waits for connections in use. */
export async function listen(server: Server): Promise<AdapterServer> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      await once(server, "close");
    },
  };
}

/** What a JSON parser does: its own content type only, each body once, and bytes only for those who ask. */
async function parse(req: ParsedRequest, keepsBytes: boolean): Promise<void> {
  if (req.body !== undefined) return;
  req.body = {}; // As body-parser 1 leaves it for content types that are not its own.
  if (req.headers["content-type"] !== "application/json") return;
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (keepsBytes) req.rawBody = bytes;
  req.body = JSON.parse(bytes.toString());
}
