// Typed handlers, servers and clients. Compiled as ECMAScript module and, under other names, as CommonJS.
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks as fetchHandler } from "@whatsapp-webhooks/core/fetch";
import { whatsappWebhooks as nodeHandler } from "@whatsapp-webhooks/core/node";
import { createEmulator, type Verdict } from "@whatsapp-webhooks/emulator";
import { whatsappWebhooks as forExpress } from "@whatsapp-webhooks/express";
import { whatsappWebhooks as forFastify } from "@whatsapp-webhooks/fastify";
import { whatsappWebhooks as forKoa } from "@whatsapp-webhooks/koa";
import {
  createCloudSubscriptions,
  createOnPremisesSettings,
  SettingsError,
} from "@whatsapp-webhooks/settings";
import express from "express";
import Fastify from "fastify";
import Koa from "koa";

const webhooks = createWebhooks({
  appSecret: process.env.WHATSAPP_APP_SECRET,
  verifyToken: process.env.WHATSAPP_VERIFY_TOKEN,
});
webhooks.on("message.text", (event) => {
  const body: string = event.data.text.body;
  // @ts-expect-error misspelt
  event.data.text.bodi;
  return body;
});
// @ts-expect-error no such event
webhooks.on("message.txt", () => {});
express().use(forExpress(webhooks, { path: undefined }));
new Koa().use(forKoa(webhooks));
void Fastify().register(forFastify(webhooks));
nodeHandler(webhooks);
fetchHandler(webhooks);

const settings = createOnPremisesSettings({
  baseUrl: "https://wa.example.com",
  token: "token",
  fetch,
  logger: console,
});
void settings.update({ webhooks: { max_concurrent_requests: 12 } });
// @ts-expect-error none of 6, 12, 18, 24
void settings.update({ webhooks: { max_concurrent_requests: 7 } });
void settings.get().then(async ({ callback_backoff_delay_ms }) => {
  const delay: number | undefined = callback_backoff_delay_ms;
  await createCloudSubscriptions({ accessToken: "token" })
    .accounts.subscribe("1")
    .catch((error: unknown) => (error instanceof SettingsError ? [error.code, delay] : error));
});

const emulator = createEmulator({ weather: { duplicates: 0.1 } });
const verdict: Verdict = emulator.verdict();
verdict.text.toUpperCase();
// @ts-expect-error misspelt
createEmulator({ weather: { duplicate: 0.1 } });
