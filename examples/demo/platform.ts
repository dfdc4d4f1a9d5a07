import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import {
  createEmulator,
  type Delivery,
  type Emulator,
  type Json,
} from "@whatsapp-webhooks/emulator";
import type { Answer } from "./check.ts";

const random = () => randomBytes(16).toString("hex");

/** What the app and the platform have agreed on; made up for each run. */
export const agreement = {
  appSecret: random(),
  verifyToken: random(),
  authorization: `Basic ${Buffer.from(`demo:${random()}`).toString("base64")}`,
};

/** Longer, and the app counts as one that does not answer. */
const PATIENCE_MS = 5_000;
/** The page's usual place, so that a tab that is still open finds the next demo. */
const PORT = 4646;

/** Both of the platform's APIs, on this machine. At its URL is a page to write to the app as a customer. */
export async function startPlatform(isStaying: boolean): Promise<Emulator> {
  const emulator = createEmulator({
    appSecret: agreement.appSecret,
    requestTimeoutMs: PATIENCE_MS,
    onPremises: { callbackHeaders: { Authorization: agreement.authorization } },
    server: { port: isStaying && (await isFree(PORT)) ? PORT : 0 },
  });
  await emulator.start();
  return emulator;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const [error] = await Promise.race([once(server, "listening"), once(server, "error")]).catch(
    (reason: unknown) => [reason],
  );
  if (error !== undefined) return false;
  server.close();
  await once(server, "close");
  return true;
}

/** What the body of the answer to a handshake should be. */
export const CHALLENGE = "the challenge";

/** Tells both APIs where the app is. The Cloud API makes sure that the URL is the app's own. */
export async function introduce(emulator: Emulator, url: string): Promise<Answer> {
  const start = performance.now();
  const answer = (status: number, body: string): Answer => ({
    status,
    body,
    ms: performance.now() - start,
  });
  emulator.onPremises.configure({ webhooks: { url } });
  try {
    await emulator.subscribe({ callbackUrl: url, verifyToken: agreement.verifyToken });
    return answer(200, CHALLENGE);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return answer(Number(/Code = (\d+)/.exec(reason)?.[1] ?? 0), reason);
  }
}

/** Has the emulator send a body, signed, or the On-Premises way. Resolves to the first answer. */
export async function deliver(emulator: Emulator, body: Json): Promise<Answer> {
  const begun: Delivery[] = [];
  const stopHearing = emulator.on("begun", ({ delivery }) => begun.push(delivery));
  emulator.notify(body);
  stopHearing();
  const [delivery] = begun;
  if (delivery === undefined) throw new Error("The platform sends nothing: nobody is subscribed.");
  const attempt = await new Promise<Delivery["attempts"][number]>((resolve) => {
    const stop = emulator.on("attempt", (ended) => {
      if (ended.delivery !== delivery) return;
      stop();
      resolve(ended.attempt);
    });
  });
  return { status: attempt.status ?? 0, body: "", ms: attempt.answerMs };
}

/** What the emulator would never send: a body signed with another secret. */
export async function forge(url: string, body: object): Promise<Answer> {
  const text = JSON.stringify(body);
  const hash = createHmac("sha256", random()).update(text).digest("hex");
  const headers = { "content-type": "application/json", "x-hub-signature-256": `sha256=${hash}` };
  const start = performance.now();
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(url, { method: "POST", headers, body: text, signal });
    const answer = await response.text();
    return { status: response.status, body: answer, ms: performance.now() - start };
  } catch {
    return { status: 0, body: "", ms: performance.now() - start };
  }
}
