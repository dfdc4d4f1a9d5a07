import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { itemsIn } from "../../packages/core/test/support/items-in.ts";
import { toText, toTree } from "../fuzz/json-tree.ts";
import { minimised } from "../fuzz/minimise.ts";
import { Random } from "../fuzz/random.ts";
import { runScript } from "./support/run-script.ts";

vi.setConfig({ testTimeout: 120_000 });

// In processes of their own: V8's coverage is one for all that runs in a process.
describe("the fuzzer", () => {
  test("finds a bug behind several conditions by what runs, the same way each time, and makes it small", async () => {
    const first = await runScript("test/support/planted.ts", "guided");
    const { found } = JSON.parse(first.printed) as { found: [kind: string, input: string][] };
    expect(found.map(([kind]) => kind)).toEqual(["the planted bug"]);
    expect(found[0]?.[1]).toMatch(/^\{"a":\[.{1,3},\[\],(\{\}|null)\]\}$/);
    expect((await runScript("test/support/planted.ts", "guided")).printed).toEqual(first.printed);
  });

  test("does not find it without", async () => {
    const { printed } = await runScript("test/support/planted.ts", "blind");
    expect(JSON.parse(printed)).toMatchObject({ found: [] });
  });

  test("a short run over bodies and signatures finds nothing", async () => {
    const targets = ["--target", "parse", "--target", "signature"];
    const { code, printed } = await runScript("fuzz/main.ts", ...targets, "--runs", "700");
    expect(printed).toMatch(/^parse: \d+ runs .* 0 findings \(seed 1\)\nsignature: \d+ runs .*\n$/);
    expect(code).toBe(0);
  });

  test.each([
    [["--target", "nothing"], "there is no target nothing"],
    [["--minutes", "many"], "--minutes must be a number, not many"],
    [["--speed", "9"], "Unknown option '--speed'"],
    [["--input", "no-such-file"], "--input: ENOENT: no such file"],
  ])("a mistake in the call is told, with the usage: %j", async (args, message) => {
    const { code, complaints } = await runScript("fuzz/main.ts", ...args);
    expect(complaints).toContain(message);
    expect(complaints).toContain("targets: parse, keys, signature, receiver, http");
    expect(code).toBe(2);
  });
});

test("`--help` tells which targets there are", async () => {
  const { code, printed } = await runScript("fuzz/main.ts", "--help");
  expect(printed).toMatch(/^usage: npm run fuzz .*\ntargets: parse, /);
  expect(code).toBe(0);
});

test("one input by itself tells what came of it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fuzzed-"));
  const file = join(folder, "input");
  writeFileSync(file, "no JSON");
  const args = ["--target", "parse", "--target", "keys", "--input", file];
  const { code, printed } = await runScript("fuzz/main.ts", ...args);
  rmSync(folder, { recursive: true });
  expect(printed).toBe("parse: body_not_json\nkeys: body_not_json\n");
  expect(code).toBe(0);
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

  test("when there is no time left, what is found is told as it is", async () => {
    const input = Buffer.from('{"a":["needle"]}');
    const small = await minimised(input, async (less) => Buffer.from(less).includes("needle"), -1);
    expect(small).toEqual(input);
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
