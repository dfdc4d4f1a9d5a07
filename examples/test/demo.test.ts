import { describe, expect, test, vi } from "vitest";
import { frameworks, start, startAtTerminal, startScript } from "./support/start.ts";

const brokenDemo = new URL("./support/broken-demo.ts", import.meta.url).pathname;

/** As the page does when a customer writes. */
async function write(url: string, text: string): Promise<void> {
  const body = JSON.stringify({ phone: "12125550142", name: "Priya Raman", text });
  const headers = { "content-type": "application/json" };
  await fetch(`${url}/emulator/messages`, { method: "POST", headers, body });
}

async function messagesAt(url: string): Promise<unknown[]> {
  const messages: unknown = await (await fetch(`${url}/emulator/messages`)).json();
  return Array.isArray(messages) ? messages : [];
}

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
    expect(output).toMatch(/Hello +read +Hello Dana Whitfield! What would you like\?/);
    expect(output).not.toContain("Ctrl-C");
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

  test.runIf(process.platform === "linux")(
    "stays at a terminal, with a page to write to the app, until Ctrl-C",
    async () => {
      const demo = startAtTerminal("demo");
      const address = /http:\/\/127\.0\.0\.1:\d+(?=\/\s*$)/;
      await vi.waitFor(() => expect(demo.stdout()).toMatch(address), 60_000);
      expect(demo.stdout()).toContain("Ctrl-C ends the demo");
      const [url = ""] = address.exec(demo.stdout()) ?? [];
      const page = await fetch(url);
      expect(await page.text()).toContain("<title>WhatsApp platform emulator</title>");
      await write(url, "Book a table");
      await vi.waitFor(async () => {
        const messages = await messagesAt(url);
        expect(messages.at(-2)).toMatchObject({ from: "customer", status: "read" });
        expect(messages.at(-1)).toMatchObject({
          from: "business",
          status: "read",
          content: { type: "flow" },
        });
      }, 20_000);
      demo.child.stdin?.write("\u0003");
      expect(await demo.exited, demo.stdout()).toBe(0);
      await expect(fetch(url)).rejects.toThrow();
    },
    120_000,
  );

  test("says which sample apps there are when asked for another", async () => {
    const demo = startScript("demo", {}, "hapi");
    expect(await demo.exited).toBe(1);
    expect(demo.stderr()).toContain("only for express, koa, fastify");
  });
});
