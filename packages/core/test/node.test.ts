import { once } from "node:events";
import { createServer, IncomingMessage, type RequestListener } from "node:http";
import { type AddressInfo, Socket } from "node:net";
import { Readable } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { createWebhooks } from "../src/index.ts";
import { sendResponse, toWebhookRequest, whatsappWebhooks } from "../src/node.ts";
import { capturedLog } from "./support/captured-log.ts";
import { BODY, SECRET, signature, TOKEN } from "./support/requests.ts";

const BYTES = Buffer.from(BODY);
const webhooks = createWebhooks({ appSecret: SECRET, verifyToken: TOKEN, logger: capturedLog() });

function incoming(): IncomingMessage {
  const req = new IncomingMessage(new Socket());
  req.push(BYTES);
  req.push(null);
  return req;
}

describe("the body of a Node request", () => {
  const hint = "mend it";

  test.each<[string, { rawBody?: unknown; body?: unknown }]>([
    ["kept as rawBody", { rawBody: BYTES, body: { parsed: true } }],
    ["kept as rawBody, text beside it", { rawBody: BYTES, body: BODY }],
    ["kept as the body", { body: BYTES }],
    ["kept as the body, text as rawBody", { rawBody: BODY, body: BYTES }],
    ["in any array of bytes", { rawBody: new Uint8Array(BYTES) }],
  ])("is bytes when they were %s", async (_where, found) => {
    const req = incoming();
    for await (const _chunk of req);
    const { body } = toWebhookRequest(req, { ...found, hint });
    expect(body).toMatchObject({ kind: "bytes", bytes: expect.any(Uint8Array) });
    expect(body.kind === "bytes" && Buffer.compare(body.bytes, BYTES)).toBe(0);
    expect(body).not.toHaveProperty("decoded");
  });

  test.each([
    ["rawBody", { rawBody: "ä", body: { parsed: true } }],
    ["the body", { body: "ä" }],
  ])("is bytes again, marked as decoded, when text was kept as %s", (_where, found) => {
    const { body } = toWebhookRequest(incoming(), { ...found, hint });
    expect(body).toEqual({ kind: "bytes", bytes: Buffer.from("ä"), decoded: true });
  });

  test("is lost when it was read and no bytes are left, whatever `body` holds", async () => {
    const req = incoming();
    for await (const _chunk of req);
    for (const body of [undefined, null, {}, { entry: [] }])
      expect(toWebhookRequest(req, { body, hint }).body).toEqual({ kind: "lost", hint });
  });

  test("is lost just so when the request itself is named as the stream", async () => {
    const req = incoming();
    for await (const _chunk of req);
    expect(toWebhookRequest(req, { stream: req, hint }).body).toEqual({ kind: "lost", hint });
  });

  test("is the stream when nobody has read it, whatever `body` holds", () => {
    const req = incoming();
    for (const body of [undefined, null, {}, { entry: [] }])
      expect(toWebhookRequest(req, { body, hint }).body).toEqual({ kind: "stream", stream: req });
  });

  test("is the stream put in its place, though the request itself was read", async () => {
    const req = incoming();
    const stream = Readable.from([BYTES]);
    for await (const _chunk of req);
    expect(toWebhookRequest(req, { stream, hint }).body).toEqual({ kind: "stream", stream });
  });
});

describe("on a server", () => {
  const stops: (() => void)[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, "127.0.0.1");
    stops.push(() => server.close());
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test("the handler serves its path and answers 404 to the rest", async () => {
    const url = await serve(whatsappWebhooks(webhooks));
    const headers = { "x-hub-signature-256": signature(BODY) };
    const taken = await fetch(`${url}/webhooks/whatsapp`, { method: "POST", headers, body: BODY });
    expect(taken.status).toBe(200);
    const other = await fetch(`${url}/elsewhere`, { method: "POST", headers, body: BODY });
    expect(other.status).toBe(404);
    expect(other.headers.get("content-type")).toBe("text/plain");
    expect(await other.text()).toBe("not_found");
  });

  test("with a next, the rest goes there untouched", async () => {
    const handle = whatsappWebhooks(webhooks, { path: "/wa" });
    const url = await serve((req, res) => handle(req, res, () => res.end(req.url)));
    expect(await (await fetch(`${url}/webhooks/whatsapp`)).text()).toBe("/webhooks/whatsapp");
    expect((await fetch(`${url}/wa`)).status).toBe(400);
  });

  test("repeated headers are joined, absent ones undefined", async () => {
    const url = await serve((req, res) => {
      const { header } = toWebhookRequest(req, { hint: "" });
      res.end(JSON.stringify([header("x-twice"), header("x-none") ?? null, header("set-cookie")]));
    });
    const headers = new Headers({ "x-twice": "a" });
    headers.append("x-twice", "b");
    headers.append("set-cookie", "c=1");
    expect(await (await fetch(url, { headers })).json()).toEqual(["a, b", null, "c=1"]);
  });

  test("an answer that something else has given stays", async () => {
    const late = { status: 500, headers: {}, body: "late" };
    const url = await serve((_req, res) => {
      res.end("first");
      sendResponse(res, late);
    });
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([200, "first"]);
  });
});

test("a path that is not one is refused where it is written", () => {
  for (const path of ["wa", "", "/wa?a=b", "https://example.com/wa"])
    expect(() => whatsappWebhooks(webhooks, { path })).toThrow("full path");
});
