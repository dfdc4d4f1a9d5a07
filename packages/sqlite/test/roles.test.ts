import { createWebhooks, type Logger } from "@whatsapp-webhooks/core";
import { inject, notification, signed } from "@whatsapp-webhooks/testing";
import { expect, test, vi } from "vitest";
import { type SqliteInboxOptions, sqliteInbox } from "../src/index.ts";
import { newPath, onEnd } from "./support/files.ts";

const MESSAGES = 40;

/** A receiver on the file, and what its log says. */
function receiverOn(options: SqliteInboxOptions) {
  const said: string[] = [];
  const say = (_fields: object, message: string): void => void said.push(message);
  const logger: Logger = { debug: say, info: say, warn: say, error: say };
  const webhooks = createWebhooks({
    appSecret: "secret",
    verifyToken: "token",
    inbox: sqliteInbox(options),
    logger,
  });
  onEnd(async () => void (await webhooks.close()));
  return { webhooks, said };
}

test("what comes to one that only receives is handled by the other, in order, whoever took it", async () => {
  const path = newPath();
  const receivers = [1, 2].map(() => receiverOn({ path, role: "receive" }));
  const worker = receiverOn({ path, pollMs: 20 });
  const heard: string[] = [];
  let running = 0;
  worker.webhooks.on("message.text", async ({ data }) => {
    expect(++running).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    heard.push(data.text.body);
  });
  await worker.webhooks.start();
  // `start()` in a program for all roles.
  await receivers[0]?.webhooks.start();
  const texts = Array.from({ length: MESSAGES }, (_, index) => String(index));
  for (const [index, text] of texts.entries()) {
    const { webhooks } = receivers[index % 2] as (typeof receivers)[0];
    const request = signed(notification({ text, from: "12125550100" }), "secret");
    expect((await inject(webhooks, request)).status).toBe(200);
  }
  await vi.waitFor(() => expect(heard).toEqual(texts), 20_000);
  for (const { webhooks, said } of receivers) {
    expect((await webhooks.health()).status).toBe("ready");
    expect(said).toEqual([]);
  }
});

test("one that handles and receives keeps the order of what it receives itself and what others stored", async () => {
  const path = newPath();
  const receiver = receiverOn({ path, role: "receive" });
  // It finds what the other stored because it is told so, not because it looks.
  const worker = receiverOn({ path, pollMs: 60_000 });
  const heard: string[] = [];
  worker.webhooks.on("message.text", ({ data }) => void heard.push(data.text.body));
  await worker.webhooks.start();
  const receive = async ({ webhooks }: typeof worker, text: string): Promise<void> => {
    const request = signed(notification({ text, from: "12125550100" }), "secret");
    expect((await inject(webhooks, request)).status).toBe(200);
  };
  await receive(worker, "first");
  await vi.waitFor(() => expect(heard).toEqual(["first"]), 20_000);
  const texts = Array.from({ length: MESSAGES }, (_, index) => String(index));
  for (const [index, text] of texts.entries())
    await receive(index % 2 === 0 ? receiver : worker, text);
  await vi.waitFor(() => expect(heard).toEqual(["first", ...texts]), 20_000);
});

test("options may be an object of a class, with getters", async () => {
  const path = newPath();
  class Settings {
    get path(): string {
      return path;
    }
    get role(): "receive" {
      return "receive";
    }
  }
  const inbox = sqliteInbox(new Settings());
  onEnd(() => inbox.close());
  expect(inbox.receivesOnly).toBe(true);
  expect(await inbox.stats?.()).toMatchObject({ waiting: 0 });
});
