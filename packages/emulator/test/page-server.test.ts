import http, { type ClientRequest, type IncomingMessage } from "node:http";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type Emulator, steppedClock } from "../src/index.ts";
import { Mailbox } from "../src/server/mailbox.ts";
import { call } from "./support/api.ts";
import { SECRET, started, subscribed } from "./support/emulators.ts";
import { Receiver, VERIFY_TOKEN } from "./support/receiver.ts";
import { statusOf } from "./support/status-of.ts";

interface Told {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Somebody who looks on, as a page does. */
class Stream {
  readonly told: Told[] = [];
  readonly request: ClientRequest;
  response: IncomingMessage | undefined;
  #text = "";

  constructor({ url }: Emulator, headers: Readonly<Record<string, string>> = {}) {
    this.request = http.get(`${url}/emulator/events`, { headers, agent: false });
    // The emulator may end it.
    this.request.on("error", () => {});
    onTestFinished(() => void this.request.destroy());
    this.request.on("response", (response) => {
      this.response = response;
    });
  }

  async opened(): Promise<IncomingMessage> {
    return await vi.waitFor(
      () => this.response ?? Promise.reject(new Error("no answer yet")),
      20_000,
    );
  }

  async listen(): Promise<void> {
    (await this.opened()).setEncoding("utf8").on("data", (part: string) => {
      const parts = (this.#text + part).split("\n\n");
      this.#text = parts.pop() ?? "";
      for (const each of parts) {
        const [, event = "", data = ""] = /^event: (.*)\ndata: (.*)$/.exec(each) ?? [];
        if (event !== "") this.told.push({ event, data: JSON.parse(data) });
      }
    });
  }

  /** What was told last of each kind. */
  last(event: string): Record<string, unknown> | undefined {
    return this.told.findLast((each) => each.event === event)?.data;
  }
}

async function listening(emulator: Emulator): Promise<Stream> {
  const stream = new Stream(emulator);
  await stream.listen();
  return stream;
}

const patience = { timeout: 20_000 };

describe("the stream below /emulator/events", () => {
  test("tells what there is, and then what happens, without secrets", async () => {
    const receiver = await Receiver.start();
    const emulator = await subscribed(receiver);
    emulator.customer({ name: "Dana" }).text("before");
    await emulator.idle();
    const stream = await listening(emulator);
    expect((await stream.opened()).headers["content-type"]).toBe("text/event-stream");
    await vi.waitFor(() => expect(stream.last("delivery")).toBeDefined(), patience);
    expect(stream.told.map(({ event }) => event)).toEqual([
      "hello",
      "state",
      "message",
      "delivery",
    ]);
    expect(stream.last("message")).toMatchObject({
      from: "customer",
      status: "delivered",
      content: { body: "before" },
    });
    expect(stream.last("delivery")).toMatchObject({
      state: "delivered",
      names: { "message.text": 1 },
      attempts: [{ status: 200 }],
    });
    const id = emulator.send({ to: "12125550123", type: "text", text: { body: "after" } });
    emulator.setWeather({ duplicates: 0.5 });
    await vi.waitFor(() => {
      expect(stream.last("message")).toMatchObject({ id, from: "business", status: "read" });
      expect(stream.last("state")).toMatchObject({ weather: { duplicates: 0.5 } });
    }, patience);
    const [app] = emulator.apps;
    const all = JSON.stringify(stream.told);
    expect(all).not.toContain(SECRET);
    expect(all).not.toContain(app?.accessToken);
  });

  test("tells when a retry is due, and of credentials in headers and URLs that there are some", async () => {
    const receiver = await Receiver.start({ reply: () => 500 });
    const emulator = await started({
      onPremises: { callbackHeaders: { Authorization: "Basic c2VjcmV0" } },
    });
    emulator.onPremises.configure({
      webhooks: { url: receiver.url.replace("//", "//somebody:hushhush@") },
    });
    const stream = await listening(emulator);
    emulator.customer({ to: "on-premises" }).text("Hello");
    await vi.waitFor(
      () =>
        expect(stream.last("delivery")).toMatchObject({
          state: "waiting",
          nextAttemptAt: expect.any(Number),
          attempts: [{ status: 500, headers: { Authorization: "hidden" } }],
        }),
      patience,
    );
    expect(JSON.stringify(stream.told)).not.toMatch(/c2VjcmV0|hushhush/);
    const { text } = await call(emulator, "GET /emulator/deliveries");
    expect(text).not.toMatch(/c2VjcmV0|hushhush/);
  });

  test("tells when the retry of what is delivered does not come after all", async () => {
    const [good, bad] = [await Receiver.start(), await Receiver.start({ reply: () => 500 })];
    const clock = steppedClock();
    const apps = ["1", "2"].map((id) => ({ id, secret: `secret ${id}` }));
    const emulator = await started({ clock, apps });
    for (const [i, { url }] of [good, bad].entries())
      await emulator.subscribe({ appId: apps[i]?.id, callbackUrl: url, verifyToken: VERIFY_TOKEN });
    const stream = await listening(emulator);
    const told = () => stream.told.findLast(({ data }) => data.to === "1")?.data;
    emulator.customer().text("Hello");
    await clock.advance(0);
    await vi.waitFor(() => expect(told()).toHaveProperty("nextAttemptAt"), patience);
    await call(emulator, "DELETE /v23.0/1/subscriptions", { token: "1|secret 1" });
    await clock.advance(60_000);
    await vi.waitFor(() => expect(told()).not.toHaveProperty("nextAttemptAt"), patience);
    expect(told()).toMatchObject({ state: "delivered" });
  });

  test("changed fields may be anything: those that are no text are told of all the same", async () => {
    const receiver = await Receiver.start();
    const emulator = await subscribed(receiver);
    const stream = await listening(emulator);
    const changed_fields = ["about", 5, { toString: 1, valueOf: 1 }, null];
    const body = { entry: [{ id: "1", changed_fields }] };
    const { status } = await call(emulator, "POST /emulator/notifications", { json: { body } });
    expect(status).toBe(200);
    await vi.waitFor(
      () =>
        expect(stream.last("delivery")).toMatchObject({
          state: "delivered",
          names: { about: 1, "5": 1, "?": 2 },
        }),
      patience,
    );
  });

  test("a reader that does not read costs a bounded number of events, and gets the newest later", async () => {
    const emulator = await started();
    const stream = new Stream(emulator);
    const response = await stream.opened();
    response.pause();
    const text = "x".repeat(4000);
    const customer = emulator.customer();
    for (let i = 0; i < 20_000; i++) customer.text(`${i} ${text}`);
    await emulator.idle();
    await stream.listen();
    response.resume();
    await vi.waitFor(
      () =>
        expect(stream.last("message")).toMatchObject({
          content: { body: expect.stringMatching(/^19999 /) },
        }),
      patience,
    );
    // What was in the pipes when it stalled, and then the newest thousand of twenty thousand.
    const told = stream.told.filter(({ event }) => event === "message").length;
    expect(told).toBeLessThan(8000);
  });

  test("twenty look on at most, and who goes makes room", async () => {
    const emulator = await started();
    const streams = Array.from({ length: 20 }, () => new Stream(emulator));
    for (const stream of streams) expect((await stream.opened()).statusCode).toBe(200);
    expect((await new Stream(emulator).opened()).statusCode).toBe(503);
    streams[0]?.request.destroy();
    await vi.waitFor(async () => {
      expect((await new Stream(emulator).opened()).statusCode).toBe(200);
    }, patience);
  });

  test("it ends with the emulator, which has stopped then", async () => {
    const emulator = await started();
    const stream = await listening(emulator);
    const closed = new Promise((resolve) => stream.response?.once("close", resolve));
    await emulator.stop();
    await closed;
  });

  test.each([
    ["another name for this machine", { host: "attacker.example" }],
    ["a page of another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }],
    ["a page of another port", { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }],
    ["a frame of another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }],
    ["a page of another origin", { origin: "http://attacker.example" }],
    ["a page without an origin", { origin: "null" }],
  ])("%s is refused", async (_what, headers) => {
    const emulator = await started();
    expect((await new Stream(emulator, headers).opened()).statusCode).toBe(403);
  });
});

describe("a web page of somebody else does not reach the emulated APIs, whose tokens are no secret", () => {
  const strangers: readonly Readonly<Record<string, string>>[] = [
    { host: "attacker.example" },
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" },
    { origin: "https://attacker.example" },
  ];

  test.each(strangers)("the emulated APIs refuse %o", async (headers) => {
    const receiver = await Receiver.start();
    const emulator = await subscribed(receiver);
    const [app] = emulator.apps;
    const [number] = emulator.numbers;
    const override = { override_callback_uri: receiver.url, verify_token: "anything" };
    const form = new URLSearchParams({ webhook_configuration: JSON.stringify(override) });
    const before = receiver.handshakes.length;
    for (const [path, body] of [
      [`/v25.0/${number?.id}?access_token=${app?.accessToken}`, form.toString()],
      ["/v1/users/login", ""],
    ])
      expect(await statusOf(`${emulator.url}${path}`, { ...headers, ...FORM }, body), path).toBe(
        403,
      );
    expect(receiver.handshakes.length).toBe(before);
  });

  test("who follows a link gets the page", async () => {
    const { url } = await started();
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect(await statusOf(url, link)).toBe(200);
    expect(await statusOf(`${url}/emulator`, link)).toBe(403);
    expect(await statusOf(`${url}/emulator`, { origin: url })).toBe(200);
  });
});

const FORM = { "content-type": "application/x-www-form-urlencoded" };

describe("the mailbox of a reader", () => {
  test("holds the newest state of each thing, and of too many things the newest", () => {
    const mailbox = new Mailbox<number>(2);
    mailbox.put("a", 1);
    mailbox.put("b", 2);
    mailbox.put("a", 3);
    expect([mailbox.take(), mailbox.take(), mailbox.take()]).toEqual([3, 2, undefined]);
    for (const [index, key] of ["a", "b", "c", "b"].entries()) mailbox.put(key, index);
    expect([mailbox.take(), mailbox.take(), mailbox.take()]).toEqual([3, 2, undefined]);
  });
});

describe("the page's files", () => {
  test("come with a policy that lets nothing in from elsewhere, and with their licences", async () => {
    const emulator = await started();
    const page = await fetch(emulator.url);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; script-src 'self';/,
    );
    expect(page.headers.get("content-security-policy")).not.toMatch(/unsafe|data:|https?:|\*/);
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    const html = await page.text();
    expect(html).not.toMatch(/https?:|style=|<script>|<style/);
    for (const [, file = ""] of html.matchAll(/(?:src|href)="([^"]+)"/g))
      expect((await fetch(`${emulator.url}${file}`)).status, file).toBe(200);
    const licences = await (await fetch(`${emulator.url}/page/licences.txt`)).text();
    for (const name of ["preact", "@preact/signals", "@preact/signals-core", "uplot"])
      expect(licences).toMatch(new RegExp(`^${name} [\\d.]+ \\(MIT\\)$`, "m"));
  });

  test("nothing else of the disk is among them", async () => {
    const emulator = await started();
    for (const path of ["/page/package.json", "/page/..%2f..%2fpackage.json", "/page/gone.js"])
      expect((await fetch(`${emulator.url}${path}`)).status, path).toBe(404);
  });

  test("they are refused under another name for this machine", async () => {
    const emulator = await started();
    expect(await statusOf(emulator.url, { host: "attacker.example" })).toBe(403);
  });
});
