import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onEnd } from "./files.ts";

const file = fileURLToPath(new URL("./child.ts", import.meta.url));

export interface Child {
  readonly process: ChildProcess;
  /** All that it has said so far, whole lines only. */
  lines(): string[];
  /** Resolves when it says something. */
  readonly firstLine: Promise<string>;
  readonly end: Promise<unknown>;
}

export function startChild(mode: string, path: string, uid = ""): Child {
  const flags = ["--import", "tsx", "--conditions=@whatsapp-webhooks/source"];
  const child = spawn(process.execPath, [...flags, file, mode, path, uid], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  const { promise: firstLine, resolve } = withResolvers<string>();
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
  });
  onEnd(() => void child.kill("SIGKILL"));
  return {
    process: child,
    lines: () => text.split("\n").slice(0, -1),
    firstLine,
    end: once(child, "close"),
  };
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
