#!/usr/bin/env node
import { CommanderError } from "commander";
import { Failure, oneLine } from "./failure.ts";
import { printable } from "./printable.ts";
import { createProgram } from "./program.ts";

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args.length === 0 ? ["--help"] : args, { from: "user" });
  } catch (error) {
    const code = exitCodeOf(error);
    process.exitCode = code;
    if (code === 0) return;
    const line =
      error instanceof CommanderError && error.code === "commander.help"
        ? "name a command of it: see --help."
        : oneLine(error);
    process.stderr.write(`whatsapp-webhooks: ${printable(line)}\n`);
  }
}

function exitCodeOf(error: unknown): number {
  // Commander's own: help and version end with 0, everything else is a mistake in the call.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof Failure ? error.exitCode : 1;
}
