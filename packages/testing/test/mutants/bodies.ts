import type { RequestBody } from "@whatsapp-webhooks/core";
import type { MakeHandler } from "../subjects/node-subject.ts";
import { asking, type Mutants, withBytes } from "./wrong-adapter.ts";

async function bytesOf(body: RequestBody): Promise<Buffer> {
  if (body.kind === "bytes") return Buffer.from(body.bytes);
  const chunks: Uint8Array[] = [];
  if (body.kind === "stream") for await (const chunk of body.stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Hands on other bytes than came, once they have all been read. */
function changing(change: (bytes: Buffer) => Uint8Array | string): MakeHandler {
  return asking(async (request) =>
    request.body.kind === "lost"
      ? request
      : withBytes(request, Buffer.from(change(await bytesOf(request.body)))),
  );
}

const NOTHING = new Uint8Array();

export const bodyMutants: Mutants = {
  "re-serialises the body": {
    makeHandler: changing((bytes) => JSON.stringify(JSON.parse(bytes.toString() || "0"))),
    caughtBy: [
      "bodies: JSON as the platform writes it, all ASCII with escapes",
      "bodies: white space and key order of its own",
    ],
  },
  "decodes the body as text": {
    makeHandler: changing((bytes) => new TextDecoder().decode(bytes)),
    caughtBy: ["bodies: a byte order mark in front", "bodies: bytes that are not UTF-8"],
  },
  "decodes each piece of the body by itself": {
    makeHandler: asking(async (request) => {
      if (request.body.kind !== "stream") return request;
      let text = "";
      for await (const chunk of request.body.stream) text += Buffer.from(chunk).toString();
      return withBytes(request, Buffer.from(text));
    }),
    caughtBy: ["bodies: chunked, in pieces that split characters"],
  },
  "escapes the body before it is verified": {
    makeHandler: changing((bytes) =>
      bytes
        .toString()
        .replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
    ),
    caughtBy: ["bodies: JSON in raw UTF-8"],
  },
  "reads only what Content-Length announces": {
    makeHandler: asking((request) =>
      request.header("content-length") === undefined ? withBytes(request, NOTHING) : request,
    ),
    caughtBy: ["bodies: chunked, in pieces that split characters"],
  },
  "reads the body before it asks": {
    makeHandler: changing((bytes) => bytes),
    caughtBy: [
      "refusals: no signature is 401 before the body has come",
      "refusals: a signature given twice is 401 before the body has come, the right one among them",
      "limits: a chunked body that grows too large is 413, the rest unread",
      "limits: a body that comes too slowly is 408, the connection closed",
    ],
  },
  "has a body limit of its own": {
    makeHandler: changing((bytes) => bytes.subarray(0, 1_000_000)),
    caughtBy: ["bodies: 3 MB"],
  },
  "takes JSON by its Content-Type only": {
    makeHandler: asking((request) =>
      request.header("content-type") === "application/json" ? request : withBytes(request, NOTHING),
    ),
    caughtBy: [
      "bodies: no Content-Type",
      "bodies: any other Content-Type",
      "parsers: a body that the parser left alone is read and delivered",
    ],
  },
};
