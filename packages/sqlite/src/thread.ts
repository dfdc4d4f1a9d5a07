import { Worker } from "node:worker_threads";
import { WebhookError } from "@whatsapp-webhooks/core";
import type {
  OperationName,
  Operations,
  ReplyMessage,
  RequestMessage,
  ThreadData,
} from "./protocol.ts";

interface Pending {
  readonly resolve: (output: never) => void;
  readonly reject: (error: WebhookError) => void;
}

/** The worker thread, started when first needed and again after it died. It keeps the process alive only while it owes an answer. */
export class StoreThread {
  readonly #data: Omit<ThreadData, "doubtful">;
  readonly #pending = new Map<number, Pending>();
  readonly #doubtful: number[] = [];
  #requests = 0;
  #isKilled = false;
  #worker: Worker | undefined;

  constructor(data: Omit<ThreadData, "doubtful">) {
    this.#data = data;
  }

  call<Name extends OperationName>(
    name: Name,
    input: Operations[Name]["input"],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Operations[Name]["output"]> {
    if (this.#isKilled)
      return Promise.reject(new WebhookError("inbox_failed", "the thread was killed."));
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const message: RequestMessage = { request: ++this.#requests, name, input };
    return new Promise((resolve, reject) => {
      worker.postMessage(message, transfer);
      if (this.#pending.size === 0) worker.ref();
      this.#pending.set(message.request, { resolve, reject });
    });
  }

  /** Lets go of the file. Whatever goes wrong here, others take over what is held when its lease has run out. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const end = new Promise((resolve) => worker.once("exit", resolve));
    await this.call("close", undefined).catch(() => {});
    worker.ref();
    await end;
  }

  /** For tests: as if the thread had crashed; it lets go of nothing. `forGood` as the whole process: none follows. */
  async kill(forGood = false): Promise<void> {
    const end = this.call("die", "now").catch(() => {});
    this.#isKilled = forGood;
    await end;
  }

  #start(): Worker {
    // In this workspace nothing is built: there a thread has to be taught TypeScript first, whatever taught it to this one.
    const isSource = import.meta.url.endsWith(".ts");
    const file = new URL(isSource ? "./worker-source.cjs" : "./worker.js", import.meta.url);
    const worker = new Worker(file, {
      name: "whatsapp-inbox",
      workerData: { ...this.#data, doubtful: this.#doubtful } satisfies ThreadData,
      ...(isSource ? { execArgv: [] } : {}),
    });
    let cause: unknown;
    worker.on("message", (reply: ReplyMessage) => this.#settle(worker, reply));
    worker.on("error", (error) => {
      cause = error;
    });
    worker.on("exit", () => this.#ended(worker, cause));
    worker.unref();
    return worker;
  }

  #settle(worker: Worker, reply: ReplyMessage): void {
    const pending = this.#pending.get(reply.request);
    this.#pending.delete(reply.request);
    if (this.#pending.size === 0) worker.unref();
    if ("output" in reply) {
      pending?.resolve(reply.output as never);
      return;
    }
    const { code, message, cause } = reply.failure;
    pending?.reject(new WebhookError(code, message, cause === undefined ? {} : { cause }));
  }

  #ended(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const [request, { reject }] of this.#pending) {
      // Perhaps it was carried out: the next thread lets go of what it took.
      this.#doubtful.push(request);
      reject(
        new WebhookError(
          "inbox_failed",
          `the thread that writes ${this.#data.path} ended; the next attempt starts another.`,
          cause === undefined ? {} : { cause },
        ),
      );
    }
    this.#pending.clear();
  }
}
