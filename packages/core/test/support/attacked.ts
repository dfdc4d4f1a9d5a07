import { once } from "node:events";
import { createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { onTestFinished } from "vitest";
import {
  type AnyEvent,
  createWebhooks,
  type ErrorContext,
  type Pattern,
  type WebhookError,
  type Webhooks,
  type WebhooksOptions,
} from "../../src/index.ts";
import { whatsappWebhooks } from "../../src/node.ts";
import { capturedLog } from "./captured-log.ts";
import { cloudBody, SECRET, TOKEN, text } from "./notifications.ts";
import { signature } from "./requests.ts";

export interface Attacked {
  readonly webhooks: Webhooks;
  /** What every handler got. */
  readonly events: AnyEvent[];
  readonly errors: { readonly error: WebhookError; readonly context: ErrorContext }[];
  readonly log: ReturnType<typeof capturedLog>;
  readonly port: number;
  /** Posts a body with these headers, a signature among them if it is to be authentic. */
  post(body: string | Uint8Array, headers?: Headers): Promise<Answer>;
  /** Posts a body signed with the secret. */
  signed(body: string | Uint8Array | object, secret?: string): Promise<Answer>;
  /** Sends bytes as they are, and resolves with what came back once the server has closed the connection or fallen silent. */
  raw(bytes: string | Uint8Array): Promise<string>;
  /** An honest notification is still answered 200, and handled. */
  expectAlive(): Promise<void>;
}

type Headers = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A whole receiver on a real server: node:http, receiver, inbox in memory, processor, a handler for everything or for what is named. */
export async function attacked(
  options: Partial<WebhooksOptions> & { readonly path?: string; readonly hears?: Pattern } = {},
): Promise<Attacked> {
  const { path, hears = "*", ...rest } = options;
  const log = capturedLog();
  const errors: Attacked["errors"] = [];
  const events: AnyEvent[] = [];
  const webhooks = createWebhooks({
    appSecret: SECRET,
    verifyToken: TOKEN,
    logger: log,
    onError: (error, context) => void errors.push({ error, context }),
    retry: { maxAttempts: 1 },
    ...rest,
  });
  webhooks.on(hears, (event) => void events.push(event));
  const server = createServer(whatsappWebhooks(webhooks, { path }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await webhooks.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = path?.replace(/:\w+/g, "acme") ?? "/webhooks/whatsapp";
  const post: Attacked["post"] = (body, headers = {}) => postTo(port, url, body, headers);
  const signed: Attacked["signed"] = (body, secret = SECRET) => {
    const bytes = bytesOf(body);
    return post(bytes, { "x-hub-signature-256": signature(bytes, secret) });
  };
  let alive = 0;
  return {
    webhooks,
    events,
    errors,
    log,
    port,
    post,
    signed,
    raw: (bytes) => sendRaw(port, bytes),
    async expectAlive() {
      const id = `wamid.alive-${++alive}`;
      const { status } = await signed(cloudBody([text("still here?", { id })]));
      if (status !== 200) throw new Error(`an honest notification was answered ${status}`);
      await webhooks.idle();
      if (!events.some(({ data }) => (data as { id?: unknown }).id === id))
        throw new Error("an honest notification was not handled");
    },
  };
}

function bytesOf(body: string | Uint8Array | object): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function postTo(
  port: number,
  path: string,
  body: string | Uint8Array,
  headers: Headers,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = request({ port, path, host: "127.0.0.1", method: "POST", agent: false, headers });
    req.on("error", reject);
    req.on("response", (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("end", () =>
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    req.end(body);
  });
}

/** `Connection: close` belongs into what is sent, unless the server is to close by itself. */
async function sendRaw(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.on("error", () => {});
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    received += chunk;
  });
  socket.write(bytes);
  await once(socket, "close");
  return received;
}
