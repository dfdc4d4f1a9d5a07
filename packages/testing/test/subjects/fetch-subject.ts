import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/fetch";
import type { AdapterSubject } from "../../src/index.ts";
import { listen } from "./node-subject.ts";

const isJson = (request: Request): boolean =>
  request.headers.get("content-type") === "application/json" && request.body !== null;

/** A Fetch-style server: a router of functions from Request to Response, on a bridge to node:http. */
export const fetchSubject: AdapterSubject = {
  lacks: {
    "mount-point": "a Fetch-style router matches whole paths; there is no mount point to see",
    "mount-point-params": "as above",
  },
  async start({ webhooks, path = "/webhooks/whatsapp", before }) {
    const handle = whatsappWebhooks(webhooks, { path });
    return listen(
      createServer(async (req, res) => {
        const request = toRequest(req);
        if (before === "consuming" && isJson(request)) {
          await serveParsed(req.url, await request.json(), request, handle, res);
          return;
        }
        if (before === "keeping" && isJson(request)) await request.clone().json();
        const response =
          req.url === "/echo" ? Response.json(await request.json()) : await handle(request);
        await send(response, res);
      }),
    );
  },
};

/** The app keeps the value that it parsed for its own route; the webhook gets the request that was read. */
async function serveParsed(
  url: string | undefined,
  value: unknown,
  request: Request,
  handle: (request: Request) => Promise<Response>,
  res: ServerResponse,
): Promise<void> {
  await send(url === "/echo" ? Response.json(value) : await handle(request), res);
}

function toRequest(req: IncomingMessage): Request {
  const headers = new Headers();
  for (let i = 0; i < req.rawHeaders.length; i += 2)
    headers.append(req.rawHeaders[i] as string, req.rawHeaders[i + 1] as string);
  const method = req.method ?? "GET";
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(`http://${req.headers.host}${req.url}`, {
    method,
    headers,
    ...(hasBody ? { body: Readable.toWeb(req) as ReadableStream, duplex: "half" } : {}),
  });
}

async function send(response: Response, res: ServerResponse): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  res.writeHead(response.status, {
    ...Object.fromEntries(response.headers),
    "content-length": body.byteLength,
  });
  res.end(body);
}
