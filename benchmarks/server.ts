// One server under test, as a process of its own: `server.ts <framework> <inbox> <file>`. It says its port; asked with
// SIGUSR2 it says what has happened since it was asked last.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createWebhooks, type Inbox, memoryInbox, type Webhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks as onNode } from "@whatsapp-webhooks/core/node";
import { whatsappWebhooks as onExpress } from "@whatsapp-webhooks/express";
import { sqliteInbox } from "@whatsapp-webhooks/sqlite";
import express from "express";
import { type ServerReport, STALL_MS } from "./report.ts";
import { PATH, SECRET } from "./target.ts";

const [framework, inboxName = "", path = ""] = process.argv.slice(2);
let handled = 0;

const inboxes: Readonly<Record<string, () => Inbox>> = {
  memory: () => memoryInbox(),
  sqlite: () => sqliteInbox({ path }),
};

/** Nobody can do with less: the raw body, and the HMAC over it. */
function bare(req: IncomingMessage, res: ServerResponse): void {
  const chunks: Buffer[] = [];
  req.on("data", (chunk: Buffer) => chunks.push(chunk));
  req.on("end", () => {
    const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    const mac = createHmac("sha256", SECRET).update(body).digest();
    const given = Buffer.from(String(req.headers["x-hub-signature-256"]).slice(7), "hex");
    res.statusCode = given.length === mac.length && timingSafeEqual(given, mac) ? 200 : 401;
    handled++;
    res.end();
  });
}

async function subscribed(inbox: Inbox): Promise<Webhooks> {
  const webhooks = createWebhooks({ appSecret: SECRET, verifyToken: "token", inbox });
  webhooks.on("message.text", () => {
    handled++;
  });
  await webhooks.start();
  return webhooks;
}

async function serve(): Promise<Server> {
  const makeInbox = inboxes[inboxName];
  const webhooks = makeInbox === undefined ? undefined : await subscribed(makeInbox());
  if (framework === "node") return createServer(webhooks === undefined ? bare : onNode(webhooks));
  const app = express();
  if (webhooks === undefined) app.post(PATH, bare);
  else app.use(onExpress(webhooks));
  return createServer(app);
}

const server = (await serve()).listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});

let last = performance.now();
const stalls: number[] = [];
/** Every millisecond: how late is it? */
setInterval(() => {
  const now = performance.now();
  if (now - last - 1 >= STALL_MS) stalls.push(Math.round(now - last - 1));
  last = now;
}, 1);

process.on("SIGUSR2", () => {
  const report: ServerReport = { handled, stalls: stalls.splice(0) };
  handled = 0;
  process.stdout.write(`${JSON.stringify(report)}\n`);
});
