import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { browserTest, opened, patience, useBrowser } from "./support/browser.ts";
import { Business } from "./support/business.ts";

useBrowser();

async function write(page: Page, text: string, name = "Dana Whitfield"): Promise<void> {
  await page.getByLabel(`Message as ${name}`).fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** The messages that reached the business, as they stood in the bodies. */
function messagesAt({ receiver }: Business): Record<string, unknown>[] {
  return receiver.bodies.flatMap(
    (body) => JSON.parse(body).entry[0].changes[0].value.messages ?? [],
  );
}

describe("in the chat", () => {
  browserTest("a text is answered, and both sides' ticks go on to the end", async () => {
    const business = await Business.start();
    const page = await opened(business.emulator);
    await write(page, "Hello there");
    const answer = page.locator(".message.business");
    await expect.poll(() => answer.textContent(), patience).toContain("You wrote: Hello there");
    await expect.poll(() => answer.locator(".ticks").textContent(), patience).toBe("read");
    const own = page.locator(".message.customer .ticks");
    await expect.poll(() => own.getAttribute("title"), patience).toBe("read by the business");
    await expect
      .poll(() => page.getByRole("status").textContent(), patience)
      .toContain("You wrote");
  });

  browserTest("a message of the business that fails says so", async () => {
    const business = await Business.start();
    const page = await opened(business.emulator);
    await page.getByLabel("Messages of the business").selectOption("failed");
    await expect.poll(() => business.emulator.statuses.reach, patience).toBe("failed");
    await write(page, "Hello");
    const answer = page.locator(".message.business");
    await expect.poll(() => answer.textContent(), patience).toContain("Not delivered");
    expect(await answer.locator(".ticks").textContent()).toBe("failed");
  });

  browserTest("a button, a row of a list and a form are pressed, picked and sent", async () => {
    const business = await Business.start();
    const page = await opened(business.emulator);
    await write(page, "buttons");
    await page.getByRole("button", { name: "Yes, please" }).click();
    await write(page, "list");
    await page.getByRole("button", { name: "Choose a time" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "10:00" }).click();
    await write(page, "flow");
    await page.getByRole("button", { name: "Book a table" }).click();
    await page.getByLabel("What the form answers").fill('{"guests": "2"}');
    await page.getByRole("dialog").getByRole("button", { name: "Send" }).click();
    await expect
      .poll(() => messagesAt(business).filter(({ type }) => type === "interactive"), patience)
      .toMatchObject([
        {
          context: { id: expect.stringMatching(/^wamid/) },
          interactive: { type: "button_reply", button_reply: { id: "yes", title: "Yes, please" } },
        },
        {
          interactive: {
            type: "list_reply",
            list_reply: { id: "ten", title: "10:00", description: "At the harbour" },
          },
        },
        { interactive: { type: "nfm_reply", nfm_reply: { response_json: '{"guests":"2"}' } } },
      ]);
    await expect.poll(() => page.locator(".log").textContent(), patience).toContain("Form sent");
  });

  browserTest("a message is reacted to, the reaction taken back, and replied to", async () => {
    const business = await Business.start();
    const page = await opened(business.emulator);
    await write(page, "Hello");
    const answer = page.locator(".message.business").first();
    await answer.hover();
    await answer.getByRole("button", { name: "React to" }).click();
    await answer.getByRole("button", { name: "👍" }).click();
    await expect.poll(() => answer.locator(".reactions").textContent(), patience).toContain("👍");
    await answer.hover();
    await answer.getByRole("button", { name: "React to" }).click();
    await answer.getByRole("button", { name: "None" }).click();
    await answer.locator(".reactions").waitFor({ state: "detached" });
    await answer.getByRole("button", { name: "Reply to" }).click();
    await page.locator(":focus[aria-label^='Message as'], textarea:focus").waitFor();
    await page.keyboard.type("What did I write?");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => page.locator(".message.customer .quoted").textContent(), patience)
      .toBe("You wrote: Hello");
    const id = await answer.getAttribute("data-id");
    await expect
      .poll(() => messagesAt(business), patience)
      .toMatchObject([
        { type: "text" },
        { reaction: { message_id: id, emoji: "👍" } },
        { reaction: { message_id: id } },
        { context: { id }, text: { body: "What did I write?" } },
      ]);
  });

  browserTest("everything that is not text can be sent, and is shown", async () => {
    const business = await Business.start();
    const page = await opened(business.emulator);
    const open = (): Promise<void> =>
      page.getByRole("button", { name: "Send something else" }).click();
    await page.getByLabel("Message as Dana Whitfield").fill("The harbour");
    for (const name of ["Image", "Video", "Audio file", "Voice note", "Document", "Sticker"]) {
      await open();
      await page.getByRole("button", { name, exact: true }).click();
      await expect.poll(() => page.locator(".log").textContent(), patience).toContain(name);
    }
    for (const name of ["Location …", "Contact …"]) {
      await open();
      await page.getByRole("button", { name }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Send" }).click();
    }
    await expect
      .poll(() => messagesAt(business), patience)
      .toMatchObject([
        { image: { caption: "The harbour", id: expect.any(String) } },
        { type: "video" },
        { audio: { voice: false } },
        { audio: { voice: true } },
        { document: { filename: "invoice.pdf" } },
        { sticker: { animated: false } },
        { location: { latitude: 37.4848, name: "Harbour Bakery" } },
        { contacts: [{ name: { formatted_name: "Sam Okafor" } }] },
      ]);
    const log = page.locator(".log");
    await expect.poll(() => log.textContent(), patience).toContain("Sam Okafor");
    expect(await log.textContent()).toContain("Harbour Bakery");
  });

  browserTest("customers are switched between, and one hides the number", async () => {
    const business = await Business.start();
    const page = await opened(business.emulator);
    await page.getByRole("button", { name: "Kai Lindqvist" }).click();
    await write(page, "It is Kai", "Kai Lindqvist");
    await expect
      .poll(() => page.locator(".log").textContent(), patience)
      .toContain("You wrote: It is Kai");
    const [kai] = messagesAt(business);
    expect(kai).toMatchObject({ from_user_id: expect.any(String) });
    expect(kai).not.toHaveProperty("from");
    await page.getByRole("button", { name: "Priya Raman" }).click();
    await expect.poll(() => page.locator(".message").count(), patience).toBe(0);
    await business.call({ recipient: kai?.from_user_id, type: "text", text: { body: "One more" } });
    await page.getByRole("button", { name: "Kai Lindqvist (1 new)" }).click();
    await expect.poll(() => page.locator(".log").textContent(), patience).toContain("One more");

    await page.getByRole("button", { name: "New" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Ana");
    await page.getByRole("button", { name: "Add" }).click();
    expect(await page.getByRole("alert").allInnerTexts()).toContain(
      "A phone number or a username is needed.",
    );
    await page.getByLabel("Phone number").fill("12125550177");
    await page.getByRole("button", { name: "Add" }).click();
    await write(page, "I am new", "Ana");
    await expect
      .poll(() => messagesAt(business), patience)
      .toContainEqual(expect.objectContaining({ from: "12125550177" }));
  });

  browserTest("names and texts of customers are text, whatever is in them", async () => {
    const business = await Business.start();
    const page = await opened(business.emulator);
    const hostile = `<img src="x" onerror="document.title='broken'"><script>document.title='broken'</script>`;
    business.emulator.customer({ name: hostile, phone: "12125550199" }).text(hostile);
    await page.locator(".chip", { hasText: "<img" }).click();
    await expect.poll(() => page.locator(".log").textContent(), patience).toContain(hostile);
    await page.locator(".delivery .head", { hasText: "message.text" }).click();
    await expect
      .poll(() => page.locator(".delivery .json").first().textContent(), patience)
      .toContain("onerror");
    expect(await page.locator(".log img, .log script, .deliveries img, .chip img").count()).toBe(0);
    expect(await page.title()).toBe("WhatsApp platform emulator");
  });

  browserTest(
    "a place whose coordinates are no numbers is shown, and what comes after it",
    async () => {
      const { emulator } = await Business.start();
      const page = await opened(emulator);
      const odd = { toString: 1, valueOf: 1 };
      for (const [name, latitude] of [
        ["Nowhere", odd],
        ["Harbour", 37.5],
      ] as const)
        emulator.send({
          to: "12125550100",
          type: "location",
          location: { name, latitude, longitude: "-122.1" },
        });
      await expect
        .poll(() => page.locator(".message .location").allInnerTexts(), patience)
        .toEqual([
          expect.stringMatching(/Nowhere\s*\?, -122\.1/),
          expect.stringMatching(/Harbour\s*37\.5, -122\.1/),
        ]);
    },
  );
});
