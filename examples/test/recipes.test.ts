import { readFileSync } from "node:fs";
import { createWebhooks, memoryInbox, type Person } from "@whatsapp-webhooks/core";
import { batch, inject, notification, signed } from "@whatsapp-webhooks/testing";
import { afterEach, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { probe } from "../receiver/health.ts";
import { type Customers, displayName, keepCustomers } from "../recipes/customers.ts";
import { collectFeedback, type Feedback } from "../recipes/flow-answers.ts";
import { replayDeadLetters } from "../recipes/replay-dead-letters.ts";
import { openDesks } from "../recipes/several-numbers.ts";
import { followStatuses } from "../recipes/statuses.ts";

const secret = "secret";
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const retry = { minDelayMs: 1, maxDelayMs: 1 };
const options = { appSecret: secret, verifyToken: "token", logger: silent, retry };
type Body = ReturnType<typeof notification>;

afterEach(() => vi.unstubAllEnvs());

async function deliver(webhooks: ReturnType<typeof createWebhooks>, ...bodies: Body[]) {
  for (const body of bodies) {
    expect(await inject(webhooks, signed(body, secret))).toMatchObject({ status: 200 });
    await webhooks.idle();
  }
}

test("several numbers: each desk hears its own number, what has no desk goes to the others", async () => {
  const webhooks = createWebhooks(options);
  const heard: string[] = [];
  const answerAs =
    (desk: string) =>
    async ({ data }: { data: { text: { body: string } } }) =>
      void heard.push(`${desk}: ${data.text.body}`);
  openDesks(
    webhooks,
    [
      { phoneNumberId: "1001", answer: answerAs("sales") },
      { phoneNumberId: "1002", answer: answerAs("help") },
    ],
    answerAs("others"),
  );
  await deliver(
    webhooks,
    notification({ text: "a price?", phoneNumberId: "1001" }),
    notification({ text: "it broke", phoneNumberId: "1002" }),
    notification({ text: "hello?", phoneNumberId: "1003" }),
  );
  expect(heard).toEqual(["sales: a price?", "help: it broke", "others: hello?"]);
});

function customerTable() {
  const rows = new Map<string, Person>();
  const moves: [string, string][] = [];
  const customers: Customers = {
    save: async (key, customer) => void rows.set(key, customer),
    async move(from, to) {
      const row = rows.get(from);
      if (row === undefined) return;
      rows.delete(from);
      rows.set(to, row);
      moves.push([from, to]);
    },
  };
  return { rows, moves, customers };
}

test("customers: one without a number is kept by the user id, and has a name to show", async () => {
  const webhooks = createWebhooks(options);
  const { rows, customers } = customerTable();
  keepCustomers(webhooks, customers);
  await deliver(webhooks, notification({ fixture: "messages/bsuid-only-username" }));
  expect([...rows.keys()]).toEqual(["DE.20585448074379630561"]);
  expect(rows.get("DE.20585448074379630561")).toMatchObject({ username: "lukas.brandt.bln" });
  expect(rows.get("DE.20585448074379630561")).not.toHaveProperty("phone");
});

test("customers: a new number moves what was kept under the old one", async () => {
  const webhooks = createWebhooks(options);
  const { rows, moves, customers } = customerTable();
  rows.set("12125550123", { key: "12125550123" });
  keepCustomers(webhooks, customers);
  await deliver(webhooks, notification({ fixture: "messages/system-user-changed-number" }));
  expect(moves).toEqual([["12125550123", "12125550196"]]);
  expect([...rows.keys()]).toEqual(["12125550196"]);
});

test("customers: one known by the number is found again once there is a user id", async () => {
  const webhooks = createWebhooks(options);
  const { rows, moves, customers } = customerTable();
  rows.set("447700900314", { key: "447700900314" });
  keepCustomers(webhooks, customers);
  await deliver(webhooks, notification({ fixture: "messages/interactive-nfm-flow" }));
  expect(moves).toEqual([["447700900314", "GB.14809871605346514884"]]);
  expect([...rows.keys()]).toEqual(["GB.14809871605346514884"]);
});

test("customers: there is always something to call them", () => {
  expect(displayName({ key: "1", name: "Dana", username: "dana", phone: "1" })).toBe("Dana");
  expect(displayName({ key: "1", username: "dana", phone: "1" })).toBe("@dana");
  expect(displayName({ key: "1", phone: "1" })).toBe("+1");
  expect(displayName({ key: "1" })).toBe("A customer");
});

function flowAnswer(response: object): Body {
  const reply = { name: "flow", body: "Sent", response_json: JSON.stringify(response) };
  const interactive = { type: "nfm_reply", nfm_reply: reply };
  return notification({
    fixture: "messages/interactive-nfm-flow",
    unique: true,
    item: { interactive },
  });
}

test("flows: what fits comes as the schema makes it, what does not is told without its values", async () => {
  const webhooks = createWebhooks(options);
  const kept: Feedback[] = [];
  const told: string[] = [];
  collectFeedback(
    webhooks,
    async (_key, answer) => void kept.push(answer),
    (problem) => told.push(problem),
  );
  await deliver(
    webhooks,
    notification({ fixture: "messages/interactive-nfm-flow" }),
    flowAnswer({ flow_token: "t", rating: "11", would_return: "maybe" }),
    notification({ fixture: "messages/interactive-button-reply" }),
    notification({ fixture: "messages/interactive-nfm-address" }),
  );
  expect(kept).toEqual([
    {
      flow_token: "visit-5531-feedback",
      rating: 4,
      would_return: true,
      remark: "Very good coffee ☕",
    },
  ]);
  expect(told).toEqual(["A flow's answer does not fit: rating, would_return"]);
});

function statusBody(status: string): Body {
  return notification({
    fixture: "messages/status-sent-now",
    item: { id: "wamid.one", status },
  });
}

test("statuses: whatever the order, a message goes up and never down", async () => {
  const webhooks = createWebhooks(options);
  const rows = new Map<string, string>();
  const history: (string | undefined)[] = [];
  followStatuses(webhooks, {
    async update(id, next) {
      rows.set(id, next(rows.get(id)));
      history.push(rows.get(id));
    },
  });
  await deliver(webhooks, ...["delivered", "sent", "read", "delivered"].map(statusBody));
  expect(history).toEqual(["delivered", "delivered", "read"]); // The fourth is a repetition of the first.
  expect([...rows]).toEqual([["wamid.one", "read"]]);
  await deliver(webhooks, notification({ fixture: "messages/status-payment-captured" }));
  expect(rows.size).toBe(1);
});

const drafts = () => {
  const kept = new Map<string, string>();
  return {
    get: async (key: string) => kept.get(key),
    set: async (key: string, text: string) => void kept.set(key, text),
  };
};

async function loadBot() {
  vi.stubEnv("WHATSAPP_APP_SECRET", secret);
  vi.stubEnv("WHATSAPP_VERIFY_TOKEN", "token");
  return import("../recipes/slow-bot.ts");
}
const now = () => ({ timestamp: String(Math.floor(Date.now() / 1000)) });

test("a slow bot: the 200 is out while it thinks, one customer's questions wait for each other, others' do not", async () => {
  const { createBot } = await loadBot();
  const thinking: string[] = [];
  const sent: string[] = [];
  const finish = new Map<string, () => void>();
  const bot = createBot({
    inbox: memoryInbox(),
    drafts: drafts(),
    think(text, signal) {
      expect(signal).toBeInstanceOf(AbortSignal);
      thinking.push(text);
      return new Promise((resolve) => finish.set(text, () => resolve(`About ${text}`)));
    },
    send: async (to, text) => void sent.push(`${to}: ${text}`),
  });
  const ask = (from: string, text: string) =>
    inject(bot, signed(notification({ from, text, item: now() }), secret));
  expect((await ask("12125550101", "one")).status).toBe(200);
  expect((await ask("12125550101", "two")).status).toBe(200);
  expect((await ask("12125550102", "three")).status).toBe(200);
  await vi.waitFor(() => expect(thinking).toEqual(["one", "three"]), { timeout: 10_000 });
  finish.get("one")?.();
  await vi.waitFor(() => expect(thinking).toEqual(["one", "three", "two"]), { timeout: 10_000 });
  finish.get("two")?.();
  finish.get("three")?.();
  await bot.idle();
  expect(sent.sort()).toEqual([
    "12125550101: About one",
    "12125550101: About two",
    "12125550102: About three",
  ]);
  await bot.close();
});

test("a slow bot: what could not be sent is sent later, without thinking again; old questions are left alone", async () => {
  const { createBot } = await loadBot();
  const think = vi.fn(async () => "The answer");
  const send = vi.fn(async () => {});
  send.mockRejectedValueOnce(new Error("the network"));
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const bot = createBot({ inbox: memoryInbox(), drafts: drafts(), think, send });
  try {
    await inject(bot, signed(notification({ text: "Well?", item: now() }), secret));
    await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(2), { timeout: 10_000 });
    expect(think).toHaveBeenCalledTimes(1);
    await inject(
      bot,
      signed(notification({ text: "Old", item: { timestamp: "1700000000" } }), secret),
    );
    await bot.idle();
    expect(think).toHaveBeenCalledTimes(1);
  } finally {
    await bot.close();
    stderr.mockRestore();
  }
});

