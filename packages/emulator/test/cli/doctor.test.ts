import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { examine } from "../../src/cli/doctor/doctor.ts";
import { faults } from "../../src/cli/doctor/faults.ts";
import { handledSource } from "../../src/cli/doctor/handled-items.ts";
import {
  close,
  listen,
  type Mistakes,
  ownServer,
  SECRET,
  VERIFY_TOKEN,
} from "./support/own-receiver.ts";
import { command, runCli } from "./support/run-cli.ts";

async function started(mistakes: Mistakes = {}): Promise<URL> {
  const server = ownServer(mistakes);
  const url = await listen(server);
  onTestFinished(() => close(server));
  return url;
}

async function examined(url: URL, { handled }: { readonly handled?: string } = {}) {
  const findings = await examine(
    {
      url,
      secret: SECRET,
      verifyToken: VERIFY_TOKEN,
      authorization: undefined,
      timeoutMs: 20_000,
      authorities: [],
    },
    await handledSource({ handled }),
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

function handledFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "doctor-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "handled.txt");
}

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

describe("the handshake", () => {
  test("challenge answered as JSON", async () => {
    const url = await started({
      handshake: (res, challenge, isRight) =>
        res.writeHead(isRight ? 200 : 403).end(JSON.stringify(challenge)),
    });
    const { faults: found, broken } = await examined(url);
    expect(found).toEqual(["challenge_as_json"]);
    expect(broken).toEqual(["handshake with the verify token"]);
  });

  test("challenge in an object", async () => {
    const url = await started({
      handshake: (res, challenge, isRight) =>
        res.writeHead(isRight ? 200 : 403).end(JSON.stringify({ "hub.challenge": challenge })),
    });
    expect((await examined(url)).faults).toEqual(["challenge_as_json"]);
  });

  test("challenge turned into a number", async () => {
    const url = await started({
      handshake: (res, challenge, isRight) =>
        res.writeHead(isRight ? 200 : 403).end(String(Number(challenge))),
    });
    const { faults: found, broken } = await examined(url);
    expect(found).toEqual(["challenge_changed"]);
    expect(broken).toEqual(["challenge echoed exactly, as text"]);
  });

  test("any verify token passes", async () => {
    const url = await started({ handshake: (res, challenge) => res.writeHead(200).end(challenge) });
    expect((await examined(url)).faults).toEqual(["any_token_accepted"]);
  });

  test("the token is refused", async () => {
    const url = await started({ handshake: (res) => res.writeHead(403).end() });
    expect((await examined(url)).faults).toEqual(["token_refused"]);
  });

  test("a redirect, and where it ends, without the verify token in its query", async () => {
    const url = await started({ redirectTo: "https://example.com/hook/?hub.verify_token=secret" });
    const { faults: found, seen, unchecked } = await examined(url);
    expect(found).toEqual(["redirect"]);
    expect(seen).toBe("301 to https://example.com/hook/");
    expect(unchecked).toContain("signatures");
  });

  test("nobody listens", async () => {
    const server = ownServer();
    const url = await listen(server);
    await close(server);
    const { faults: found, seen } = await examined(url);
    expect(found).toEqual(["unreachable"]);
    expect(seen).toContain("ECONNREFUSED");
  });

  test("another path", async () => {
    const server = createServer((_, res) => res.writeHead(404).end());
    const url = await listen(server);
    onTestFinished(() => close(server));
    expect((await examined(url)).faults).toEqual(["no_route"]);
  });
});

describe("the signature", () => {
  test("body re-serialised before the HMAC", async () => {
    const url = await started({ signed: (body) => JSON.stringify(JSON.parse(body.toString())) });
    const { faults: found, broken } = await examined(url);
    expect(found).toEqual(["signature_over_rewritten_json"]);
    expect(broken).toContain("signed: escaped unicode, \\u00e9 and \\/");
    expect(broken).not.toContain("signed: plain ASCII");
  });

  test("signature over a decoded string: read as latin1", async () => {
    const url = await started({ signed: (body) => body.toString("latin1") });
    const { faults: found, seen } = await examined(url);
    expect(found).toEqual(["signature_over_decoded_text"]);
    expect(seen).toContain("latin1");
  });

  test("signature over a decoded string: each chunk by itself", async () => {
    const url = await started({
      signed: (_, chunks) => chunks.reduce((text, chunk) => text + chunk.toString(), ""),
    });
    const { faults: found, seen } = await examined(url);
    expect(found).toEqual(["signature_over_decoded_text"]);
    expect(seen).toContain("each piece decoded by itself");
  });

  test("signature over a decoded string: escapes undone", async () => {
    const url = await started({
      signed: (body) =>
        body
          .toString()
          .replace(/\\u([\da-f]{4})/g, (_, unit) => String.fromCharCode(Number.parseInt(unit, 16)))
          .replaceAll("\\/", "/"),
    });
    expect((await examined(url)).faults).toContain("signature_over_decoded_text");
  });

  test("signature over a body that was read before", async () => {
    const url = await started({ signed: () => "" });
    expect((await examined(url)).faults).toEqual(["signature_over_nothing"]);
  });

  test("wrong secret", async () => {
    const { faults: found, unchecked } = await examined(await started({ secret: "another" }));
    expect(found).toEqual(["wrong_secret"]);
    expect(unchecked).toContain("batches and repetitions");
  });

  test("the same, from receivers that refuse with 400 instead of 401", async () => {
    const secret = await started({ secret: "another", refusal: 400 });
    expect((await examined(secret)).faults).toEqual(["wrong_secret"]);
    const rewritten = await started({
      signed: (body) => JSON.stringify(JSON.parse(body.toString())),
      refusal: 400,
    });
    expect((await examined(rewritten)).faults).toEqual(["signature_over_rewritten_json"]);
  });

  test("the verify token for a secret, a line break behind it, and none", async () => {
    const faultsWith = async (secret: string) => (await examined(await started({ secret }))).faults;
    expect(await faultsWith(VERIFY_TOKEN)).toEqual(["verify_token_as_secret"]);
    expect(await faultsWith(`${SECRET}\n`)).toEqual(["secret_with_blanks"]);
    expect(await faultsWith("undefined")).toEqual(["empty_secret"]);
  });

  test("none is asked for, or any is good", async () => {
    const open = await examined(await started({ checksSignature: () => true }));
    expect(open.faults).toEqual(["unsigned_accepted", "forged_accepted"]);
    const present = await started({ checksSignature: (header) => header !== undefined });
    expect((await examined(present)).faults).toEqual(["forged_accepted"]);
  });
});

describe("the answer", () => {
  test("201 instead of 200", async () => {
    const { faults: found, seen } = await examined(await started({ status: 201 }));
    expect(found).toEqual(["not_200"]);
    expect(seen).toContain("201");
  });

  test("answers only after a slow handler", async () => {
    const { faults: found, broken } = await examined(await started({ handlerMs: 400 }));
    expect(found).toEqual(["slow_answers"]);
    expect(broken).toEqual(["time to answer"]);
  });

  test.each([413, 400])("100 kB body limit, answered %i", async (limitStatus) => {
    const { faults: found, seen } = await examined(
      await started({ limitBytes: 100_000, limitStatus }),
    );
    expect(found).toEqual(["body_limit"]);
    expect(seen).toMatch(/(8\d|4\d) kB are taken, (8\d|2\d\d) kB are not/);
  });

  test("unknown type answered 500", async () => {
    const url = await started({
      handle(body) {
        if (JSON.stringify(body).includes('"type":"treasure_map"')) throw new Error("what is it?");
      },
    });
    const { faults: found, broken } = await examined(url);
    expect(found).toEqual(["unknown_refused"]);
    expect(broken).toEqual(["unknown type of message"]);
  });

  test("a handler's error ends the process", async () => {
    const [program = "", ...args] = command;
    const file = fileURLToPath(new URL("./support/ending-receiver.ts", import.meta.url));
    const child = spawn(program, [...args.slice(0, -1), file], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    onTestFinished(() => void child.kill());
    const href = await new Promise<string>((resolve) =>
      child.stdout.setEncoding("utf8").once("data", resolve),
    );
    const { faults: found, unchecked } = await examined(new URL(href.trim()));
    expect(found).toEqual(["process_ended"]);
    expect(unchecked).toContain("time");
  });
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

  test("a file that nobody writes to", async () => {
    const handled = handledFile();
    const { faults: found } = await examined(await started(), { handled });
    expect(found).toEqual(["nothing_reported"]);
  });
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
});

test("each fault has a sentence on what is wrong and one on how to mend it", () => {
  for (const { wrong, mend } of Object.values(faults)) {
    expect(wrong).toMatch(/^[A-Z].*[.]$/s);
    expect(mend).toMatch(/^[A-Z].*[.]$/s);
  }
});
