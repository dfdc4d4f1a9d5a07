import { describe, expect, vi } from "vitest";
import { browserTest, opened, useBrowser } from "./support/browser.ts";
import { Business } from "./support/business.ts";

useBrowser();

const patience = { timeout: 20_000 };

describe("the page", () => {
  browserTest("a text reaches the receiver, and the answer comes with its ticks", async () => {
    const business = await Business.start();
    const page = await opened(business.emulator);
    await page.getByLabel("Message as Dana Whitfield").fill("Hello there");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const answer = page.locator(".message.business");
    await expect.poll(() => answer.innerText(), patience).toContain("You wrote: Hello there");
    await expect.poll(() => answer.locator(".ticks").innerText(), patience).toBe("read");
    const own = page.locator(".message.customer");
    await expect.poll(() => own.locator(".ticks").getAttribute("title"), patience).toBe("read by the business");
    await page.screenshot({ path: "/tmp/pg/a.png" });
    await page.locator(".delivery .head").last().click();
    await page.screenshot({ path: "/tmp/pg/b.png" });
    vi.fn();
  });
});