test("dead letters: what is chosen is handled again, without the events that were handled", async () => {
  const inbox = memoryInbox();
  const webhooks = createWebhooks({ ...options, inbox, retry: { maxAttempts: 1 } });
  let isMended = false;
  const handled: string[] = [];
  webhooks.on("message.text", ({ data }) => {
    const text = data.text.body;
    if (text.startsWith("hard") && !isMended) throw new Error("not yet");
    handled.push(text);
  });
  const numbers = Array.from({ length: 205 }, (_, i) => i);
  const bodies = numbers.map((i) =>
    batch(
      notification({ text: `hard ${i}`, from: "12125550101" }),
      notification({ text: `easy ${i}`, from: "12125550102" }),
    ),
  );
  await deliver(webhooks, ...bodies);
  const easy = numbers.map((i) => `easy ${i}`);
  expect([...handled].sort()).toEqual([...easy].sort());
  expect(await replayDeadLetters(inbox, () => false)).toBe(0);
  // It still fails: each is dead-lettered once more, and the walk through the pages ends.
  expect(await replayDeadLetters(inbox, ({ attempts }) => attempts === 1)).toBe(205);
  await webhooks.idle();
  isMended = true;
  expect(await replayDeadLetters(inbox, () => true)).toBe(205);
  await webhooks.idle();
  expect([...handled].sort()).toEqual([...easy, ...numbers.map((i) => `hard ${i}`)].sort());
  expect(await replayDeadLetters(inbox, () => true)).toBe(0);
  await webhooks.close();
});

