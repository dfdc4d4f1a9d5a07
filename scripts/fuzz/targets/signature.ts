import { createHmac } from "node:crypto";
import { Readable } from "node:stream";
import type { InboxRecord, RequestBody } from "@whatsapp-webhooks/core";
import { createReceiver } from "../../../packages/core/src/receiver.ts";
import { jsonObjectIn } from "../json-object.ts";
import { mustHold, type Target } from "../target.ts";

const SECRETS = ["secret-of-the-fuzzer", "secret-of-the-fuzzer-before"] as const;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** How a header is given: text in which these stand for what only whoever knows a secret could write. */
const MACS: Readonly<Record<string, (body: string) => string>> = {
  "{good}": (body) => mac("sha256", SECRETS[0], body),
  "{old}": (body) => mac("sha256", SECRETS[1], body),
  "{other}": (body) => mac("sha256", "secret-of-somebody-else", body),
  "{empty}": (body) => mac("sha256", "", body),
  "{sha1}": (body) => mac("sha1", SECRETS[0], body),
  "{plain}": (body) => mac("sha256", SECRETS[0], body.trim()),
};

function mac(hash: string, secret: string, body: string): string {
  return createHmac(hash, secret).update(Buffer.from(body, "latin1")).digest("hex");
}

interface Input {
  readonly header?: string;
  readonly sha1?: string;
  /** Its bytes, each as one character. */
  readonly body: string;
  readonly chunk: number;
}

/** Signature headers in all forms over all bytes: 200 for the right ones and nothing else. */
export function signatureTarget(): Target {
  const headers = [
    "sha256={good}",
    "sha256={old}",
    "SHA256={good}",
    "sha256={other}",
    "sha256={empty}",
    "sha256={sha1}",
    "sha1={sha1}",
    "sha256={plain}",
    "sha256={good}, sha256={good}",
    "sha256={other},sha256={good}",
    " sha256={good}",
    "sha256={good}00",
    "sha256=",
    "{good}",
    "sha512={good}",
    "sha256=0x{good}",
  ];
  return {
    seeds: () =>
      headers.flatMap((header) => [
        Buffer.from(JSON.stringify({ header, body: '{"object":"a"}', chunk: 0 })),
        Buffer.from(JSON.stringify({ header, sha1: "sha1={sha1}", body: " \u00ff", chunk: 1 })),
      ]),
    async run(input) {
      const read = readInput(input);
      if (read === undefined) return ["no input"];
      const { header, sha1, body, chunk } = read;
      const bytes = Buffer.from(body, "latin1");
      const written = {
        "x-hub-signature-256": filled(header, body),
        "x-hub-signature": filled(sha1, body),
      };
      const stored: InboxRecord[] = [];
      const { receive } = createReceiver({
        appSecret: SECRETS,
        verifyToken: "token-of-the-fuzzer",
        bodyLimitBytes: 1_000_000,
        readTimeoutMs: 10_000,
        unverifiedLimitBytes: 10_000_000,
        onArrival: () => {},
        logger: SILENT,
        inbox: {
          durable: false,
          put: async (record) => void stored.push(record),
          consume: async () => ({ close: async () => {} }),
          close: async () => {},
        },
      });
      const { status, body: code } = await receive({
        method: "POST",
        url: "/webhooks/whatsapp",
        params: {},
        header: (name) => written[name as keyof typeof written],
        body: bodyOf(bytes, chunk),
      });
      const isRight = isSigned(written["x-hub-signature-256"], bytes);
      mustHold((status === 200) === isRight, `${status} for a ${isRight ? "right" : "wrong"} one`);
      mustHold(stored.length === (isRight ? 1 : 0), "not stored as answered");
      mustHold(
        stored.every((record) => Buffer.from(record.body).equals(bytes)),
        "other bytes stored than came",
      );
      return [`${status} ${code}`];
    },
  };
}

function readInput(input: Uint8Array): Input | undefined {
  const read = jsonObjectIn(input);
  if (read === undefined) return undefined;
  const { header, sha1, body, chunk } = read;
  return {
    ...(typeof header === "string" ? { header } : {}),
    ...(typeof sha1 === "string" ? { sha1 } : {}),
    body: typeof body === "string" ? body : JSON.stringify(body ?? ""),
    chunk: typeof chunk === "number" && chunk > 0 ? Math.ceil(chunk) : 0,
  };
}

function filled(header: string | undefined, body: string): string | undefined {
  return header?.replace(
    /\{\w+\}/g,
    (name) => (Object.hasOwn(MACS, name) ? MACS[name]?.(body) : undefined) ?? name,
  );
}

function bodyOf(bytes: Uint8Array, chunk: number): RequestBody {
  if (chunk === 0) return { kind: "bytes", bytes };
  // A thousand pieces at most.
  const size = Math.max(chunk, Math.ceil(bytes.byteLength / 1_000));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; at += size) pieces.push(bytes.subarray(at, at + size));
  return { kind: "stream", stream: Readable.from(pieces, { objectMode: false }) };
}

/** The verdict once more, without the code under test. */
function isSigned(header: string | undefined, bytes: Uint8Array): boolean {
  if (header?.length !== 71 || header.slice(0, 7).toLowerCase() !== "sha256=") return false;
  return SECRETS.some(
    (secret) =>
      createHmac("sha256", secret).update(bytes).digest("hex") === header.slice(7).toLowerCase(),
  );
}
