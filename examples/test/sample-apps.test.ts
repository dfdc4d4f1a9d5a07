import { once } from "node:events";
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { createServer } from "node:net";
import { beforeAll, describe, expect, test } from "vitest";
import { post, refusesOthers, shakesHands } from "./support/platform.ts";
import {
  authorization,
  fixture,
  frameworks,
  printed,
  type Started,
  settings,
  sign,
  start,
  startScript,
  urlOf,
} from "./support/start.ts";

describe.each(frameworks)("%s", (framework) => {
  let app: Started;
  let url: string;

  beforeAll(async () => {
    app = startScript(`example:${framework}`, settings);
    url = await urlOf(app);
  });

  test("shakes hands", () => shakesHands(url));

  test("answers 401 to what another secret signed", () => refusesOthers(url, app));

  test("prints a signed notification as JSON lines, and nothing else, on stdout", async () => {
    for (const name of ["messages/text", "messages/errors-rate-limit-130429"]) {
      const body = fixture(name);
      expect((await post(url, body, sign(body))).status).toBe(200);
    }
    await printed("platform_error", app.stdout);
    await printed("message.text", app.stdout);
    const lines = app.stdout().trimEnd().split("\n");
    const events = lines.map((line): { name: string } => JSON.parse(line));
    // What is of no conversation does not wait for one.
    const {
      contact,
      "message.text": message,
      platform_error: error,
    } = Object.fromEntries(events.map((event) => [event.name, event]));
    expect(lines.length).toBe(3);
    expect(contact).toBeDefined();
    expect(message).toMatchObject({
      key: expect.stringContaining("message:wamid."),
      source: "cloud",
      timestamp: "2026-03-08T16:37:08.000Z",
      account: { phoneNumberId: "109447120836512" },
      sender: { name: "Dana Whitfield" },
      data: { text: { body: "Are you open on Sunday morning?" } },
    });
    expect(error).toMatchObject({ sender: null, data: { code: 130429 } });
    expect(app.stderr()).not.toMatch(/Dana|Sunday|\d{10}/);
  });

  test("takes an unsigned On-Premises notification only with the agreed header", async () => {
    const body = fixture("on-premises/text");
    expect((await fetch(url, { method: "POST", body })).status).toBe(401);
    const headers = { authorization };
    expect((await fetch(url, { method: "POST", body, headers })).status).toBe(200);
    await printed('"source":"on-premises"', app.stdout);
  });

  test("leaves the rest of the app alone", async () => {
    const response = await fetch(new URL("/", url));
    expect(await response.text()).toBe("The rest of your app.");
  });

  test("tells whether it is live and ready", async () => {
    const live = await fetch(new URL("/health/live", url));
    expect([live.status, await live.json()]).toEqual([200, { status: "live" }]);
    const ready = await fetch(new URL("/health/ready", url));
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: "ready", inbox: { reachable: true } });
    expect((await fetch(new URL("/health/other", url))).status).toBe(404);
  });

  test.concurrent("with its inbox away it is live, and not ready", async () => {
    const lonely = startScript(`example:${framework}`, {
      ...settings,
      WHATSAPP_INBOX: "redis://127.0.0.1:1",
    });
    const itsUrl = await urlOf(lonely);
    const ready = await fetch(new URL("/health/ready", itsUrl));
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: "unreachable",
      inbox: { reachable: false },
    });
    expect((await fetch(new URL("/health/live", itsUrl))).status).toBe(200);
    lonely.child.kill("SIGTERM");
    expect(await lonely.exited).toBe(0);
  });

  test("SIGTERM, heard twice, ends it with code 0, connections kept alive and a request under way", async () => {
    const agent = new Agent({ keepAlive: true });
    const body = fixture("messages/text-now");
    const idle = request(new URL("/", url), { agent }).end();
    await answerTo(idle);
    const underWay = await begin(url, body.slice(0, 100), sign(body), agent);

    app.child.kill("SIGTERM");
    await printed("Closing", app.stderr);
    app.child.kill("SIGTERM");
    underWay.end(body.slice(100));
    // Taken or sent away, but answered.
    expect([200, 503]).toContain((await answerTo(underWay)).statusCode);
    expect(await app.exited).toBe(0);
    agent.destroy();
  });

  test.concurrent("without a secret it says so in one line and ends with code 1", async () => {
    const { WHATSAPP_APP_SECRET: _, ...rest } = settings;
    const poor = startScript(`example:${framework}`, rest);
    expect(await poor.exited).toBe(1);
    expect(poor.stderr()).toMatch(
      /^option_invalid: appSecret is missing.*WHATSAPP_APP_SECRET\.\n$/,
    );
    expect(poor.stdout()).toBe("");
  });

  test.concurrent("on a used port it says so in one line and ends with code 1", async () => {
    const blocker = createServer().listen(0);
    await once(blocker, "listening");
    const { port } = blocker.address() as { port: number };
    const second = startScript(`example:${framework}`, { ...settings, PORT: String(port) });
    expect(await second.exited).toBe(1);
    // Nest's own logger says it too.
    const lines = second
      .stderr()
      .split("\n")
      .filter((line) => !line.includes("[Nest]"));
    expect(lines).toEqual([`Port ${port} is in use: set PORT to another.`, ""]);
    blocker.close();
  });
});

describe.concurrent("closing", () => {
  test("SIGINT ends an app with code 0 though a client never finishes its request", async () => {
    const app = startScript("example:express", settings);
    const hanging = await begin(await urlOf(app), "{", sign("{}"));
    hanging.on("error", () => {});
    app.child.kill("SIGINT");
    expect(await app.exited).toBe(0);
  });

  test.each([
    ["npm alone", (pid: number) => pid],
    ["the process group", (pid: number) => -pid],
  ])("SIGTERM to %s closes an app that npm started, with code 0", async (_whom, address) => {
    const npm = start("exec npm run --silent example:express", settings);
    await urlOf(npm);
    process.kill(address(npm.child.pid as number), "SIGTERM");
    expect([await npm.exited, npm.stderr()]).toEqual([0, expect.stringContaining("Closing")]);
    expect(npm.stderr()).toContain("Closing");
    expect(npm.stdout()).toBe("");
  });
});

/** Sends the beginning of a notification; resolves once the app has seen its head. */
async function begin(
  url: string,
  beginning: string,
  headers: Readonly<Record<string, string>>,
  agent?: Agent,
): Promise<ClientRequest> {
  const begun = request(url, {
    method: "POST",
    headers: { ...headers, expect: "100-continue" },
    ...(agent === undefined ? {} : { agent }),
  });
  begun.flushHeaders();
  await once(begun, "continue");
  begun.write(beginning);
  return begun;
}

async function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  return response;
}