test("dead letters: an inbox that keeps none says so", async () => {
  const { deadLetters: _none, ...inbox } = memoryInbox();
  await expect(replayDeadLetters(inbox as never, () => true)).rejects.toThrow(
    "keeps no dead letters",
  );
});

const recipe = (name: string) =>
  readFileSync(new URL(`../recipes/${name}`, import.meta.url), "utf8");

test("kubernetes.yaml: its probes are answered, and closing has the time it may take", async () => {
  const webhooks = createWebhooks(options);
  const { spec } = parse(recipe("kubernetes.yaml")).spec.template;
  const [container] = spec.containers;
  for (const kind of ["readinessProbe", "livenessProbe"] as const) {
    const { path } = container[kind].httpGet;
    expect(path).toMatch(/^\/health\//);
    expect((await probe(webhooks, path.slice("/health/".length))).status, path).toBe(200);
  }
  await webhooks.close();
  const statusOf = async (path: string) =>
    (await probe(webhooks, path.slice("/health/".length))).status;
  expect(await statusOf(container.readinessProbe.httpGet.path)).toBe(503);
  expect(await statusOf(container.livenessProbe.httpGet.path)).toBe(200);
  // close() waits ten seconds, the sample apps' connections three more.
  expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(13);
  // health() answers within its own second.
  expect(container.readinessProbe.timeoutSeconds).toBeGreaterThan(1);
});
