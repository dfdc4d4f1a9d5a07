// One server under test, as a process of its own: `server.ts <subject> <place>`. It says its port, and answers questions.
import type { AddressInfo } from "node:net";
import { type Behaviour, BURN_MS, type Question, SLEEP_MS, STALL_MS } from "./messages.ts";
import type { Serve } from "./setups/setup.ts";
import { type SetupName, subjectOf } from "./subjects.ts";

const setups: Readonly<Record<SetupName, () => Promise<{ readonly serve: Serve }>>> = {
  bare: () => import("./setups/bare.ts"),
  ours: () => import("./setups/ours.ts"),
  "whatsapp-api-js": () => import("./setups/whatsapp-api-js.ts"),
  kapso: () => import("./setups/kapso.ts"),
  "great-detail": () => import("./setups/great-detail.ts"),
  "chat-adapter": () => import("./setups/chat-adapter.ts"),
  octokit: () => import("./setups/octokit.ts"),
  line: () => import("./setups/line.ts"),
};

const [name = "", place = ""] = process.argv.slice(2);
const row = subjectOf(name);
let handled = 0;
let behaviour: Behaviour = "quick";
let held: (() => void)[] = [];

function handle(): Promise<void> | undefined {
  if (behaviour === "hold")
    return new Promise((resolve) => {
      held.push(resolve);
    });
  handled++;
  if (behaviour === "sleep") return new Promise((resolve) => setTimeout(resolve, SLEEP_MS));
  if (behaviour === "burn")
    for (const until = performance.now() + BURN_MS; performance.now() < until; );
  return undefined;
}

const { serve } = await setups[row.setup]();
const server = await serve({ framework: row.framework, inbox: row.inbox, place, handle });
server.listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});

const stalls: number[] = [];
let watch: NodeJS.Timeout | undefined;
let last = 0;

/** Every millisecond: how late is it? */
function look(): void {
  const now = performance.now();
  if (now - last - 1 >= STALL_MS) stalls.push(Math.round((now - last - 1) * 10) / 10);
  last = now;
}

process.on("message", (question: Question) => {
  if (question.handlers !== undefined) {
    behaviour = question.handlers;
    for (const release of held) release();
    handled += held.length;
    held = [];
  }
  if (question.watch === true && watch === undefined) {
    last = performance.now();
    watch = setInterval(look, 1);
  }
  if (question.watch === false) {
    clearInterval(watch);
    watch = undefined;
  }
  if (question.collect === true) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ handled, stalls: stalls.splice(0), heapUsed, external });
  handled = 0;
});
process.on("disconnect", () => process.exit());
