import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Emulator } from "../../src/index.ts";
import { findChromium, launch } from "./chromium.ts";

/** For `expect.poll`: what is waited for comes, sooner or later. */
export const patience = { timeout: 20_000 };

const executable = findChromium();
const isRequired = process.env.CHROMIUM_REQUIRED === "1";
const reason = "no Chromium: install it, or set CHROMIUM_PATH";
let browser: Browser | undefined;

/**
 * A test in a real browser, skipped with a reason where there is none. With `CHROMIUM_REQUIRED=1`, as in CI, it fails
 * instead.
 */
export function browserTest(name: string, run: () => Promise<void>): void {
  test(name, async (context) => {
    if (executable === undefined && !isRequired) return context.skip(reason);
    if (executable === undefined) throw new Error(reason);
    await run();
  });
}

/** To be called once in a file whose tests open pages. */
export function useBrowser(): void {
  beforeAll(async () => {
    if (executable !== undefined) browser = await launch(executable);
  }, 60_000);
  afterAll(() => browser?.close());
}

interface OpenOptions extends BrowserContextOptions {
  /** What the console may say, because the test brings it about. */
  readonly allowed?: RegExp;
}

/** The emulator's page, open. When the test ends, nothing may have gone wrong in it. */
export async function opened(
  emulator: Emulator,
  { allowed, ...options }: OpenOptions = {},
): Promise<Page> {
  if (browser === undefined) throw new Error("call useBrowser() in the file.");
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  const problems: string[] = [];
  const origin = emulator.url;
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("console", (message) => {
    const isBad = ["error", "warning"].includes(message.type());
    if (isBad && !allowed?.test(message.text())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) problems.push(`asked ${request.url()}`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(problems).toEqual([]);
  });
  await page.goto(emulator.url);
  await page.locator(".connection.open").waitFor();
  return page;
}
