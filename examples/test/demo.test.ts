import { describe, expect, test } from "vitest";
import { frameworks, start, startScript } from "./support/start.ts";

const brokenDemo = new URL("./support/broken-demo.ts", import.meta.url).pathname;

describe.concurrent("the demo", () => {
  test.each(frameworks)("plays against %s, loses nothing and ends with code 0", async (name) => {
    const demo = startScript("demo", {}, name);
    const code = await demo.exited;
    const output = demo.stdout();
    expect(output, demo.stderr()).toContain("24 expected, 24 arrived, none twice");
    expect(code).toBe(0);
    expect(output).toContain(`examples/${name}`);
    expect(output).toMatch(/forged text +401 +\d+ ms +refused/);
    expect(output).toMatch(/text again +200 +\d+ ms +already handled/);
    expect(demo.stderr()).toBe("");
    // For a log as for a terminal of 80 columns, without colours, and phone numbers nowhere.
    expect(output.split("\n").filter((line) => [...line].length > 80)).toEqual([]);
    expect(output).not.toContain("\u001b");
    expect(output).not.toMatch(/\d{7}/);
  });

  test.each([
    ["lose", "order         lost          message.order"],
    ["double", "order         handled twice message.order"],
  ])("ends with code 1 and says why when the app should %s an event", async (fault, problem) => {
    const command = `exec node --import tsx --conditions=@whatsapp-webhooks/source ${brokenDemo}`;
    const demo = start(command, { FAULT: fault });
    expect(await demo.exited).toBe(1);
    expect(demo.stdout()).toContain(problem);
  });

  test("says which sample apps there are when asked for another", async () => {
    const demo = startScript("demo", {}, "hapi");
    expect(await demo.exited).toBe(1);
    expect(demo.stderr()).toContain("only for express, koa, fastify");
  });
});
