import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addDoctor } from "./doctor/doctor.ts";
import { addEmulate } from "./emulate.ts";
import { addReplay } from "./replay/replay.ts";
import { addSettings } from "./settings.ts";
import { addSubscribe } from "./subscribe.ts";
import { addTrigger } from "./trigger/trigger.ts";

const OVERVIEW = `
Exit codes: 0 all is well, 1 it did not work or something is broken, 2 a mistake in the call.
A failure is one line on stderr. Colours follow NO_COLOR and FORCE_COLOR, and are off in a pipe.
Every command has examples: whatsapp-webhooks trigger --help`;

/** The command line as a tree; `run` of main.ts runs it, and the documents are written from its help. */
export function createProgram(): Command {
  const program = new Command("whatsapp-webhooks")
    .description("WhatsApp webhooks from the command line: emulate, trigger, examine, set up.")
    .version(version(), "-V, --version")
    .enablePositionalOptions()
    .exitOverride()
    // Errors are told in one place, in one line.
    .configureOutput({ writeErr: () => {} })
    .configureHelp({
      styleTitle: (title) => `\u001b[1m${title}\u001b[22m`,
      styleCommandText: (text) => `\u001b[36m${text}\u001b[39m`,
    })
    .addHelpText("after", OVERVIEW);
  for (const add of [addEmulate, addTrigger, addDoctor, addReplay, addSubscribe, addSettings])
    add(program);
  return program;
}

function version(): string {
  const manifest: { readonly version: string } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  return manifest.version;
}
