import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { freePort } from "../../../packages/bullmq/test/support/free-port.ts";

/** In CI it must be there. */
export const isNginxMissing =
  spawnSync("nginx", ["-v"]).status !== 0 && process.env.CI === undefined;
if (isNginxMissing) console.warn("Skipped: there is no nginx on this machine.");

/**
 * Runs nginx with a `server` until the test ends. It is made from a free port of the loopback interface, and finds `files` in its
 * own folder. Resolves to the port.
 */
export async function startNginx(
  server: (port: number) => string,
  files: Readonly<Record<string, string>>,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "nginx-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const conf = join(folder, "nginx.conf");
  // Somebody else may take the port before nginx does.
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    writeFileSync(conf, around(server(port)));
    const child = spawn("nginx", ["-c", conf, "-p", folder, "-e", "stderr"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    // It may warn of something before it says that it has begun.
    const opened = new Promise<true>((resolve) => {
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("event method")) resolve(true);
      });
    });
    // Not at "exit": what it said last is read by then.
    const ended = once(child, "close");
    onTestFinished(async () => {
      child.kill();
      await ended;
    });
    if (await Promise.race([opened, ended.then(() => false)])) return port;
    if (attempt === 3) throw new Error(`nginx did not start: ${said}`);
  }
}

/** One process, which writes nothing outside its folder. */
function around(server: string): string {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const folders = kinds.map((kind) => `${kind}_temp_path ${kind};`).join(" ");
  return `
    daemon off; master_process off; pid nginx.pid; error_log stderr notice;
    events {}
    http { access_log off; ${folders} ${server} }
  `;
}
