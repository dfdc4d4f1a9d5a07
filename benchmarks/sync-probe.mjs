// What the disk takes to make 1 KB durable, as a process of its own, because it has to run where the server under test does:
// `sync-probe.mjs <file> <appends>` prints the milliseconds of each.
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";

const [path, appends] = process.argv.slice(2);
const file = openSync(path, "w");
const bytes = Buffer.alloc(1_024, "x");
const times = Array.from({ length: Number(appends) }, () => {
  const began = performance.now();
  writeSync(file, bytes);
  fdatasyncSync(file);
  return performance.now() - began;
});
closeSync(file);
rmSync(path);
console.log(JSON.stringify(times));
