import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { browserTest, opened, patience, useBrowser } from "./support/browser.ts";
import { Business } from "./support/business.ts";
import { started } from "./support/emulators.ts";

useBrowser();

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Run in the page, whose types are not those of a test.
const WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
const FOCUSED = `document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent`;
const OUTLINE = "getComputedStyle(document.activeElement).outlineStyle";
const MOVING = `[...document.querySelectorAll("*")].map((element) => getComputedStyle(element)).filter(
  ({ animationName, transitionDuration }) => animationName !== "none" || transitionDuration !== "0s",
).length`;

/** What axe finds: WCAG 2.2 A and AA, and its best practices. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found: { id: string; nodes: { html: string }[] }[] = await page.evaluate(
    "axe.run().then(({ violations }) => violations)",
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(", ")}`);
}

/** A page with something of everything on it. */
async function lively(business: Business, page: Page): Promise<void> {
  const box = page.getByLabel("Message as Dana Whitfield");
  for (const word of ["Hello", "buttons", "list"]) {
    await box.fill(word);
    await box.press("Enter");
    const answers = page.locator(".message.business");
    await expect.poll(() => answers.last().textContent(), patience).toContain("read");
  }
  business.emulator.customer({ phone: "12125550100" }).location({ latitude: 1, longitude: 2 });
  await expect.poll(() => page.locator(".message .location").count(), patience).toBe(1);
}

describe("for everybody", () => {
  for (const [width, colorScheme] of [
    [1440, "light"],
    [1440, "dark"],
    [1000, "light"],
    [400, "light"],
    [400, "dark"],
  ] as const)
    browserTest(
      `${width} pixels wide and ${colorScheme}, nothing sticks out and axe finds nothing`,
      async () => {
        const business = await Business.start();
        const page = await opened(business.emulator, {
          viewport: { width, height: 800 },
          colorScheme,
        });
        await lively(business, page);
        const buttons = page.getByRole("navigation").getByRole("button");
        for (let i = 0; i < Math.max(1, await buttons.count()); i++) {
          if ((await buttons.count()) > 0) await buttons.nth(i).click();
          const delivery = page.locator(".delivery .head").first();
          if (await delivery.isVisible()) {
            await delivery.click();
            await page.locator(".json").first().waitFor();
          }
          const wider = await page.evaluate(WIDER);
          expect(wider).toBe(0);
          expect(await faultsOf(page)).toEqual([]);
        }
      },
    );

  browserTest(
    "axe finds nothing in what opens above the page, nor where nobody is subscribed",
    async () => {
      const business = await Business.start();
      const page = await opened(business.emulator);
      await lively(business, page);
      await page.getByRole("button", { name: "New" }).click();
      expect(await faultsOf(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Choose a time" }).click();
      expect(await faultsOf(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Send something else" }).click();
      expect(await faultsOf(page)).toEqual([]);
      await page.getByRole("button", { name: "Storm" }).click();
      await page.getByRole("slider").first().waitFor();
      expect(await faultsOf(page)).toEqual([]);

      const alone = await opened(await started());
      await alone.getByText("The same in a terminal").click();
      expect(await faultsOf(alone)).toEqual([]);
    },
  );

  browserTest("everything is done by keyboard alone, and one sees where one is", async () => {
    const business = await Business.start();
    const page = await opened(business.emulator);
    const { keyboard } = page;
    const focused = (): Promise<string> => page.evaluate(FOCUSED);
    /** Goes on with Tab until something of this name has the focus. */
    const tabTo = async (name: string, key = "Tab"): Promise<void> => {
      for (let i = 0; i < 80; i++) {
        await keyboard.press(key);
        if (!(await focused()).includes(name)) continue;
        const outline = await page.evaluate(OUTLINE);
        expect(outline, name).toBe("solid");
        return;
      }
      throw new Error(`Tab does not reach ${name}`);
    };
    await tabTo("Priya Raman");
    await keyboard.press("Enter");
    await tabTo("Message as Priya Raman");
    await keyboard.type("buttons");
    await keyboard.press("Enter");
    await page.getByRole("button", { name: "Yes, please" }).waitFor();
    await tabTo("Yes, please", "Shift+Tab");
    await keyboard.press("Enter");
    await expect.poll(() => page.locator(".message.customer").count(), patience).toBe(2);

    // From the newest message to the one before, and react to it.
    await tabTo("Message as Priya Raman");
    await tabTo("You: What would you like?Yes, please", "Shift+Tab");
    await keyboard.press("ArrowUp");
    expect(await focused()).toContain("What would you like?");
    await tabTo("React to");
    await keyboard.press("Space");
    await tabTo("😂");
    await keyboard.press("Space");
    await expect.poll(() => page.locator(".reactions").textContent(), patience).toContain("😂");

    await tabTo("Send something else");
    await keyboard.press("Enter");
    await tabTo("Location");
    await keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await keyboard.press("Escape");
    await expect.poll(focused, patience).toBe("Send something else");

    await tabTo("message.reaction");
    await keyboard.press("Enter");
    await page.locator(".delivery .details").waitFor();
    await tabTo("Storm");
    await keyboard.press("Enter");
    await expect.poll(() => business.emulator.weather.duplicates, patience).toBe(0.3);
    await tabTo("To answer");
    await keyboard.press("Enter");
    await tabTo("Show Access token");
    await keyboard.press("Enter");
    const [app] = business.emulator.apps;
    await page.getByText(app?.accessToken ?? "").waitFor();
  });

  browserTest("who wants no motion gets none", async () => {
    const business = await Business.start();
    const page = await opened(business.emulator, { reducedMotion: "reduce" });
    await lively(business, page);
    const moving = (): Promise<number> => page.evaluate(MOVING);
    expect(await moving()).toBe(0);
    await page.emulateMedia({ reducedMotion: "no-preference" });
    expect(await moving()).toBeGreaterThan(0);
  });
});
