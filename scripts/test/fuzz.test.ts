import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { itemsIn } from "../fuzz/items-in.ts";
import { toText, toTree } from "../fuzz/json-tree.ts";
import { minimised } from "../fuzz/minimise.ts";
import { Random } from "../fuzz/random.ts";

vi.setConfig({ testTimeout: 120_000 });
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** In a process of its own: V8's coverage is one for all that runs in a process. */
async function run(file: string, ...args: readonly string[]) {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const options = ["--import", tsx, "--conditions=@whatsapp-webhooks/source", path, ...args];
  const child = spawn(process.execPath, options, { stdio: ["ignore", "pipe", "pipe"] });
  let [printed, complaints] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const [code] = await once(child, "close");
  return { code, printed, complaints };
}

describe("the fuzzer", () => {
  test("finds a bug behind several conditions by what runs, the same way each time, and makes it small", async () => {
    const first = await run("support/planted.ts", "guided");
    const { found } = JSON.parse(first.printed) as { found: [kind: string, input: string][] };
    expect(found.map(([kind]) => kind)).toEqual(["the planted bug"]);
    expect(found[0]?.[1]).toMatch(/^\{"a":\[.{1,3},\[\],(\{\}|null)\]\}$/);
    expect((await run("support/planted.ts", "guided")).printed).toEqual(first.printed);
  });

  test("does not find it without", async () => {
    const { printed } = await run("support/planted.ts", "blind");
    expect(JSON.parse(printed)).toMatchObject({ found: [] });
  });

  test("a short run over bodies and signatures finds nothing", async () => {
    const targets = ["--target", "parse", "--target", "signature"];
    const { code, printed } = await run("../fuzz/main.ts", ...targets, "--runs", "700");
    expect(printed).toMatch(/^parse: \d+ runs .* 0 findings \(seed 1\)\nsignature: \d+ runs .*\n$/);
    expect(code).toBe(0);
  });

  test.each([
    [["--target", "nothing"], "there is no target nothing"],
    [["--minutes", "many"], "--minutes must be a number, not many"],
    [["--speed", "9"], "Unknown option '--speed'"],
  ])("a mistake in the call is told, with the usage: %j", async (args, message) => {
    const { code, complaints } = await run("../fuzz/main.ts", ...args);
    expect(complaints).toContain(message);
    expect(complaints).toContain("targets: parse, keys, signature, receiver, http");
    expect(code).toBe(2);
  });
});

describe("its parts", () => {
  test("chance is the same for a seed, and another for another", () => {
    const drawn = (seed: number): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 20 }, () => random.below(1_000));
    };
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });

  test("a tree keeps what JSON.parse would not", () => {
    const text = '{"a":1.0,"a":[1e999,"\\u0061",{}],"__proto__":{"b":null},"c":[]}';
    const tree = toTree(` ${text.replaceAll(",", " , ")}\n`);
    expect(tree === undefined ? undefined : toText(tree)).toBe(text);
    expect(toTree('{"a":}')).toBeUndefined();
    expect(toTree("[".repeat(1_000) + "]".repeat(1_000))).toBeUndefined();
  });

  test("what is found is made as small as shows it", async () => {
    const input = Buffer.from(
      JSON.stringify({ a: [1, { b: "needle", c: 2 }], d: "long".repeat(50) }),
    );
    const small = await minimised(input, async (less) => Buffer.from(less).includes("needle"));
    expect(Buffer.from(small).toString()).toBe("needle");
  });

  test("items are counted without the code under test", () => {
    const value = { contacts: [1], messages: [2, 3], brand_new: [4] };
    const change = { field: "messages", value };
    expect(itemsIn({ entry: [{ changes: [change] }, {}] })).toEqual([1, 2, 3, change, {}]);
    expect(itemsIn({ messages: [{ id: "a" }, {}] })).toEqual([{ id: "a" }]);
    expect(itemsIn({ object: "page", entry: [] })).toBeUndefined();
    expect(itemsIn([])).toBeUndefined();
  });
});
