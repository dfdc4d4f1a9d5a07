import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { examine } from "../../../src/cli/doctor/doctor.ts";
import { handledSource } from "../../../src/cli/doctor/handled-items.ts";
import { close, listen, type Mistakes, ownServer, SECRET, VERIFY_TOKEN } from "./own-receiver.ts";

/** A receiver with these mistakes; it ends with the test. */
export async function started(mistakes: Mistakes = {}): Promise<URL> {
  const server = ownServer(mistakes);
  const url = await listen(server);
  onTestFinished(() => close(server));
  return url;
}

/** What doctor finds out about it. */
export async function examined(
  url: URL,
  {
    handled,
    authorities = [],
    verifyToken = VERIFY_TOKEN,
    handledTimeout = 20_000,
  }: {
    readonly handled?: string;
    readonly authorities?: readonly string[];
    readonly verifyToken?: string;
    readonly handledTimeout?: number;
  } = {},
) {
  const findings = await examine(
    {
      url,
      secret: SECRET,
      verifyToken,
      authorization: undefined,
      timeoutMs: 20_000,
      authorities,
    },
    handledSource({ handled, timeout: handledTimeout }),
    5000,
    () => {},
  );
  const broken = findings.filter(({ state }) => state === "broken");
  return {
    findings,
    faults: [...new Set(broken.map(({ fault }) => fault))],
    broken: broken.map(({ check }) => check),
    seen: broken.map(({ seen }) => seen).join("; "),
    unchecked: findings.filter(({ state }) => state === "unchecked").map(({ check }) => check),
  };
}

/** A file for what was handled; it goes with the test. */
export function handledFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "doctor-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "handled.txt");
}
