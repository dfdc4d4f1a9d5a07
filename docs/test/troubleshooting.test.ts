// The log lines in docs/troubleshooting.md are the ones that the code writes: each situation is brought about here.
import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import {
  createWebhooks,
  type Inbox,
  memoryInbox,
  stderrLogger,
  type WebhooksOptions,
} from "@whatsapp-webhooks/core";
import { inject, notification, signed } from "@whatsapp-webhooks/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { whatsappWebhooks } from "../../packages/express/src/index.ts";

/** The framework of the adapter, which the documents do not depend on. */
const express = createRequire(new URL("../../packages/express/package.json", import.meta.url))(
  "express",
) as { (): RequestListener & { use(...handlers: unknown[]): void }; json(): unknown };

const page = readFileSync(new URL("../troubleshooting.md", import.meta.url), "utf8");
const MARK = "[whatsapp-webhooks] ";
const shown = page.split("\n").filter((line) => line.startsWith(MARK));

let lines: string[] = [];
const opened: Server[] = [];

beforeEach(() => {
  lines = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    lines.push(
      ...String(text)
        .split("\n")
        .filter((line) => line.startsWith(MARK)),
    );
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  for (const server of opened.splice(0)) server.close();
});

const webhooksWith = (options: Partial<WebhooksOptions> = {}) =>
  createWebhooks({ appSecret: "secret", verifyToken: "token", logger: stderrLogger, ...options });
const text = (secret = "secret", id = "wamid.one") =>
  signed(notification({ fixture: "messages/text", item: { id } }), secret);

async function get(query: string): Promise<void> {
  await webhooksWith().receive({
    method: "GET",
    url: `/webhooks/whatsapp?${query}`,
    params: {},
    header: () => undefined,
    body: { kind: "bytes", bytes: new Uint8Array() },
  });
}

/** Sends a notification to an app with a webhook in it, and resolves to the status. */
async function post(app: RequestListener, { body, headers } = text()): Promise<number> {
  const server = createServer(app);
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/webhooks/whatsapp`;
  return (await fetch(url, { method: "POST", headers, body })).status;
}

/** What stores nothing and delivers nothing, except for what is given. */
function inboxOf(own: Partial<Inbox>): Inbox {
  const consumer = { close: async () => {} };
  return {
    durable: true,
    put: async () => {},
    consume: async () => consumer,
    close: async () => {},
    ...own,
  };
}

const situations: Readonly<Record<string, () => unknown>> = {
  "the secret is another": () => inject(webhooksWith(), text("another secret")),
  "the body was written again": () => {
    const original = text();
    const rewritten = JSON.stringify(JSON.parse(Buffer.from(original.body).toString()));
    const body = new TextEncoder().encode(rewritten.replace("}", ',"url":"https://example.com/"}'));
    return inject(webhooksWith(), { ...original, body });
  },
  "the signature is missing": () =>
    inject(webhooksWith(), { ...text(), headers: { "content-type": "application/json" } }),
  "a parser took the body": async () => {
    const app = express();
    app.use(express.json(), whatsappWebhooks(webhooksWith()));
    expect(await post(app)).toBe(500);
  },
  "the verify token is another": () =>
    get("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=tokem"),
  "the verify token has white space around it": () =>
    get("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=token%20"),
  "somebody opened the URL in a browser": () => get(""),
  "the body is too large": async () => {
    const app = express();
    app.use(whatsappWebhooks(webhooksWith({ bodyLimitBytes: 102_400 })));
    expect(await post(app, signed(notification({ text: "x".repeat(102_400) }), "secret"))).toBe(
      413,
    );
  },
  "the inbox is full": async () => {
    const webhooks = webhooksWith({ inbox: memoryInbox({ limitBytes: 2_000 }) });
    const statuses: number[] = [];
    for (const id of ["one", "two", "six", "ten"])
      statuses.push((await inject(webhooks, text("secret", `wamid.${id}`))).status);
    expect([statuses.at(0), statuses.at(-1)]).toEqual([200, 503]);
  },
  "the inbox cannot store": async () => {
    const put = () => Promise.reject(Object.assign(new Error("no space"), { code: "ENOSPC" }));
    expect((await inject(webhooksWith({ inbox: inboxOf({ put }) }), text())).status).toBe(503);
  },
  "a secret function fails": async () => {
    const appSecret = () => Promise.reject(new Error("the database"));
    expect((await inject(webhooksWith({ appSecret }), text())).status).toBe(503);
  },
  "nobody listens": async () => {
    await inject(webhooksWith(), text());
    await vi.waitFor(() => expect(lines).toHaveLength(1), { timeout: 10_000 });
  },
  "start() was forgotten": async () => {
    vi.useFakeTimers();
    await inject(webhooksWith({ inbox: inboxOf({}) }), text());
    await vi.advanceTimersByTimeAsync(11_000);
  },
  "a handler came after start()": async () => {
    const webhooks = webhooksWith();
    webhooks.on("status", () => {});
    await webhooks.start();
    webhooks.on("message.text", () => {});
    await webhooks.close();
  },
  "a handler fails": async () => {
    const webhooks = webhooksWith({ retry: { maxAttempts: 1 } });
    webhooks.on("message.text", () => {
      throw new Error("The orders service answered 500.");
    });
    await inject(webhooks, text());
    await webhooks.idle();
    await webhooks.close();
  },
  "a tenant speaks of another's account": async () => {
    const webhooks = webhooksWith({
      appSecret: () => ({ secret: "secret", tenant: "acme", accounts: ["1"] }),
    });
    webhooks.on("message.text", () => {});
    await inject(webhooks, text());
    await webhooks.idle();
    await webhooks.close();
  },
};

test.each(Object.entries(situations))("when %s, the page has the line", async (_, happen) => {
  await happen();
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(shown).toContain(line);
});

test("the page has no line that is not written", async () => {
  const written = new Set<string>();
  for (const happen of Object.values(situations)) {
    await happen();
    vi.useRealTimers();
    for (const line of lines.splice(0)) written.add(line);
  }
  expect(shown.filter((line) => !written.has(line))).toEqual([]);
});
