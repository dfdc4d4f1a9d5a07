// Imports a framework, and core and its adapter if it is told to, or zod alone, and prints what it took. Plain JavaScript, because a
// compiler in the process would be measured too.
import { createServer } from "node:http";

const [framework = "", mode = ""] = process.argv.slice(2);
const began = performance.now();
const loaded = [createServer];
if (framework !== "node") loaded.push(await import(framework));
if (mode === "zod") loaded.push(await import("zod"));
if (mode === "both") {
  loaded.push(await import("@whatsapp-webhooks/core"));
  loaded.push(
    await import(
      framework === "node" ? "@whatsapp-webhooks/core/node" : `@whatsapp-webhooks/${framework}`
    ),
  );
}
const ms = performance.now() - began;
globalThis.gc?.();
console.log(
  JSON.stringify({ ms, mb: process.memoryUsage().rss / 1024 ** 2, loaded: loaded.length }),
);
