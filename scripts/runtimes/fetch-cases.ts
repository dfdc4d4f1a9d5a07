import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** The longest wait for something that has to come. */
const PATIENCE_MS = 10_000;

interface State {
  readonly heard: readonly string[];
  readonly waits: { readonly begun: number; readonly done: number };
}

/** By what they show. Rejects if it is not so. */
type Cases = Readonly<Record<string, (url: string) => Promise<void>>>;

/** What the Fetch entry must do on every run-time, over HTTP. The receiver is `servers/app.mjs`. */
export const fetchCases: Cases = {
  async handshake(url) {
    const call = (token: string) =>
      get(`${url}/memory?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=1158201444`);
    const answer = await call("a+token");
    assert.deepEqual([answer.status, await answer.text()], [200, "1158201444"]);
    assert.equal((await call("another")).status, 403);
  },

  async "signed body"(url) {
    await accepted(url, "memory", notification("Grüße 🥖"));
    await untilHeard(url, ["Grüße 🥖"]);
  },

  async "wrong secret"(url) {
    const body = notification("of somebody else");
    assert.equal((await post(`${url}/memory`, body, sign(body, "another secret"))).status, 401);
    assert.equal((await post(`${url}/memory`, body, sign(`${body} `))).status, 401);
    await neverHeard(url, "of somebody else");
  },

  async "missing signature"(url) {
    assert.equal((await post(`${url}/memory`, notification("unsigned"), {})).status, 401);
    await neverHeard(url, "unsigned");
  },

  async "body over the limit"(url) {
    const body = notification(`too long ${"x".repeat(64 * 1024)}`);
    assert.equal((await post(`${url}/memory`, body, sign(body))).status, 413);
    // Without a Content-Length the bytes have to be counted.
    const inChunks = new Blob([body]).stream();
    assert.equal((await post(`${url}/memory`, inChunks, sign(body))).status, 413);
    await neverHeard(url, "too long");
  },

  async "body in chunks"(url) {
    const body = notification("in chunks");
    const halves = [body.slice(0, 50), body.slice(50)];
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const half = halves.shift();
        if (half === undefined) return controller.close();
        controller.enqueue(new TextEncoder().encode(half));
        await sleep(50);
      },
    });
    assert.equal((await post(`${url}/memory`, stream, sign(body))).status, 200);
    await untilHeard(url, ["in chunks"]);
  },

  async batch(url) {
    const texts = Array.from({ length: 200 }, (_, index) => `of a batch, ${index}`);
    await accepted(url, "memory", notification(...texts));
    await untilHeard(url, texts);
  },

  async "many at a time"(url) {
    const texts = Array.from({ length: 100 }, (_, index) => `at a time, ${index}`);
    await Promise.all(texts.map((text) => accepted(url, "memory", notification(text))));
    await untilHeard(url, texts);
  },

  async waitUntil(url) {
    await accepted(url, "memory", notification("slow, after the answer"));
    assert.ok(!(await stateOf(url)).heard.includes("slow, after the answer"));
    await untilHeard(url, ["slow, after the answer"]);
    await until(url, ({ waits }) => waits.begun > 0 && waits.done === waits.begun);
  },

  async "answer after the handlers"(url) {
    await accepted(url, "inline", notification("inline, slow"));
    assert.ok((await stateOf(url)).heard.includes("inline, slow"));
  },

  async "duplicate, with seenKeys"(url) {
    const body = notification("handled once");
    for (let time = 0; time < 3; time++) await accepted(url, "inline", body);
    const { heard } = await stateOf(url);
    assert.equal(heard.filter((text) => text === "handled once").length, 1);
  },

  async "answer after the handlers: 503, and the retry"(url) {
    const body = notification("inline, fails once", "inline, good");
    assert.equal((await post(`${url}/inline`, body, sign(body))).status, 503);
    await accepted(url, "inline", body);
    await accepted(url, "inline", body);
    const { heard } = await stateOf(url);
    const ours = heard.filter((text) => /^inline, (fails once|good)$/.test(text));
    assert.deepEqual(ours.toSorted(), ["inline, fails once", "inline, good"]);
  },

  async "answer after the handlers, many at a time"(url) {
    const texts = Array.from({ length: 50 }, (_, index) => `inline at a time, slow ${index}`);
    await Promise.all(texts.map((text) => accepted(url, "inline", notification(text))));
    const { heard } = await stateOf(url);
    assert.deepEqual(
      texts.filter((text) => !heard.includes(text)),
      [],
    );
  },
};

