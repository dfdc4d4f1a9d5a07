import { afterEach, expect, test, vi } from "vitest";
import { createWebhooks, type WebhooksOptions } from "../src/index.ts";
import { cloudBody, SECRET, signedRequest, TOKEN, text } from "./support/notifications.ts";

afterEach(() => vi.useRealTimers());

async function heardWith(
  options: Partial<WebhooksOptions>,
  ageMs: number,
  body = cloudBody([text("a")]),
) {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_790_000_000_000 + ageMs });
  const webhooks = createWebhooks({ appSecret: SECRET, verifyToken: TOKEN, ...options });
  const heard: string[] = [];
  webhooks.on("*", (event) =>
    heard.push(event.name === "stale" ? `stale ${event.data.event.name}` : event.name),
  );
  await webhooks.receive(signedRequest(body));
  await webhooks.idle();
  await webhooks.close();
  return heard;
}

test("without maxAgeMs nothing is stale", async () => {
  expect(await heardWith({}, 7 * 86_400_000)).toEqual(["message.text"]);
});

test("what is older than maxAgeMs becomes a stale event that holds it; what is not, does not", async () => {
  expect(await heardWith({ maxAgeMs: 60_000 }, 60_000)).toEqual(["message.text"]);
  expect(await heardWith({ maxAgeMs: 60_000 }, 60_001)).toEqual(["stale message.text"]);
});

test("history is old by nature", async () => {
  const body = cloudBody([]);
  const change = body.entry[0]?.changes[0];
  Object.assign(change ?? {}, {
    field: "history",
    value: {
      ...change?.value,
      history: [{ threads: [{ id: "12125550101", messages: [text("old")] }] }],
    },
  });
  expect(await heardWith({ maxAgeMs: 60_000 }, 86_400_000, body)).toEqual(["history.message"]);
});

test("whoever listens to stale events alone hears them", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_790_000_000_000 + 120_000 });
  const webhooks = createWebhooks({ appSecret: SECRET, verifyToken: TOKEN, maxAgeMs: 60_000 });
  const heard = vi.fn();
  webhooks.on("stale", heard);
  await webhooks.receive(signedRequest(cloudBody([text("a")])));
  await webhooks.idle();
  expect(heard).toHaveBeenCalledTimes(1);
});
