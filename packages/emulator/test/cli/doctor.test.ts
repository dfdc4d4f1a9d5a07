import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { faults } from "../../src/cli/doctor/faults.ts";
import { examined, handledFile, started } from "./support/examined.ts";
import { close, listen, SECRET, VERIFY_TOKEN } from "./support/own-receiver.ts";
import { runCli } from "./support/run-cli.ts";

test("a good receiver gets no complaint, and all is checked when it says what it handled", async () => {
  const handled = handledFile();
  const { findings, unchecked } = await examined(await started({ handled }), { handled });
  expect(findings.filter(({ state }) => state !== "ok")).toEqual([]);
  expect(unchecked).toEqual([]);
  expect(findings.length).toBeGreaterThan(20);
});

test("without a report of the receiver it says what was not checked, and how to have it checked", async () => {
  const { findings, faults: found } = await examined(await started());
  expect(found).toEqual([]);
  const unchecked = findings.filter(({ state }) => state === "unchecked");
  expect(unchecked.map(({ check }) => check)).toEqual([
    "every item of a batch handled",
    "no item handled twice",
  ]);
  for (const { seen } of unchecked) expect(seen).toContain("--handled");
});

describe("what was handled", () => {
  test("only the first item of a batch read", async () => {
    const handled = handledFile();
    const url = await started({ handled, messages: (all) => all.slice(0, 1) });
    const { faults: found, seen } = await examined(url, { handled });
    expect(found).toEqual(["items_missing"]);
    expect(seen).toBe("702 of 706 were not handled");
  });

  test("a duplicate handled twice", async () => {
    const handled = handledFile();
    const url = await started({ handled, remembers: false });
    const { faults: found, seen } = await examined(url, { handled });
    expect(found).toEqual(["handled_twice"]);
    expect(seen).toBe("1 of 706 were handled again");
  });

  test("neither shows without a report, and nothing is claimed", async () => {
    const url = await started({ remembers: false, messages: (all) => all.slice(0, 1) });
    const { faults: found, unchecked } = await examined(url);
    expect(found).toEqual([]);
    expect(unchecked).toHaveLength(2);
  });

  test("what was in the file before, and what is not of this run, does not count", async () => {
    const handled = handledFile();
    writeFileSync(handled, "wamid.before\nwamid.before\n");
    const { findings } = await examined(await started({ handled }), { handled });
    expect(findings.filter(({ state }) => state !== "ok")).toEqual([]);
  });

  test("a URL that tells it", async () => {
    const handled = handledFile();
    const url = await started({ handled, remembers: false });
    const teller = createServer((_, res) => {
      const ids = existsSync(handled) ? readFileSync(handled, "utf8").trim().split("\n") : [];
      res.end(JSON.stringify(ids));
    });
    const { origin } = await listen(teller);
    onTestFinished(() => close(teller));
    expect((await examined(url, { handled: `${origin}/` })).faults).toEqual(["handled_twice"]);
  });

  test.each([
    ["answers nothing", () => {}, "no whole answer came"],
    ["begins and does not end", (res: ServerResponse) => void res.write("x"), "no whole answer"],
    ["breaks off", (res: ServerResponse) => void res.write("x", () => res.destroy()), "no whole"],
    ["has no such page", (res: ServerResponse) => void res.writeHead(404).end(), "it answers 404"],
  ])("a URL that %s is a finding, with the reason", async (_what, answer, reason) => {
    const teller = createServer((_, res) => answer(res));
    const { origin } = await listen(teller);
    onTestFinished(() => close(teller));
    const handled = `${origin}/?token=hushhush`;
    const { faults: found, seen } = await examined(await started(), {
      handled,
      handledTimeout: 300,
    });
    expect(found).toEqual(["handled_unreadable"]);
    expect(seen).toContain(reason);
    expect(seen).not.toContain("hushhush");
  });

  test("a file that nobody writes to", async () => {
    const handled = handledFile();
    const { faults: found } = await examined(await started(), { handled });
    expect(found).toEqual(["nothing_reported"]);
  });
});

test("a verify token may end with any character", async () => {
  const { broken } = await examined(await started(), { verifyToken: "another 🌱" });
  expect(broken).toEqual(["handshake with the verify token"]);
});

describe("the program", () => {
  const env = { WHATSAPP_APP_SECRET: SECRET, WHATSAPP_VERIFY_TOKEN: VERIFY_TOKEN };

  test("ends with 0 and says what was not checked", async () => {
    const { code, stdout, stderr } = await runCli(["doctor", (await started()).href], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Nothing wrong was found. 2 things were not checked.");
    expect(stdout).not.toContain("\u001b");
  });

  test("ends with 1, tells what is wrong and how to mend it once, and sums up in one line", async () => {
    const url = await started({ status: 201 });
    const { code, stdout, stderr } = await runCli(["doctor", url.href], { env });
    expect(code).toBe(1);
    expect(stdout.split(faults.not_200.mend.slice(0, 20))).toHaveLength(2);
    expect(stderr).toMatch(/^whatsapp-webhooks: one fault in \d+ of \d+ checks: not_200\.\n$/);
  });

  test("--json has the faults by name, with words, and no secret", async () => {
    const url = await started({ secret: "another" });
    const { code, stdout } = await runCli(["doctor", url.href, "--json"], { env });
    expect(code).toBe(1);
    const report: object = JSON.parse(stdout);
    expect(report).toMatchObject({ ok: false, faults: ["wrong_secret"] });
    expect(stdout).toContain(faults.wrong_secret.mend);
    expect(stdout).not.toContain(SECRET);
  });

  test("asks a command what was handled", async () => {
    const handled = handledFile();
    const url = await started({ handled });
    const args = ["doctor", url.href, "--handled-command", `cat ${handled}`, "--json"];
    const { code, stdout } = await runCli(args, { env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, unchecked: [] });
  });

  test("a command that fails is a finding: what was found before is told all the same", async () => {
    const url = await started({ status: 201 });
    const args = ["doctor", url.href, "--handled-command", "exit 3", "--json"];
    const { code, stdout, stderr } = await runCli(args, { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^whatsapp-webhooks: 2 faults in [^\n]+\n$/);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      faults: ["not_200", "handled_unreadable"],
      unchecked: ["no item handled twice"],
      findings: expect.arrayContaining([
        expect.objectContaining({ seen: "--handled-command ended with 3." }),
      ]),
    });
  });
});

test("each fault has a sentence on what is wrong and one on how to mend it", () => {
  for (const { wrong, mend } of Object.values(faults)) {
    expect(wrong).toMatch(/^[A-Z].*[.]$/s);
    expect(mend).toMatch(/^[A-Z].*[.]$/s);
  }
});
