import type { Server } from "node:http";
import type { Http2SecureServer, Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { DEFAULT_PATH } from "@whatsapp-webhooks/core";

/** How long requests under way may take once the app has stopped listening. */
const GRACE_MS = 3_000;
const SWEEP_MS = 50;
/** How long the second of two signals may be on its way. */
const ECHO_MS = 200;

/** What frameworks give; connections of HTTP/2 end with their streams. */
type AnyServer = Server | Http2Server | Http2SecureServer;

/** Where the sample apps listen. 0 takes any free port. */
export const port = Number(process.env.PORT ?? 3000);

/** Says on stderr where the app listens (stdout belongs to the events), and closes it on SIGTERM and Ctrl-C. */
export function run(server: AnyServer, close: () => Promise<void>): void {
  let isClosing = false;
  const stop = async () => {
    // npm passes on to the app what the whole process group has heard already, so every signal may come twice. Once Node.js has
    // nothing left to do it hears none, and the second would end it as a failure: until it can have come there is this to do.
    if (isClosing) return;
    isClosing = true;
    setTimeout(() => {}, ECHO_MS);
    console.error("Closing ...");
    hurry(server);
    await close();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, stop);
  // Last: whoever reads the line may send a signal at once.
  if (server.listening) announce(server);
  else server.once("listening", () => announce(server));
}

/**
 * With nothing left to do Node ends by itself. Connections that clients keep open would put that off: they go as soon
 * as they are idle, and after a while in any case.
 */
function hurry(server: AnyServer): void {
  let leftMs = GRACE_MS;
  const sweep = () => {
    if (server.listening) return;
    if ("closeIdleConnections" in server) server.closeIdleConnections();
    leftMs -= SWEEP_MS;
    if (leftMs <= 0) process.exit();
  };
  setInterval(sweep, SWEEP_MS).unref();
}

function announce(server: AnyServer): void {
  process.off("uncaughtException", giveUp);
  const { port } = server.address() as AddressInfo;
  console.error(`Waiting for WhatsApp at http://localhost:${port}${DEFAULT_PATH} (Ctrl-C ends it)`);
}

/** Why the app cannot start: one line where the message says all (a missing secret, a used port), else the stack. */
function giveUp(error: NodeJS.ErrnoException): void {
  if (error.code === "EADDRINUSE") console.error(`Port ${port} is in use: set PORT to another.`);
  else console.error(error.code === undefined ? error : error.message);
  process.exit(1);
}

process.once("uncaughtException", giveUp);
