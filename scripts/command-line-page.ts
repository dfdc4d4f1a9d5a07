// The help in docs/command-line.md, as the program prints it: each block stands below a comment that names the command.
import type { Command } from "commander";
import { createProgram } from "../packages/emulator/src/cli/program.ts";

const BLOCK = /<!-- help ([\w -]+) -->\n```text\n[\s\S]*?```/g;
const WIDTH = 100;

/** The text with every block filled from the program's help. Throws for a command that does not exist. */
export function fillHelp(text: string): string {
  return text.replace(
    BLOCK,
    (_, path: string) => `<!-- help ${path} -->\n\`\`\`text\n${helpOf(path)}\`\`\``,
  );
}

/** The help of a command by its path, such as `subscribe add`. */
function helpOf(path: string): string {
  const command = path.split(" ").reduce<Command>((parent, name) => {
    const found = parent.commands.find((child) => child.name() === name);
    if (found === undefined) throw new Error(`there is no command ${path}`);
    return found;
  }, createProgram());
  let help = "";
  command.configureOutput({
    writeOut: (part) => {
      help += part;
    },
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return help;
}

/** The names of all commands that are documented. */
export function commandNames(): readonly string[] {
  return createProgram().commands.map((command) => command.name());
}
