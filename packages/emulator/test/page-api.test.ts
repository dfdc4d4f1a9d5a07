import { describe, expect, test } from "vitest";
import { call } from "./support/api.ts";
import { SECRET, started, subscribed } from "./support/emulators.ts";
import { Receiver } from "./support/receiver.ts";

describe("for the page, over HTTP", () => {
  test("secrets are answered to whoever asks for them, by POST and as JSON alone", async () => {
    const emulator = await started();
    const [app] = emulator.apps;
    expect((await call(emulator, "GET /emulator/secrets")).status).toBe(404);
    expect((await call(emulator, "POST /emulator/secrets", { body: "{}" })).status).toBe(403);
    expect((await call(emulator, "POST /emulator/secrets", { json: {} })).json).toEqual({
      apps: [
        {
          id: app?.id,
          secret: SECRET,
          accessToken: app?.accessToken,
          appAccessToken: `${app?.id}|${SECRET}`,
        },
      ],
    });
  });

  test("a subscription that does not pass the handshake is 400, with the reason", async () => {
    const receiver = await Receiver.start();
    const emulator = await started();
    const json = { callbackUrl: receiver.url, verifyToken: "another" };
    expect((await call(emulator, "POST /emulator/subscriptions", { json })).json).toEqual({
      error: "the callback URL was not accepted: HTTP Status Code = 403.",
    });
    for (const wrong of [{}, { callbackUrl: receiver.url }, { ...json, appId: "1" }])
      expect((await call(emulator, "POST /emulator/subscriptions", { json: wrong })).status).toBe(
        400,
      );
    expect((await call(emulator, "PUT /emulator/statuses", { json: { reach: "x" } })).status).toBe(
      400,
    );
  });

  test("conversations have both sides, how far each message came, and why not further", async () => {
    const receiver = await Receiver.start();
    const emulator = await subscribed(receiver, { statuses: { reach: "failed" } });
    const json = { phone: "12125550123", type: "document", media: { filename: "bill.pdf" } };
    await call(emulator, "POST /emulator/messages", { json });
    emulator.send({ to: "12125550123", type: "text", text: { body: "Thanks" } });
    await emulator.idle();
    expect((await call(emulator, "GET /emulator/messages")).json).toMatchObject([
      { from: "customer", content: { filename: "bill.pdf" }, status: "delivered" },
      { from: "business", content: { body: "Thanks" }, status: "failed" },
    ]);
  });
});
