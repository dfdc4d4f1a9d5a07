import { createHmac } from "node:crypto";
import { appendFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Server as AnyServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

export const SECRET = "umbrella 4711";
export const VERIFY_TOKEN = "the verify token";

interface Message {
  readonly id: string;
  readonly type: string;
}

/** What is wrong with a receiver that is good in every other respect. */
export interface Mistakes {
  readonly secret?: string;
  /** What it takes for the signed bytes. */
  readonly signed?: (body: Buffer, chunks: readonly Buffer[]) => Buffer | string;
  readonly checksSignature?: (header: string | undefined, expected: string) => boolean;
  readonly handshake?: (res: ServerResponse, challenge: string, isRight: boolean) => void;
  readonly status?: number;
  /** What it answers when the signature does not fit. Default: 401. */
  readonly refusal?: number;
  readonly redirectTo?: string;
  /** Whether it closes the connection of this request instead of an answer. */
  readonly breaks?: (req: IncomingMessage) => boolean;
  readonly limitBytes?: number;
  readonly limitStatus?: number;
  readonly handlerMs?: number;
  readonly messages?: (all: readonly Message[]) => readonly Message[];
  readonly remembers?: boolean;
  /** Called with the parsed body before the answer. */
  readonly handle?: (body: unknown) => void;
  /** Where it writes the ids of what it handled. */
  readonly handled?: string;
}

/** A callback server as people write them, on plain Node.js. */
export function ownServer(mistakes: Mistakes = {}): Server {
  const seen = new Set<string>();
  return createServer((req, res) => {
    void answer(req, res, mistakes, seen).catch(() => res.writeHead(500).end());
  });
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  mistakes: Mistakes,
  seen: Set<string>,
): Promise<void> {
  const { redirectTo, status = 200, limitBytes = Number.POSITIVE_INFINITY } = mistakes;
  if (redirectTo !== undefined) return void res.writeHead(301, { Location: redirectTo }).end();
  if (mistakes.breaks?.(req)) return void req.destroy();
  if (req.method === "GET") return shakeHands(req, res, mistakes);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (size > limitBytes)
      return void res.writeHead(mistakes.limitStatus ?? 413, { Connection: "close" }).end();
  }
  const body = Buffer.concat(chunks);
  const mac = createHmac("sha256", mistakes.secret ?? SECRET)
    .update(mistakes.signed?.(body, chunks) ?? body)
    .digest("hex");
  const header = req.headers["x-hub-signature-256"]?.toString();
  const check = mistakes.checksSignature ?? ((given, expected) => given === expected);
  if (!check(header, `sha256=${mac}`)) {
    res.writeHead(mistakes.refusal ?? 401).end();
    return;
  }
  const parsed: unknown = JSON.parse(body.toString());
  mistakes.handle?.(parsed);
  if (mistakes.handlerMs !== undefined) await wait(mistakes.handlerMs);
  const all = messagesOf(parsed);
  for (const message of mistakes.messages?.(all) ?? all) {
    const isNew = !seen.has(message.id);
    seen.add(message.id);
    if ((isNew || mistakes.remembers === false) && mistakes.handled !== undefined)
      appendFileSync(mistakes.handled, `${message.id}\n`);
  }
  res.writeHead(status).end();
}

function shakeHands(req: IncomingMessage, res: ServerResponse, { handshake }: Mistakes): void {
  const { searchParams } = new URL(req.url ?? "", "http://receiver");
  const isRight =
    searchParams.get("hub.mode") === "subscribe" &&
    searchParams.get("hub.verify_token") === VERIFY_TOKEN;
  const challenge = searchParams.get("hub.challenge") ?? "";
  if (handshake !== undefined) handshake(res, challenge, isRight);
  else res.writeHead(isRight ? 200 : 403).end(isRight ? challenge : "");
}

interface Body {
  readonly entry?: readonly {
    readonly changes?: readonly { readonly value: { readonly messages?: readonly Message[] } }[];
  }[];
}

function messagesOf(body: unknown): readonly Message[] {
  const { entry = [] } = body as Body;
  return entry.flatMap(({ changes = [] }) => changes.flatMap(({ value }) => value.messages ?? []));
}

/** Listens on a free port of this machine; gives the callback URL. */
export async function listen(server: AnyServer): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return new URL(`http://127.0.0.1:${port}/webhooks/whatsapp`);
}

export async function close(
  server: AnyServer & Pick<Server, "closeAllConnections">,
): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
