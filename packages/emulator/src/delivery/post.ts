import http from "node:http";
import https from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import { LONGEST_TIMER_MS } from "../clock.ts";
import { errorCode } from "../error-code.ts";
import type { Breakage } from "./breakage.ts";

/** How the network treats one request. */
export interface Disturbance {
  /** Into how many pieces the body is cut, with a pause between two. */
  readonly pieces: number;
  readonly pauseMs: number;
  /** Where the connection breaks. */
  readonly cut: Breakage | undefined;
}

/** Why there is no answer. */
export type Failure =
  /** None came within the time that a receiver has. */
  | "timeout"
  /** The certificate's chain, name or dates are not good, or the receiver breaks the TLS handshake off. */
  | "tls"
  /** Nobody listens, the connection broke, or what came is not HTTP. */
  | "connection";

export interface Answer {
  /** The answer's status, when one came. */
  readonly status?: number;
  readonly failure?: Failure;
  /** Node's word for the failure, such as `ECONNREFUSED`. */
  readonly code?: string;
  /** Where the weather broke the connection. Absent when it did not come to that. */
  readonly cut?: Breakage;
  /** From the beginning of the request to the end of the answer, without the pauses that the weather made. */
  readonly answerMs: number;
  readonly body: string;
  /** Where a redirect points to, as the answer says it. */
  readonly location?: string;
}

export interface Request {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly agent: http.Agent;
  readonly timeoutMs: number;
  readonly disturbance?: Disturbance;
}

/** More of an answer is of no interest; only the handshake looks at it at all. */
const KEPT_CHARACTERS = 10_000;

const calm: Disturbance = { pieces: 1, pauseMs: 0, cut: undefined };

/** One request to a receiver. Redirects are not followed. Never rejects: what goes wrong is the answer. */
export async function post(request: Request): Promise<Answer> {
  try {
    return await exchange(request);
  } catch (error) {
    // Node refuses to send it: a header with a line break, for example.
    return { failure: "connection", ...codeOf(error), answerMs: 0, body: "" };
  }
}

function exchange(request: Request): Promise<Answer> {
  const { url, method, headers, body, agent, timeoutMs, disturbance = calm } = request;
  return new Promise((resolve) => {
    const started = performance.now();
    let pausedMs = 0;
    let status: number | undefined;
    let location: string | undefined;
    let text = "";
    let cut: Breakage | undefined;
    const outgoing = (url.protocol === "https:" ? https : http).request(url, {
      method,
      agent,
      headers: method === "GET" ? headers : { ...headers, "Content-Length": `${body.byteLength}` },
    });
    const end = (failure?: Failure, code: { readonly code?: string } = {}): void => {
      clearTimeout(timer);
      resolve({
        ...(status !== undefined && { status }),
        ...(failure !== undefined && { failure }),
        ...(location !== undefined && { location }),
        ...(cut !== undefined && { cut }),
        ...code,
        answerMs: Math.max(0, performance.now() - started - pausedMs),
        body: text,
      });
    };
    const timer = setTimeout(
      () => {
        end("timeout");
        outgoing.destroy();
      },
      Math.min(timeoutMs + disturbance.pauseMs * (disturbance.pieces - 1), LONGEST_TIMER_MS),
    );
    outgoing.on("error", (error) => {
      const code = codeOf(error);
      const isTls = isAboutCertificates(code.code) || isAlert(error, code.code);
      end(isTls ? "tls" : "connection", code);
    });
    outgoing.on("response", (incoming) => {
      location = incoming.headers.location;
      if (disturbance.cut === "lostAnswers") {
        cut = "lostAnswers";
        status = incoming.statusCode;
        end();
        outgoing.destroy();
        return;
      }
      incoming.setEncoding("utf8");
      incoming.on("data", (part: string) => {
        if (text.length < KEPT_CHARACTERS) text += part;
      });
      incoming.on("error", (error) => end("connection", codeOf(error)));
      incoming.on("end", () => {
        status = incoming.statusCode;
        end();
      });
    });
    const breakOff = (breakage: "cutUploads" | "cutBeforeAnswer"): void => {
      // What has failed by itself, because nobody listens for example, cannot be cut any more.
      if (outgoing.destroyed) return;
      cut = breakage;
      outgoing.destroy(new Error("cut by the weather"));
    };
    void upload(outgoing, body, disturbance, breakOff, (ms) => {
      pausedMs += ms;
    });
  });
}

async function upload(
  outgoing: http.ClientRequest,
  body: Uint8Array,
  { pieces, pauseMs, cut }: Disturbance,
  breakOff: (breakage: "cutUploads" | "cutBeforeAnswer") => void,
  paused: (ms: number) => void,
): Promise<void> {
  const size = Math.max(1, Math.ceil(body.byteLength / pieces));
  if (cut === "cutUploads") {
    outgoing.write(body.subarray(0, Math.ceil(body.byteLength / 2)), (error) => {
      if (!error) breakOff(cut);
    });
    return;
  }
  for (let at = size; at < body.byteLength; at += size) {
    outgoing.write(body.subarray(at - size, at));
    const before = performance.now();
    await wait(pauseMs);
    paused(performance.now() - before);
    if (outgoing.destroyed) return;
  }
  const last = body.subarray(Math.floor(Math.max(0, body.byteLength - 1) / size) * size);
  outgoing.end(last, () => {
    if (cut === "cutBeforeAnswer") breakOff(cut);
  });
}

function isAboutCertificates(code = ""): boolean {
  return /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_|INVALID_CA)/.test(
    code,
  );
}

/** What answers does speak TLS, and refuses this connection. The code is the same where it speaks something else. */
function isAlert({ message }: Error, code: string | undefined): boolean {
  return code === "EPROTO" && /SSL alert number/.test(message);
}

function codeOf(error: unknown): { readonly code?: string } {
  const code = errorCode(error);
  return code === undefined ? {} : { code };
}
