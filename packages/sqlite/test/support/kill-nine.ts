import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { notification, signed } from "@whatsapp-webhooks/testing";

export interface KillReport {
  readonly kills: number;
  /** Notifications that were answered 200. */
  readonly acknowledged: number;
  /** Of these, those without an effect at the end. */
  readonly lost: readonly string[];
  /** Effects that came twice. */
  readonly doubled: readonly string[];
}

/** Kills a receiver under load at random moments, starts it again, and counts what came of every acknowledged notification. */
export async function killNine(folder: string, kills: number): Promise<KillReport> {
  const [path, effects] = [`${folder}/inbox.db`, `${folder}/effects`];
  const acknowledged = new Set<string>();
  let serial = 0;
  for (let round = 0; round < kills; round++) {
    const receiver = await start(path, effects);
    let isKilled = false;
    const posting = Array.from({ length: 16 }, async () => {
      while (!isKilled) {
        const text = `n${++serial}`;
        const status = await post(receiver.url, text).catch(() => 0);
        if (status === 200) acknowledged.add(text);
        else await sleep(10);
      }
    });
    // On a busy machine the first answers take their time, and a kill before them shows nothing.
    const enough = acknowledged.size + 5;
    while (acknowledged.size < enough) await sleep(10);
    await sleep(Math.random() * 600);
    receiver.child.kill("SIGKILL");
    await once(receiver.child, "exit");
    isKilled = true;
    await Promise.all(posting);
  }
  const last = await start(path, effects);
  const until = Date.now() + 60_000;
  while (lostOf(acknowledged, effects).length > 0 && Date.now() < until) await sleep(100);
  await sleep(500);
  last.child.kill("SIGTERM");
  await once(last.child, "exit");
  const seen = new Set<string>();
  const doubled = linesOf(effects).filter((line) => seen.size === seen.add(line).size);
  return { kills, acknowledged: acknowledged.size, lost: lostOf(acknowledged, effects), doubled };
}

async function start(
  path: string,
  effects: string,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(
    process.execPath,
    [
      "--import",
      "tsx",
      "--conditions=@whatsapp-webhooks/source",
      fileURLToPath(new URL("receiver.ts", import.meta.url)),
      path,
      effects,
    ],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  const [port] = (await once(child.stdout ?? child, "data")) as [Buffer];
  return { child, url: `http://127.0.0.1:${String(port).trim()}/webhooks/whatsapp` };
}

async function post(url: string, text: string): Promise<number> {
  // A number of its own for each, so that conversations run side by side.
  const from = String(12125550000 + (Number(text.slice(1)) % 100));
  const { body, headers } = signed(notification({ text, from }), "secret");
  const response = await fetch(url, { method: "POST", headers, body });
  await response.arrayBuffer();
  return response.status;
}

function lostOf(acknowledged: ReadonlySet<string>, effects: string): string[] {
  const there = new Set(linesOf(effects));
  return [...acknowledged].filter((text) => !there.has(text));
}

function linesOf(effects: string): string[] {
  const lines = existsSync(effects) ? readFileSync(effects, "utf8").split("\n") : [];
  return lines.map((line) => line.split("\t")[0] ?? "").filter(Boolean);
}
