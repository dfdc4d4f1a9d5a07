import { createHmac } from "node:crypto";
import { Readable } from "node:stream";
import { inspect } from "node:util";
import {
  type AnyEvent,
  createWebhooks,
  type ErrorContext,
  errorCodes,
  type Logger,
  type RequestBody,
  type WebhookError,
  type WebhookResponse,
} from "@whatsapp-webhooks/core";
import { expectationOf } from "../expectation.ts";
import { jsonObjectIn } from "../json-object.ts";
import { seedBodies } from "../seeds.ts";
import { mustHold, type Target } from "../target.ts";

const SECRET = "secret-of-the-fuzzer";
const TOKEN = "token-of-the-fuzzer";
const LIMIT_BYTES = 100_000;
const PATH = "/webhooks/whatsapp";
const HANDSHAKE = `${PATH}?hub.mode=subscribe&hub.challenge=4711&hub.verify_token=${TOKEN}`;

const statuses = new Map<number, string[]>([[200, [""]]]);
for (const [code, row] of Object.entries(errorCodes))
  if ("status" in row) statuses.set(row.status, [...(statuses.get(row.status) ?? []), code]);

interface Input {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly kind: string;
}

/** Whole requests, as adapters hand them over, through receiver, inbox, processor and handlers. */
export function receiverTarget(): Target {
  return {
    seeds: seedInputs,
    async run(input) {
      const read = readInput(input);
      if (read === undefined) return ["no input"];
      const rig = new Rig();
      const response = await rig.receive(read);
      await rig.end();
      checkAnswer(response, read);
      if (response.status === 200 && read.method === "POST") rig.checkHandled(bytesOf(read));
      else mustHold(rig.events.length === 0, "events of what was refused");
      rig.checkSilent(input);
      return [
        `${read.method.slice(0, 8)} ${response.status} ${response.status === 200 ? "" : response.body}`,
        ...rig.events.map(({ name }) => name),
        ...rig.errors.map(({ error }) => error.code),
      ];
    },
  };
}

function seedInputs(): readonly Uint8Array[] {
  const headers = { "x-hub-signature-256": "{good}", "content-type": "application/json" };
  const input = (more: object): Uint8Array =>
    Buffer.from(
      JSON.stringify({ method: "POST", url: PATH, headers, body: "{}", kind: "bytes", ...more }),
    );
  return [
    ...seedBodies().map((bytes) => input({ body: JSON.parse(Buffer.from(bytes).toString()) })),
    ...["stream", "failing", "lost", "text", "short"].map((kind) => input({ kind })),
    input({ body: "x".repeat(LIMIT_BYTES + 1) }),
    input({ headers: { ...headers, "content-length": "100001" } }),
    input({ headers: { ...headers, "content-encoding": "gzip" }, kind: "stream" }),
    input({ headers: { "x-hub-signature": "sha1=00" } }),
    input({ headers: { "x-hub-signature-256": "sha256=00" } }),
    input({ headers: { authorization: "Basic of-the-fuzzer" } }),
    input({ headers: { authorization: "Basic of-the-fuzzer" }, body: { messages: [{ id: "a" }] } }),
    input({ method: "GET", url: HANDSHAKE }),
    input({ method: "GET", url: `${HANDSHAKE}&hub.mode=subscribe` }),
    input({ method: "GET", url: `${PATH}?hub.mode=subscribe&hub.challenge=<script>` }),
    ...["HEAD", "PUT", "OPTIONS", "post"].map((method) => input({ method })),
  ];
}

