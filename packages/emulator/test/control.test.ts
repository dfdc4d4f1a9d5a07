import { describe, expect, test } from "vitest";
import { notificationNames } from "../src/index.ts";
import { call } from "./support/api.ts";
import { started, subscribed } from "./support/emulators.ts";
import { Receiver } from "./support/receiver.ts";

describe("over HTTP, below /emulator", () => {
  test("customers write, bodies are sent, the weather changes, and the verdict is read", async () => {
    const receiver = await Receiver.start();
    const emulator = await subscribed(receiver);
    const json = { phone: "12125550123", name: "Dana", text: "Hello" };
    const { json: written } = await call(emulator, "POST /emulator/messages", { json });
    expect(written).toEqual({ id: expect.stringMatching(/^wamid\./) });
    await call(emulator, "POST /emulator/messages", {
      json: { type: "location", content: { latitude: 1, longitude: 2 } },
    });
    await call(emulator, "POST /emulator/notifications", {
      json: { fixture: "account_alerts/oba-approved" },
    });
    await call(emulator, "POST /emulator/notifications", {
      json: { field: "flows", value: { event: "X" } },
    });
    await emulator.idle();
    expect(receiver.notifications).toHaveLength(4);
    expect((await call(emulator, "GET /emulator/deliveries")).json).toHaveLength(4);
    expect((await call(emulator, "GET /emulator/verdict")).json).toMatchObject({
      requests: 4,
      failures: {},
    });
    expect((await call(emulator, "GET /emulator/fixtures")).json).toEqual(notificationNames());
    const handled = receiver.bodies.flatMap(
      (body) => JSON.parse(body).entry[0].changes[0].value.messages ?? [],
    );
    expect(
      (await call(emulator, "POST /emulator/audit", { json: { handled } })).json,
    ).toMatchObject({
      ok: false,
      missing: [expect.any(String), expect.any(String)],
      handled: 2,
    });
    expect(
      (await call(emulator, "PUT /emulator/weather", { json: { duplicates: 1 } })).json,
    ).toMatchObject({ duplicates: 1 });
    const state = await call(emulator, "GET /emulator");
    expect(state.json).toMatchObject({ seed: "1", weather: { duplicates: 1 } });
    expect(state.text).not.toContain(emulator.apps[0]?.secret);
    expect((await call(emulator, "POST /emulator/restart", { json: {} })).status).toBe(200);
    emulator.customer().text("after the restart");
    await emulator.idle();
    expect(receiver.items).toContain("after the restart");
  });

  test("nonsense is 400, and what a foreign web page could send is 403", async () => {
    const emulator = await started();
    for (const [path, json] of [
      ["messages", {}],
      ["messages", { phone: "x", text: "Hi" }],
      ["notifications", {}],
      ["notifications", { fixture: "nothing" }],
      ["audit", {}],
    ] as const)
      expect((await call(emulator, `POST /emulator/${path}`, { json })).status).toBe(400);
    expect(
      (await call(emulator, "PUT /emulator/weather", { json: { duplicates: 2 } })).status,
    ).toBe(400);
    expect((await call(emulator, "POST /emulator/restart", { body: "{}" })).status).toBe(403);
    expect((await call(emulator, "GET /emulator/nothing")).status).toBe(404);
    expect((await call(emulator, "GET //")).status).not.toBe(500);
  });
});
