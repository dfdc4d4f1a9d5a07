// Kills a receiver under load, at random moments, as often as it is told (20 times), and counts what came of every
// notification that was answered 200. The test suite does the same three times.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killNine } from "../../packages/sqlite/test/support/kill-nine.ts";
import { count, saveReport, soakArguments } from "./report.ts";

const folder = mkdtempSync(join(tmpdir(), "kill-nine-"));
const { kills, acknowledged, lost, doubled } = await killNine(
  folder,
  Number(soakArguments[0] ?? 20),
);
console.log(
  `${kills} kills, ${acknowledged} acknowledged, ${lost.length} lost, ${doubled.length} had their effect twice`,
);
if (lost.length + doubled.length > 0) {
  console.log(`The file is left in ${folder}.`);
  process.exit(1);
}
rmSync(folder, { recursive: true });
saveReport("kill-nine", {
  what: `\`kill -9\` at random moments under load, ${kills} times`,
  result: `${count(acknowledged)} notifications answered 200; none lost; none with its effect twice, in a handler that looks at \`event.key\` first`,
});
