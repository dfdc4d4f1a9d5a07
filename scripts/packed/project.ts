import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const programs = fileURLToPath(new URL("../consumer/", import.meta.url));
const FLAGS = ["--no-audit", "--no-fund", "--loglevel=error", "--engine-strict=false"];

/** What a package.json says of what is to be installed. */
export interface Wanted {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** An empty project of a user's, in a folder that nothing of the repository is above of. */
export class Project {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Makes npm install this, and nothing else. Throws for a peer dependency that cannot be met. */
  install(wanted: Wanted, ...flags: readonly string[]): void {
    this.write("package.json", JSON.stringify({ private: true, ...wanted }));
    this.#run("npm", ["install", ...FLAGS, ...flags]);
  }

  /** Makes npm install these, too. */
  add(...packages: readonly string[]): void {
    this.#run("npm", ["install", ...FLAGS, ...packages]);
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  /** Copies this program of `scripts/consumer`, by default under its own name. */
  take(program: string, name = program): void {
    cpSync(join(programs, program), join(this.folder, name));
  }

  /** Runs this JavaScript in the project; throws if it fails. */
  node(...args: readonly string[]): void {
    this.#run(process.execPath, args);
  }

  /** Takes these programs and runs them, one after the other. */
  try(...files: readonly string[]): void {
    for (const file of files) {
      this.take(file);
      this.node(file);
    }
  }

  /** The path of something that is installed. */
  installed(path: string): string {
    return join(this.folder, "node_modules", path);
  }

  /** The version of a package that is installed. */
  versionOf(name: string): string {
    const manifest: unknown = JSON.parse(
      readFileSync(this.installed(`${name}/package.json`), "utf8"),
    );
    return String((manifest as { version?: unknown }).version);
  }

  #run(command: string, args: readonly string[]): void {
    execFileSync(command, args, { cwd: this.folder, stdio: ["ignore", "inherit", "inherit"] });
  }
}
