import { setImmediate as turn } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { loadBinding, type OpenDatabase } from "./binding.ts";
import { Engine } from "./engine.ts";
import { explain } from "./failure.ts";
import { BEAT_LOOK_MS } from "./leases.ts";
import type { ReplyMessage, RequestMessage, ThreadData } from "./protocol.ts";

// The thread in which SQLite runs: its waits for the disk are not the program's.

const port = parentPort;
if (port === null) throw new Error("worker.ts runs as a worker thread only.");
const data: ThreadData = workerData;
let engine: Engine;
let pruning: Promise<void> | undefined;
let isClosing = false;
/** For tests, see `die`. */
let isDying = false;
let beats: NodeJS.Timeout;

// Requests wait in the port until it is listened to.
void findBinding().then((openDatabase) => {
  engine = new Engine(openDatabase, data);
  beats = setInterval(() => engine.beat(), BEAT_LOOK_MS);
  port.on("message", (message: RequestMessage) => {
    void answer(message);
  });
});

/** Without a binding each request says so, instead of the thread dying without a word. */
async function findBinding(): Promise<OpenDatabase> {
  try {
    return await loadBinding();
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

async function answer({ request, name, input }: RequestMessage): Promise<void> {
  try {
    if (name === "prune") {
      pruning = prune();
      await pruning;
      reply({ request, output: undefined });
    } else if (name === "close") {
      clearInterval(beats);
      isClosing = true;
      await pruning?.catch(() => {});
      engine.close();
      reply({ request, output: undefined });
      // Nothing is left to do, so the thread ends; being terminated from outside is hard on native code.
      port?.close();
    } else if (name === "die") {
      if (input === "now") process.exit();
      isDying = true;
      reply({ request, output: undefined });
    } else {
      const output = engine.run(name, input as never, request);
      if (isDying) process.exit();
      reply({ request, output });
    }
  } catch (error) {
    reply({ request, failure: explain(error, data.path).toMessage() });
    if (engine.isStuck) process.exit(1);
  }
  if (name === "commit") setImmediate(() => engine.tidy());
}

/** Other requests are answered between its parts. */
async function prune(): Promise<void> {
  for (const _ of engine.prune()) {
    await turn();
    if (isClosing) return;
  }
}

function reply(message: ReplyMessage): void {
  port?.postMessage(message, "output" in message ? bodiesOf(message.output) : []);
}

/** Bodies change hands instead of being copied. */
function bodiesOf(output: unknown): ArrayBuffer[] {
  const records = Array.isArray(output) ? output.map((each) => each?.record) : [output];
  return records.flatMap((record) =>
    record?.body instanceof Uint8Array ? [record.body.buffer as ArrayBuffer] : [],
  );
}
