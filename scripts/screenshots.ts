// Writes docs/images/emulator.png: the emulator's page, with something on it. Needs Chromium (or CHROMIUM_PATH).
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createEmulator, type Emulator } from "@whatsapp-webhooks/emulator";
import type { Page } from "playwright-core";
import { findChromium, launch } from "../packages/emulator/test/support/chromium.ts";

const folder = process.argv[2] ?? fileURLToPath(new URL("../docs/images/", import.meta.url));
const NOW = Date.parse("2026-11-25T10:24:00");
const VERIFY_TOKEN = "a token";

const executable = findChromium();
if (executable === undefined)
  throw new Error("There is no Chromium: install it, or set CHROMIUM_PATH to it.");

/** A receiver that has a bad moment: it fails three times for one message. */
let failures = 0;
const receiver = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? "/", "http://receiver");
  let body = "";
  request.setEncoding("utf8").on("data", (part: string) => {
    body += part;
  });
  request.on("end", () => {
    const isBad = body.includes("rye bread") && failures++ < 3;
    const challenge = searchParams.get("hub.challenge") ?? "";
    // About as long as a receiver takes that writes to a disk.
    setTimeout(() => response.writeHead(isBad ? 500 : 200).end(challenge), 2 + (body.length % 7));
  });
}).listen(0, "127.0.0.1");
await new Promise((resolve) => receiver.once("listening", resolve));
const { port } = receiver.address() as AddressInfo;

const clock = { ...realTime(), rate: 1 };
const emulator = createEmulator({ seed: "harbour", clock });
await emulator.start();
const callbackUrl = `http://127.0.0.1:${port}/webhooks/whatsapp`;
await emulator.subscribe({ callbackUrl, verifyToken: VERIFY_TOKEN });
const browser = await launch(executable);
try {
  await converse(emulator);
  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [1440, 400]) {
      const viewport = { width, height: width === 400 ? 800 : 900 };
      const page = await browser.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
      await page.goto(emulator.url);
      await arrange(page);
      const image = await page.screenshot();
      const name = `emulator${colorScheme === "dark" ? "-dark" : ""}${width === 400 ? "-narrow" : ""}`;
      // The README has one; the others are for looking at, in the folder that is named.
      if (name !== "emulator" && process.argv[2] === undefined) continue;
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${folder}/${name}.png`, image);
      console.log(`${name}.png: ${Math.round(image.length / 1000)} kB`);
      await page.close();
    }
} finally {
  await browser.close();
  await emulator.stop();
  receiver.close();
  receiver.closeAllConnections();
}

/** This machine's time, as if it were a morning in November. */
function realTime() {
  const start = Date.now();
  return {
    now: () => NOW + Date.now() - start,
    setTimer(delayMs: number, run: () => void) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
}

/** What stands on the page. */
async function converse(platform: Emulator): Promise<void> {
  const to = "12125550100";
  const dana = platform.customer({ name: "Dana Whitfield", phone: to });
  const send = (message: object): string => platform.send({ to, ...message });
  platform.customer({ name: "Priya Raman", phone: "12125550142" }).text("Are you open on Sunday?");
  dana.text("Hello! Is there a table for two tonight?");
  await platform.idle();
  const buttons = ["Yes, please", "See the menu"].map((title) => ({
    type: "reply",
    reply: { id: title, title },
  }));
  const question = send({
    type: "interactive",
    interactive: {
      type: "button",
      body: { text: "Hello Dana! There is one by the window, at seven. Shall I book it?" },
      action: { buttons },
    },
  });
  await platform.idle();
  dana.pressReply({ id: "Yes, please", title: "Yes, please" }, { replyTo: question });
  await platform.idle();
  const booked = send({ type: "text", text: { body: "Booked. See you at seven!" } });
  send({
    type: "location",
    location: {
      latitude: 37.4848,
      longitude: -122.1484,
      name: "Harbour Bakery",
      address: "12 Quay Street",
    },
  });
  await platform.idle();
  dana.react(booked, "👍");
  dana.voice();
  await platform.idle();
  platform.send({ to: "12125550142", type: "text", text: { body: "From eight to two." } });
  await platform.idle();
  platform.setWeather({ duplicates: 1, holdBackMs: 0 });
  dana.text("May I bring a dog?");
  await platform.idle();
  platform.setWeather({ duplicates: 0.3, lostAnswers: 0.1 });
  dana.text("And could you keep a rye bread for me?");
  // Twice at once, then it waits.
  const isPostponed = (): boolean =>
    platform.deliveries.some(({ attempts, nextAttemptAt }) => attempts.length > 1 && nextAttemptAt);
  while (!isPostponed()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** When everything is drawn that comes a little later. */
async function arrange(page: Page): Promise<void> {
  await page.locator(".connection.open").waitFor();
  await page.locator(".verdict").waitFor({ state: "attached" });
  await page.locator(".message .location").waitFor({ state: "attached" });
  await page.locator(".countdown").waitFor({ state: "attached" });
}
