import { createHmac, randomBytes } from "node:crypto";
import type { Answer } from "./check.ts";
import type { Delivery } from "./script.ts";

const random = () => randomBytes(16).toString("hex");

/** What the app and the platform have agreed on; made up for each run. */
export const agreement = {
  appSecret: random(),
  verifyToken: random(),
  authorization: `Basic ${Buffer.from(`demo:${random()}`).toString("base64")}`,
};

/** A body as the platform writes it: slashes and all that is not ASCII escaped. The signature is over these very bytes. */
export function toText(body: object): string {
  return JSON.stringify(body)
    .replaceAll("/", "\\/")
    .replace(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}

/** What the platform's headers say of who sent a body. */
function credentials(body: string, auth: Delivery["auth"]): Record<string, string> {
  if (auth === "authorization") return { authorization: agreement.authorization };
  const secret = auth === "signed" ? agreement.appSecret : random();
  const hash = createHmac("sha256", secret).update(body).digest("hex");
  return { "x-hub-signature-256": `sha256=${hash}` };
}

/** The GET by which the platform makes sure that a callback URL is yours. */
export function handshake(url: string, challenge: string): Promise<Answer> {
  const query = new URLSearchParams({
    "hub.mode": "subscribe",
    "hub.verify_token": agreement.verifyToken,
    "hub.challenge": challenge,
  });
  return ask(`${url}?${query}`);
}

export function deliver(url: string, body: string, auth: Delivery["auth"]): Promise<Answer> {
  const headers = { "content-type": "application/json", ...credentials(body, auth) };
  return ask(url, { method: "POST", headers, body });
}

async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const start = performance.now();
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(5_000) });
    const body = await response.text();
    return { status: response.status, body, ms: performance.now() - start };
  } catch {
    return { status: 0, body: "", ms: performance.now() - start };
  }
}
