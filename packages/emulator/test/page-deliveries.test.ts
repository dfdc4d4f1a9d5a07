import { describe, expect } from "vitest";
import { browserTest, opened, patience, useBrowser } from "./support/browser.ts";
import { Business } from "./support/business.ts";
import { SECRET, started, subscribed } from "./support/emulators.ts";
import { Receiver, VERIFY_TOKEN } from "./support/receiver.ts";

useBrowser();

/** How much of the plot has the green of good answers (light theme). Run in the page. */
const GOOD_PIXELS = `(() => {
  const canvas = document.querySelector(".plot canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4)
    if (data[i] === 0x1b && data[i + 1] === 0x7a && data[i + 2] === 0x44) count++;
  return count;
})()`;

describe("beside the chat", () => {
  browserTest("a receiver fails, the retries count down, and then succeed", async () => {
    const receiver = await Receiver.start({ reply: (_request, count) => (count < 3 ? 500 : 200) });
    const emulator = await subscribed(receiver, { cloud: { retry: { firstWaitMs: 8000 } } });
    const page = await opened(emulator);
    emulator.customer().text("Are you there?");
    const delivery = page.locator(".delivery");
    await expect
      .poll(() => delivery.locator(".countdown").textContent(), patience)
      .toMatch(/^Attempt 3 in [1-8] s$/);
    const before = await delivery.locator(".countdown").textContent();
    await expect
      .poll(() => delivery.locator(".countdown").allInnerTexts(), patience)
      .not.toContain(before);
    await expect.poll(() => delivery.textContent(), patience).toContain("3 attempts");
    await delivery.and(page.locator(".good")).waitFor();
    expect(await delivery.locator(".countdown").count()).toBe(0);
    await delivery.getByRole("button").first().click();
    const rows = delivery.locator("tbody tr");
    expect(await rows.count()).toBe(3);
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringMatching(/^1\s.*500/),
      expect.stringMatching(/^2\s.*500/),
      expect.stringMatching(/^3\s.*200/),
    ]);
    await expect.poll(() => page.locator(".verdict").textContent(), patience).toContain("500 × 2");
  });

  browserTest("no answer has come: the page judges nobody", async () => {
    const emulator = await subscribed(await Receiver.start(), {
      weather: { cutUploads: 1 },
      cloud: { retry: { windowMs: 1 } },
    });
    const page = await opened(emulator);
    emulator.customer().text("Are you there?");
    await emulator.idle({ retries: true });
    expect(emulator.verdict().givenUp).toBe(1);
    const verdict = page.locator(".verdict");
    await expect.poll(() => verdict.allInnerTexts(), patience).toHaveLength(1);
    expect(await verdict.textContent()).toContain("There is nothing to judge");
    expect(await verdict.textContent()).not.toMatch(/median|200|falls short/);
    expect(await verdict.locator(".bad, .missed").count()).toBe(0);
    expect(await verdict.textContent()).toContain("1 given up because of it");
  });

  browserTest("the weather is switched, and what it repeats says what it repeats", async () => {
    const business = await Business.start();
    const page = await opened(business.emulator);
    await page.getByRole("switch", { name: "Duplicates" }).check();
    await page.getByRole("slider", { name: "Duplicates" }).fill("100");
    await expect.poll(() => business.emulator.weather.duplicates, patience).toBe(1);
    business.emulator.notify("messages/image");
    await expect
      .poll(() => page.locator(".delivery .twin").allInnerTexts(), patience)
      .toEqual([expect.stringMatching(/^repeats № \d+-\d+$/)]);
    await page.getByRole("button", { name: "Storm" }).click();
    await expect.poll(() => business.emulator.weather.batchItems, patience).toBe(10);
    await page.getByRole("button", { name: "Calm" }).click();
    await expect
      .poll(() => business.emulator.weather, patience)
      .toMatchObject({
        duplicates: 0,
        batchItems: 1,
      });
    const duplicates = page.getByRole("switch", { name: "Duplicates" });
    await expect.poll(() => duplicates.isChecked(), patience).toBe(false);
  });

  browserTest("the plot has a point for each answer, and says in words what it shows", async () => {
    const business = await Business.start();
    // Looking at its points is what the test does, not the page.
    const page = await opened(business.emulator, { allowed: /^Canvas2D: Multiple readback/ });
    const plot = page.getByRole("img", { name: /^Plot of answer times/ });
    const good = (): Promise<number> => page.evaluate(GOOD_PIXELS);
    expect(await good()).toBe(0);
    expect(await plot.getAttribute("aria-label")).toContain("no answers yet");
    for (let i = 0; i < 5; i++) business.emulator.notify("messages/image");
    await expect
      .poll(() => plot.getAttribute("aria-label"), patience)
      .toMatch(/5 requests, median [\d.]+ ms \(limit 250 ms\), 0 % above 1 s \(limit 1 %\)/);
    await expect.poll(good, patience).toBeGreaterThan(20);
    expect(await page.locator(".verdict").textContent()).toContain("every answer was 200");
    expect(await page.getByRole("link", { name: "Throughput" }).getAttribute("href")).toMatch(
      /^https:\/\/developers\.facebook\.com\/.*\/throughput$/,
    );
  });

  browserTest("headers and a body are unfolded, a long one when it is asked for", async () => {
    const business = await Business.start();
    const page = await opened(business.emulator);
    const text = "long ".repeat(3000);
    business.emulator.customer().text(text);
    const delivery = page.locator(".delivery", { hasText: "message.text" });
    await delivery.getByRole("button").first().click();
    await expect
      .poll(() => delivery.textContent(), patience)
      .toContain("whatsapp_business_account");
    const body = delivery.locator(".json").first();
    await expect.poll(() => body.textContent(), patience).toContain(text.trim());
    await body.locator("summary").first().click();
    await expect
      .poll(() => body.textContent(), patience)
      .not.toContain("whatsapp_business_account");
    await delivery.getByText("Headers").click();
    await expect.poll(() => delivery.textContent(), patience).toContain("X-Hub-Signature-256");
  });

  browserTest("where nobody is subscribed it says what to do, and subscribes", async () => {
    const receiver = await Receiver.start();
    const emulator = await started();
    const page = await opened(emulator, { allowed: /status of 400/ });
    await page.getByRole("heading", { name: "No receiver is subscribed" }).waitFor();
    expect(await page.content()).not.toContain(SECRET);
    await page.getByRole("button", { name: "Show App secret" }).first().click();
    await expect.poll(() => page.locator(".setup").textContent(), patience).toContain(SECRET);
    await page.getByRole("button", { name: "Hide App secret" }).first().click();
    await expect.poll(() => page.content(), patience).not.toContain(SECRET);

    await page.getByText("The same in a terminal").click();
    const lines = page.locator(".setup pre");
    expect(await lines.textContent()).toContain("access_token=••••");
    await page.getByRole("button", { name: "Show with the secrets" }).click();
    await expect.poll(() => lines.textContent(), patience).toContain(`|${SECRET}'`);

    await page.getByLabel("Callback URL").fill(receiver.url);
    await page.getByLabel("Verify token").fill("another word");
    await page.getByRole("button", { name: "Subscribe" }).click();
    await expect
      .poll(() => page.locator(".setup [role=alert]").textContent(), patience)
      .toContain("HTTP Status Code = 403");
    await page.getByLabel("Verify token").fill(VERIFY_TOKEN);
    await page.getByRole("button", { name: "Subscribe" }).click();
    await page.locator(".setup").waitFor({ state: "detached" });
    await page.getByLabel("Message as Dana Whitfield").fill("Now?");
    await page.keyboard.press("Enter");
    await expect.poll(() => receiver.items, patience).toEqual(["Now?"]);
  });

  browserTest("it comes back by itself after the emulator was away", async () => {
    const receiver = await Receiver.start();
    const emulator = await subscribed(receiver);
    const page = await opened(emulator, { allowed: /^Failed to load resource: net::ERR_/ });
    await emulator.stop();
    await page.locator(".connection.lost").waitFor();
    await emulator.start();
    await page.locator(".connection.open").waitFor();
    emulator.customer().text("Back again");
    await expect
      .poll(() => page.locator(".delivery .names").allInnerTexts(), patience)
      .toEqual(["message.text"]);
  });

  browserTest("what went wrong stays told while others' deliveries come in", async () => {
    const business = await Business.start();
    const page = await opened(business.emulator, { allowed: /status of 400/ });
    await page.locator("select").first().selectOption("on-premises");
    await page.getByRole("button", { name: "Kai Lindqvist" }).click();
    await page.getByLabel("Message as Kai Lindqvist").fill("Hello");
    await page.keyboard.press("Enter");
    const notice = page.locator(".notice");
    await notice.waitFor();
    business.emulator.customer({ phone: "12125550142" }).text("Somebody else writes");
    // The verdict was asked for after it.
    await page.locator(".verdict").waitFor();
    expect(await notice.count()).toBe(1);
  });
});
