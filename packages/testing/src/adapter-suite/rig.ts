import { AssertionError, fail } from "node:assert/strict";
import {
  type AnyEvent,
  createWebhooks,
  DEFAULT_PATH,
  type Logger,
  type WebhookError,
  type Webhooks,
  type WebhooksOptions,
} from "@whatsapp-webhooks/core";
import type { NotificationBody } from "../fixtures.ts";
import { notification } from "../notification.ts";
import { type NotificationRequest, signed } from "../signed.ts";
import { within } from "../within.ts";
import type { AdapterServer, AdapterSetup, AdapterSubject } from "./subject.ts";
import { type Answer, type Header, Wire } from "./wire.ts";

export const SECRET = "the suite's app secret";
export const TOKEN = "the suite's verify token";

/** What a case wants to be different from a plain adapter on its default path. */
export interface RigOptions extends Omit<AdapterSetup, "webhooks"> {
  readonly options?: Partial<WebhooksOptions>;
}

export interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: readonly Header[];
  /** With a `Content-Length`, unless `chunks` says otherwise. */
  readonly body?: Uint8Array | string;
  /** Send the body in these pieces, with `Transfer-Encoding: chunked`. */
  readonly chunks?: readonly Uint8Array[];
}

interface LogLine {
  readonly level: string;
  readonly code: unknown;
  readonly message: string;
}

/** The world of one case: webhooks that write everything down, a server with the adapter on it, and clients. */
export class Rig {
  readonly events: AnyEvent[] = [];
  readonly errors: WebhookError[] = [];
  readonly logs: LogLine[] = [];
  readonly webhooks: Webhooks;
  readonly #patienceMs: number;
  readonly #wires: Wire[] = [];
  #server: AdapterServer | undefined;

  static async start(
    subject: AdapterSubject,
    patienceMs: number,
    { options, ...setup }: RigOptions = {},
  ): Promise<Rig> {
    const rig = new Rig(patienceMs, options);
    const starting = subject.start({ ...setup, webhooks: rig.webhooks });
    rig.#server = await within(patienceMs, "start() of the server", starting);
    return rig;
  }

  private constructor(patienceMs: number, options?: Partial<WebhooksOptions>) {
    this.#patienceMs = patienceMs;
    const write =
      (level: string) =>
      (details: object, message: string): void => {
        this.logs.push({ level, code: "code" in details ? details.code : undefined, message });
      };
    const logger: Logger = {
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
    };
    this.webhooks = createWebhooks({
      appSecret: SECRET,
      verifyToken: TOKEN,
      logger,
      retry: { maxAttempts: 1 },
      onError: (error) => this.errors.push(error),
      ...options,
    });
    this.webhooks.on("*", (event) => {
      this.events.push(event);
    });
  }

  /** The promise's own end; fails the case when it hangs. */
  within<T>(what: string, promise: Promise<T>): Promise<T> {
    return within(this.#patienceMs, what, promise);
  }

  async wire(): Promise<Wire> {
    const wire = await Wire.open(this.#server?.url ?? fail("the server is not up"));
    this.#wires.push(wire);
    return wire;
  }

  /** One whole request on a connection of its own. */
  async send(call: Call): Promise<Answer> {
    const wire = await this.wire();
    writeCall(wire, call);
    try {
      return await this.answer(wire, call.method);
    } finally {
      wire.destroy();
    }
  }

  /** The next answer on a connection that the case keeps for itself. */
  answer(wire: Wire, method?: string): Promise<Answer> {
    return this.within("the answer", wire.answer(method));
  }

  /** A notification to the callback URL: a body to sign, or one ready to be sent. */
  post(
    what: NotificationBody | NotificationRequest,
    { headers = [], ...call }: Call = {},
  ): Promise<Answer> {
    const { body, headers: own } = isReady(what) ? what : signed(what, SECRET);
    return this.send({ body, headers: [...Object.entries(own), ...headers], ...call });
  }

  /** Waits until handlers have run; resolves with the texts of the messages that arrived, in order. */
  async texts(): Promise<string[]> {
    await this.within("webhooks.idle()", this.webhooks.idle());
    return this.events.flatMap((event) =>
      event.name === "message.text" ? [event.data.text.body] : [],
    );
  }

  /** Fails unless the server still takes a notification, and delivered nothing before it but `earlier`. */
  async expectAlive({
    earlier = [],
    ...call
  }: Call & { earlier?: readonly string[] } = {}): Promise<void> {
    const { status } = await this.post(notification({ text: "and afterwards" }), call);
    const texts = await this.texts();
    const expected = [...earlier, "and afterwards"];
    if (status === 200 && texts.join("\n") === expected.join("\n")) return;
    throw new AssertionError({
      message: `a good notification afterwards was answered ${status}; these texts have arrived`,
      actual: texts,
      expected,
    });
  }

  /** Stops the server while the case's connections are still open: one that the adapter should have closed makes it hang. */
  async stop(): Promise<void> {
    await this.webhooks.close({ timeoutMs: 1_000 });
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) await this.within("close() of the server", server.close());
  }

  /** Ends everything, whatever state the case left it in. */
  async dispose(): Promise<void> {
    for (const wire of this.#wires) wire.destroy();
    await this.stop();
  }
}

function isReady(what: NotificationBody | NotificationRequest): what is NotificationRequest {
  return what.body instanceof Uint8Array;
}

/** Writes a whole request, body included. */
export function writeCall(
  wire: Wire,
  { method = "POST", path = DEFAULT_PATH, headers = [], body, chunks }: Call,
): void {
  if (chunks !== undefined) {
    wire.writeHead(method, path, [...headers, ["Transfer-Encoding", "chunked"]]);
    for (const chunk of chunks) writeChunk(wire, chunk);
    wire.write("0\r\n\r\n");
    return;
  }
  const length =
    body === undefined ? [] : [["Content-Length", `${Buffer.byteLength(body)}`] as const];
  wire.writeHead(method, path, [...headers, ...length], body);
}

/** One piece of a chunked body. */
export function writeChunk(wire: Wire, chunk: Uint8Array): void {
  wire.write(`${chunk.byteLength.toString(16)}\r\n`);
  wire.write(chunk);
  wire.write("\r\n");
}
