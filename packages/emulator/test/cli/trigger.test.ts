import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { signatureHeaders } from "../../src/sign.ts";
import { Receiver } from "../support/receiver.ts";
import { close, listen } from "./support/own-receiver.ts";
import { runCli } from "./support/run-cli.ts";

const env = { WHATSAPP_APP_SECRET: "the app secret" };

test("a signed event of this moment, each time a new one", async () => {
  const receiver = await Receiver.start();
  const to = ["--to", receiver.url, "--set", "text.body=hi"];
  const first = await runCli(["trigger", "message.text", ...to], { env });
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout).toMatch(/✓ 200 {2}\d+ ms {2}message\.text/);
  expect(first.stdout).not.toContain("\u001b");
  await runCli(["trigger", "message.text", ...to], { env });
  const [one, two] = receiver.notifications;
  expect(one?.body.toString()).toContain('"body":"hi"');
  expect(one?.body.equals(two?.body ?? Buffer.alloc(0))).toBe(false);
  expect(one?.headers).toMatchObject({
    "x-hub-signature-256": signatureHeaders(one?.body ?? Buffer.alloc(0), "the app secret")[
      "X-Hub-Signature-256"
    ],
  });
});

test("--json is one value, and a refusal one line and code 1", async () => {
  const receiver = await Receiver.start({ reply: () => 401 });
  const { code, stdout, stderr } = await runCli(
    ["trigger", "status.failed", "--to", receiver.url, "--json"],
    { env },
  );
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    event: "status.failed",
    accepted: false,
    results: [{ attempts: [{ status: 401, hint: expect.stringContaining("signature") }] }],
  });
  expect(stderr).toMatch(/^whatsapp-webhooks: not accepted: 401, [^\n]+\n$/);
});

test("a batch twice, and a retry until it is 200", async () => {
  const receiver = await Receiver.start({ reply: (_, count) => (count === 1 ? 500 : 200) });
  const { code, stdout } = await runCli(
    ["trigger", "message.image", "--batch", "3", "--duplicate", "--retry", "--to", receiver.url],
    { env },
  );
  expect(code).toBe(0);
  expect(stdout).toContain("500");
  expect(receiver.bodies).toHaveLength(3);
  expect(new Set(receiver.bodies).size).toBe(1);
  expect(receiver.items).toHaveLength(9);
});

test("a retry has an end", async () => {
  const receiver = await Receiver.start({ reply: () => 503 });
  const { code } = await runCli(
    ["trigger", "message.text", "--retry", "--retry-for", "1500ms", "--to", receiver.url],
    { env },
  );
  expect(code).toBe(1);
  expect(receiver.bodies.length).toBeGreaterThanOrEqual(2);
});

test("On-Premises: no signature, and the header that was given", async () => {
  const receiver = await Receiver.start();
  await runCli(["trigger", "message.text", "--on-premises", "--to", receiver.url], {
    env: { WHATSAPP_ONPREM_AUTHORIZATION: "Basic abc" },
  });
  const [request] = receiver.notifications;
  expect(request?.headers).toMatchObject({ authorization: "Basic abc" });
  expect(request?.headers).not.toHaveProperty("x-hub-signature-256");
  expect(request?.body.toString()).not.toContain('"entry"');
});

test("On-Premises, unsigned: without the header that was given", async () => {
  const receiver = await Receiver.start();
  const args = ["--on-premises", "--unsigned", "--authorization", "Basic abc"];
  await runCli(["trigger", "message.text", ...args, "--to", receiver.url]);
  expect(receiver.notifications).toHaveLength(1);
  expect(receiver.notifications[0]?.headers).not.toHaveProperty("authorization");
});

test("what is refused without a signature is not put down to one", async () => {
  const receiver = await Receiver.start({ reply: () => 401 });
  const args = ["trigger", "message.text", "--on-premises", "--to", receiver.url];
  expect((await runCli(args)).stdout).toContain("neither a signature nor an Authorization header");
  const { stdout } = await runCli([...args, "--authorization", "Basic abc"]);
  expect(stdout).toContain("the Authorization header was refused");
});

test("a redirect's address does not drive the terminal", async () => {
  const server = createServer((req, res) => {
    req.resume();
    res.writeHead(302, { Location: "http://127.0.0.1/\u009b2J?hub.verify_token=hushhush" }).end();
  });
  const url = await listen(server);
  onTestFinished(() => close(server));
  const args = ["trigger", "message.text", "--to", url.href];
  for (const more of [[], ["--json"]]) {
    const { stdout, stderr } = await runCli([...args, ...more], { env });
    expect(stdout).toContain("does not follow redirects");
    expect(stdout + stderr).not.toMatch(/\u009b|hushhush/);
  }
});

test("the secret from a file and from stdin", async () => {
  const folder = mkdtempSync(join(tmpdir(), "trigger-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "secret");
  writeFileSync(file, "from a file\n");
  const receiver = await Receiver.start();
  const args = ["trigger", "message.text", "--to", receiver.url, "--secret-file"];
  await runCli([...args, file]);
  await runCli([...args, "-"], { stdin: "from stdin\n" });
  const signatures = receiver.notifications.map(({ body }, i) =>
    signatureHeaders(body, i === 0 ? "from a file" : "from stdin"),
  );
  expect(receiver.notifications.map(({ headers }) => headers["x-hub-signature-256"])).toEqual(
    signatures.map((headers) => headers["X-Hub-Signature-256"]),
  );
});

/** Of the only status in a body. */
const statusIn = (body: string): string | undefined => /"status":"(\w+)"/.exec(body)?.[1];

test("--bodies without --list is a mistake", async () => {
  expect(await runCli(["trigger", "message.text", "--bodies", "--print"])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("--bodies goes with --list"),
  });
});

test("lists, prints, and says who does not listen", async () => {
  const listed = await runCli(["trigger", "--list", "status", "--json"]);
  expect(JSON.parse(listed.stdout)).toContainEqual({
    event: "status.read",
    bodies: expect.arrayContaining(["messages/status-read"]),
  });
  const printed = await runCli(["trigger", "stale", "--print"]);
  expect(JSON.parse(printed.stdout)).toHaveProperty("entry");
  const call = ["trigger", "status.delivered", "--out-of-order", "--print"];
  const lines = (await runCli(call)).stdout.trimEnd().split("\n");
  const list = JSON.parse((await runCli([...call, "--json"])).stdout) as unknown[];
  expect(lines.map(statusIn)).toEqual(["delivered", "sent"]);
  expect(list.map((body) => statusIn(JSON.stringify(body)))).toEqual(["delivered", "sent"]);
  const twice = await runCli(["trigger", "message.text", "--duplicate", "--print", "--json"]);
  const [first, second, ...others] = JSON.parse(twice.stdout) as unknown[];
  expect([second, others]).toEqual([first, []]);
  const nobody = await runCli(["trigger", "message.text", "--to", "http://127.0.0.1:9/"], { env });
  expect(nobody).toMatchObject({
    code: 1,
    stderr: "whatsapp-webhooks: not accepted: ECONNREFUSED\n",
  });
  expect(nobody.stdout).toContain("nobody listens there");
});
