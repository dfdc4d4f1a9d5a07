// What is sent: signed requests of one length, each with ids of its own, written to a file that wrk reads.
import { createHmac } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { batch, type NotificationBody, notification, signed } from "@whatsapp-webhooks/testing";
import type { Sender } from "./subjects.ts";
import { PATH, SECRET } from "./target.ts";

/** The bodies that are measured: one item of so many bytes, or many items. */
export const loads = {
  "1 KB": { bytes: 1_024, items: 1 },
  "10 KB": { bytes: 10_240, items: 1 },
  "200 KB": { bytes: 204_800, items: 1 },
  "1000 items": { bytes: 0, items: 1_000 },
} as const;

export type LoadName = keyof typeof loads;

export interface BodyShape {
  readonly sender: Sender;
  /** How long the body is to be, filled up in the text of the item; 0 leaves the text short. With several items: each. */
  readonly bytes: number;
  readonly items: number;
}

export interface RequestFile extends BodyShape {
  readonly path: string;
  readonly count: number;
  /** Bytes of each request, headers included, and of its body. */
  readonly length: number;
  readonly bodyLength: number;
}

/** Digits that each request has others for. */
const NUMBER = "000000000000";
const MARK = "@@@@@@@@@@@@";
const CUSTOMER = "1212555####";
const CUSTOMERS = 1_000;
const LOT_BYTES = 4 * 1024 * 1024;

/** Makes the requests of one shape: all of the same length, each with ids of its own, signed. */
export class RequestMaker {
  readonly #sender: Sender;
  readonly #items: number;
  readonly #body: Buffer;
  readonly #marks: readonly number[];
  readonly #customers: readonly number[];

  constructor({ sender, bytes, items }: BodyShape) {
    this.#sender = sender;
    this.#items = items;
    const empty = bodyOf(sender, items, "");
    const perItem = bytes === 0 ? 0 : Math.max(0, bytes - Math.ceil(empty.length / items));
    this.#body = Buffer.from(bodyOf(sender, items, "x".repeat(perItem)));
    this.#marks = placesOf(this.#body, MARK);
    this.#customers = placesOf(this.#body, CUSTOMER);
  }

  get bodyLength(): number {
    return this.#body.byteLength;
  }

  /** The bytes of the request with this number, as they go over the wire. */
  request(index: number): Buffer {
    const { body, headers } = this.parts(index);
    const lines = Object.entries({
      Host: "localhost",
      ...headers,
      "Content-Length": String(body.byteLength),
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    return Buffer.concat([Buffer.from(`POST ${PATH} HTTP/1.1\r\n${lines.join("")}\r\n`), body]);
  }

  /** The same, in parts. The body is good until the next call. */
  parts(index: number): {
    readonly body: Uint8Array;
    readonly headers: Readonly<Record<string, string>>;
  } {
    const digits = String(index).padStart(NUMBER.length, "0");
    for (const place of this.#marks) this.#body.write(digits, place, "latin1");
    // Each item is another customer's, whose number stands in it more than once.
    const perItem = this.#customers.length / this.#items;
    for (const [i, place] of this.#customers.entries()) {
      const customer = (index + Math.floor(i / perItem)) % CUSTOMERS;
      this.#body.write(String(customer).padStart(4, "0"), place + 7, "latin1");
    }
    return { body: this.#body, headers: headersOf(this.#sender, this.#body, digits) };
  }
}

/** Writes so many requests to a file. */
export function writeRequests(path: string, shape: BodyShape, count: number): RequestFile {
  const maker = new RequestMaker(shape);
  const length = maker.request(0).byteLength;
  const file = openSync(path, "w");
  const perLot = Math.max(1, Math.floor(LOT_BYTES / length));
  for (let start = 0; start < count; start += perLot) {
    const lot: Buffer[] = [];
    for (let i = start; i < Math.min(count, start + perLot); i++) lot.push(maker.request(i));
    if (lot.some(({ byteLength }) => byteLength !== length))
      throw new Error("the requests differ in length");
    writeSync(file, Buffer.concat(lot));
  }
  closeSync(file);
  return { ...shape, path, count, length, bodyLength: maker.bodyLength };
}

function headersOf(sender: Sender, body: Uint8Array, digits: string): Record<string, string> {
  if (sender === "whatsapp") return { ...signed(body, SECRET).headers };
  const mac = createHmac("sha256", SECRET).update(body);
  if (sender === "line")
    return {
      "Content-Type": "application/json; charset=utf-8",
      "User-Agent": "LineBotWebhook/2.0",
      "X-Line-Signature": mac.digest("base64"),
    };
  return {
    "Content-Type": "application/json",
    "User-Agent": "GitHub-Hookshot/0000000",
    "X-GitHub-Event": "issue_comment",
    "X-GitHub-Delivery": `00000000-0000-4000-8000-${digits}`,
    "X-Hub-Signature-256": `sha256=${mac.digest("hex")}`,
  };
}

function bodyOf(sender: Sender, items: number, text: string): string {
  // Bodies of other shapes have other ids, so that the same server can take both.
  const shape = String(items).padStart(4, "0");
  const numbers = Array.from(
    { length: items },
    (_, item) => `${MARK}${shape}${String(item).padStart(4, "0")}`,
  );
  if (sender === "line")
    return JSON.stringify({
      destination: "U00000000000000000000000000000000",
      events: numbers.map((id) => lineEvent(id, text)),
    });
  if (sender === "github") return JSON.stringify(githubComment(numbers[0] ?? "", text));
  const bodies = numbers.map(
    (id): NotificationBody =>
      notification({ text, from: CUSTOMER, item: { id: `wamid.${id.padStart(40, "0")}` } }),
  );
  return JSON.stringify(batch(...bodies));
}

function lineEvent(id: string, text: string): object {
  return {
    type: "message",
    mode: "active",
    timestamp: 1790000000000,
    source: { type: "user", userId: "U00000000000000000000000000000001" },
    webhookEventId: `01${id.padStart(24, "0")}`,
    deliveryContext: { isRedelivery: false },
    replyToken: id.padStart(32, "0"),
    message: { id, type: "text", quoteToken: "q", text },
  };
}

function githubComment(id: string, text: string): object {
  const user = { login: "someone", id: 1, type: "User" };
  return {
    action: "created",
    issue: { number: 1, title: "An issue", state: "open", user },
    comment: { id, user, created_at: "2026-01-01T00:00:00Z", body: text },
    repository: { id: 1, full_name: "someone/something", private: false, owner: user },
    sender: user,
  };
}

function placesOf(body: Buffer, text: string): number[] {
  const places: number[] = [];
  for (let at = body.indexOf(text); at >= 0; at = body.indexOf(text, at + text.length))
    places.push(at);
  return places;
}
