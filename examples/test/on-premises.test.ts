import { expect, test, vi } from "vitest";
import { authorization, fixture, settings } from "./support/start.ts";

test("the On-Premises example hears a voice note as the Cloud API's audio message", async () => {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  const log = vi.spyOn(console, "log").mockReturnValue();
  const { webhooks } = await import("../receiver/on-premises.ts");
  const response = await webhooks.receive({
    method: "POST",
    url: "/webhooks/whatsapp",
    params: {},
    header: (name) => (name === "authorization" ? authorization : undefined),
    body: { kind: "bytes", bytes: Buffer.from(fixture("on-premises/voice-2019")) },
  });
  expect(response.status).toBe(200);
  await vi.waitFor(() => expect(log).toHaveBeenCalledWith("on-premises", true));
});