/** A receiver with everything behind it, whose handlers throw for some messages. */
class Rig {
  readonly events: AnyEvent[] = [];
  readonly errors: { readonly error: WebhookError; readonly context: ErrorContext }[] = [];
  readonly #log: unknown[] = [];
  readonly #webhooks = createWebhooks({
    appSecret: SECRET,
    verifyToken: TOKEN,
    onPremises: { authorization: "Basic of-the-fuzzer" },
    bodyLimitBytes: LIMIT_BYTES,
    readTimeoutMs: 20_000,
    retry: { maxAttempts: 1 },
    logger: this.#logger(),
    onError: (error, context) => void this.errors.push({ error, context }),
  });

  constructor() {
    this.#webhooks.on("*", (event) => {
      this.events.push(event);
      if (event.key.length % 7 === 0) throw new Error("a handler failed");
    });
  }

  receive({ method, url, headers, body, kind }: Input): Promise<WebhookResponse> {
    return this.#webhooks.receive({
      method,
      url,
      params: {},
      header: (name) =>
        Object.hasOwn(headers, name)
          ? headers[name]?.replace("{good}", signature(body))
          : undefined,
      body: bodyOf(Buffer.from(body), kind),
    });
  }

  async end(): Promise<void> {
    await this.#webhooks.idle();
    await this.#webhooks.close();
  }

  /** All that is in an accepted body reached a handler, or is reported and kept. */
  checkHandled(bytes: Buffer): void {
    const isCloud = expectationOf(bytes, "signature");
    const isOnPremises = expectationOf(bytes, "on-premises");
    const { items } = isCloud.items === undefined ? isOnPremises : isCloud;
    const unread = this.errors.filter(({ error }) => /^(body|envelope)_/.test(error.code));
    if (unread.length === 0) {
      // A profile that is as it was is no news.
      const least = (items?.length ?? 1) - profilesIn(JSON.parse(bytes.toString()));
      mustHold(this.events.length >= least, "an item reached no handler");
      return;
    }
    mustHold(this.events.length === 0, "events of what could not be read");
    mustHold(unread.length === 1, "what could not be read is reported more than once");
    const { record } = unread[0]?.context ?? {};
    mustHold(
      record !== undefined && Buffer.from(record.body).equals(bytes),
      "what could not be read is not kept as it came",
    );
  }

  /** Neither the log nor an error text holds an id, a number or a secret of the request. */
  checkSilent(input: Uint8Array): void {
    const told = inspect([this.#log, this.errors.map(({ error }) => error.message)], {
      depth: 20,
      maxStringLength: null,
      maxArrayLength: null,
    });
    const marks = Buffer.from(input)
      .toString()
      .match(/\d{7,}|wamid\.[\w=]{4,}|-of-the-fuzzer/g);
    for (const mark of new Set(marks))
      mustHold(!told.includes(mark), "the log holds what came", () => told.slice(0, 500));
    mustHold(!told.includes(SECRET) && !told.includes(TOKEN), "the log holds a secret");
  }

  #logger(): Logger {
    const write = (details: object, message: string): void => void this.#log.push(details, message);
    return { debug: write, info: write, warn: write, error: write };
  }
}

function checkAnswer({ status, body, headers }: WebhookResponse, input: Input): void {
  const { method, url, headers: given } = input;
  mustHold(statuses.has(status), `answered ${status}`);
  if (status !== 200) {
    mustHold(statuses.get(status)?.includes(body) === true, `${status} without its code`);
    mustHold(body !== "receiver_failed", "an unexpected error while receiving");
    mustHold((headers["retry-after"] !== undefined) === (status === 503), "retry-after");
    return;
  }
  if (method === "GET") {
    const { searchParams } = new URL(url.slice(Math.max(0, url.indexOf("?"))), "http://a");
    mustHold(searchParams.get("hub.verify_token") === TOKEN, "a handshake without the token");
    mustHold(headers["content-type"] === "text/plain", "a challenge that is no plain text");
    mustHold(headers["x-content-type-options"] === "nosniff", "a challenge that may be sniffed");
    return;
  }
  mustHold(method === "POST", `${method} was taken for a notification`);
  const sent = given["x-hub-signature-256"]?.replace("{good}", signature(input.body));
  const isSigned = sent?.toLowerCase() === signature(input.body);
  const isAllowed = given.authorization === "Basic of-the-fuzzer" && sent === undefined;
  mustHold(isSigned || isAllowed, "a notification without credentials");
}

function profilesIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (count, [key, part]) =>
      count + (key === "contacts" ? (Array.isArray(part) ? part.length : 1) : profilesIn(part)),
    0,
  );
}

function signature(body: string): string {
  return `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;
}

function bytesOf({ body }: Input): Buffer {
  return Buffer.from(body);
}

function bodyOf(bytes: Buffer, kind: string): RequestBody {
  if (kind === "lost") return { kind, hint: "put it first" };
  if (kind === "text") return { kind: "bytes", bytes, decoded: true };
  if (kind === "short")
    return { kind, bytes: 5, read: () => Promise.resolve(new Uint8Array(bytes).buffer) };
  if (kind !== "stream" && kind !== "failing") return { kind: "bytes", bytes };
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 10);
    if (kind === "failing") throw new Error("the connection was reset");
    if (bytes.byteLength > 10) yield bytes.subarray(10);
  };
  return { kind: "stream", stream: kind === "stream" ? Readable.from(pieces()) : pieces() };
}

/** What JSON said, as far as it is a request. A body that is no text is sent as its JSON. */
function readInput(input: Uint8Array): Input | undefined {
  const read = jsonObjectIn(input);
  if (read === undefined) return undefined;
  const { method, url, headers, body, kind } = read;
  const texts = Object.entries(headers ?? {}).filter(
    (header): header is [string, string] => typeof header[1] === "string",
  );
  return {
    method: typeof method === "string" ? method : "POST",
    url: typeof url === "string" ? url : PATH,
    headers: Object.fromEntries(texts),
    body: typeof body === "string" ? body : JSON.stringify(body ?? ""),
    kind: typeof kind === "string" ? kind : "bytes",
  };
}