/** What needs a process that goes on from one request to the next. */
export const processCases: Cases = {
  async duplicate(url) {
    const body = notification("once");
    await accepted(url, "memory", body);
    await accepted(url, "memory", body);
    await untilHeard(url, ["once"]);
    await accepted(url, "memory", body);
    await accepted(url, "memory", notification("after once"));
    await untilHeard(url, ["after once"]);
    assert.deepEqual(
      (await stateOf(url)).heard.filter((text) => text === "once"),
      ["once"],
    );
  },

  async "one conversation in order"(url) {
    const from = "12125550100";
    const texts = ["slow first", "second", "third"];
    for (const text of texts) await accepted(url, "memory", notification({ from, text }));
    await untilHeard(url, texts);
    assert.deepEqual(
      (await stateOf(url)).heard.filter((text) => texts.includes(text)),
      texts,
    );
  },

  async "a handler that fails is tried again"(url) {
    await accepted(url, "memory", notification("fails once, slow"));
    await untilHeard(url, ["fails once, slow"]);
  },
};

let serial = 0;

/** A body with these texts; each from a customer of its own, unless `from` says whose it is. */
function notification(...texts: readonly (string | { from: string; text: string })[]): string {
  const messages = texts.map((text) => {
    const id = ++serial;
    const message = typeof text === "string" ? { from: String(12125551000 + id), text } : text;
    return {
      from: message.from,
      id: `wamid.${id}`,
      timestamp: String(Math.floor(Date.now() / 1000)),
      type: "text",
      text: { body: message.text },
    };
  });
  const metadata = { display_phone_number: "12125550188", phone_number_id: "700000000000001" };
  const value = { messaging_product: "whatsapp", metadata, messages };
  const entry = [{ id: "800000000000001", changes: [{ field: "messages", value }] }];
  return JSON.stringify({ object: "whatsapp_business_account", entry });
}

function sign(body: string, secret = "an app secret"): Record<string, string> {
  const hash = createHmac("sha256", secret).update(body).digest("hex");
  return { "x-hub-signature-256": `sha256=${hash}` };
}

function post(
  url: string,
  body: string | ReadableStream<Uint8Array>,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
    ...(typeof body !== "string" && { duplex: "half" as const }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
}

function get(url: string): Promise<Response> {
  return fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
}

async function accepted(url: string, path: string, body: string): Promise<void> {
  assert.equal((await post(`${url}/${path}`, body, sign(body))).status, 200);
}

async function stateOf(url: string): Promise<State> {
  return (await get(`${url}/state`)).json() as Promise<State>;
}

async function until(url: string, isTrue: (state: State) => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const state = await stateOf(url);
    if (isTrue(state)) return;
    if (performance.now() > end) assert.fail(`It never came to be: ${JSON.stringify(state)}`);
    await sleep(20);
  }
}

async function untilHeard(url: string, texts: readonly string[]): Promise<void> {
  await until(url, ({ heard }) => texts.every((text) => heard.includes(text)));
}

/** What came after it was handled, and it was not. */
async function neverHeard(url: string, beginning: string): Promise<void> {
  const later = `later than ${beginning}`;
  await accepted(url, "memory", notification(later));
  await untilHeard(url, [later]);
  const { heard } = await stateOf(url);
  assert.ok(!heard.some((text) => text.startsWith(beginning)), `${beginning} was handled`);
}
