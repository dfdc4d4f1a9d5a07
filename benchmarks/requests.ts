import { closeSync, openSync, writeSync } from "node:fs";
import { type NotificationBody, notification, signed } from "@whatsapp-webhooks/testing";
import { PATH, SECRET } from "./target.ts";

export interface RequestFile {
  readonly path: string;
  readonly count: number;
  /** Bytes of each request, headers included. */
  readonly length: number;
}

const BODY_BYTES = 1_024;
const CUSTOMERS = 1_000;
const LOT = 1_000;

/** Writes so many signed requests of one length, each with a message id of its own and a body of about 1 KB. */
export function writeRequests(path: string, count: number): RequestFile {
  const file = openSync(path, "w");
  const { byteLength: length } = requestOf(0);
  for (let start = 0; start < count; start += LOT) {
    const indexes = Array.from({ length: Math.min(LOT, count - start) }, (_, i) => start + i);
    const lot = Buffer.concat(indexes.map(requestOf));
    if (lot.byteLength !== length * indexes.length)
      throw new Error("the requests differ in length");
    writeSync(file, lot);
  }
  closeSync(file);
  return { path, count, length };
}

function requestOf(index: number): Buffer {
  const rest = BODY_BYTES - JSON.stringify(bodyOf(index, "")).length;
  const { body, headers } = signed(bodyOf(index, "x".repeat(rest)), SECRET);
  const head = Object.entries({
    Host: "localhost",
    ...headers,
    "Content-Length": String(body.byteLength),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${PATH} HTTP/1.1\r\n${head.join("")}\r\n`), body]);
}

function bodyOf(index: number, text: string): NotificationBody {
  const id = `wamid.${String(index).padStart(40, "0")}`;
  const from = String(12125550000 + (index % CUSTOMERS));
  return notification({ text, from, item: { id } });
}
