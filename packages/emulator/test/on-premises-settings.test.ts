import { describe, expect, test } from "vitest";
import { adminToken, call, PASSWORD } from "./support/api.ts";
import { started } from "./support/emulators.ts";

const configured = { onPremises: { adminPassword: PASSWORD, version: "2.41.3" } };
const meta = { api_status: "stable", version: "2.41.3" };

describe("application settings", () => {
  test("a new client's are as recorded, and DELETE brings them back", async () => {
    const emulator = await started(configured);
    const token = await adminToken(emulator);
    const get = () => call(emulator, "GET /v1/settings/application", { token });
    const fresh = await get();
    expect(fresh).toMatchObject({
      status: 200,
      json: {
        meta,
        settings: {
          application: {
            callback_backoff_delay_ms: 3000,
            callback_persist: true,
            max_callback_backoff_delay_ms: 900_000,
            media: { auto_download: ["image", "video", "voice", "sticker", "audio", "document"] },
            sent_status: false,
            wa_id: "12125550177",
            webhooks: { max_concurrent_requests: 6, url: "" },
          },
        },
      },
    });
    const json = { webhooks: { url: "https://example.com/wa" }, sent_status: true };
    expect(await call(emulator, "PATCH /v1/settings/application", { token, json })).toMatchObject({
      status: 200,
      json: { meta },
    });
    expect((await get()).json).not.toEqual(fresh.json);
    expect((await call(emulator, "DELETE /v1/settings/application", { token })).status).toBe(200);
    expect((await get()).json).toEqual(fresh.json);
  });

  test("PATCH merges at every depth, and a refused one changes nothing", async () => {
    const emulator = await started(configured);
    const token = await adminToken(emulator);
    const patch = (json: unknown) =>
      call(emulator, "PATCH /v1/settings/application", { token, json });
    await patch({ webhooks: { url: "https://example.com/wa", message: { read: false } } });
    await patch({ webhooks: { message: { sent: true } }, callback_backoff_delay_ms: "5000" });
    const merged = {
      callback_backoff_delay_ms: 5000,
      webhooks: {
        url: "https://example.com/wa",
        max_concurrent_requests: 6,
        message: { read: false, sent: true },
      },
    };
    expect(emulator.onPremises.settings).toMatchObject(merged);
    const refused = await patch({
      callback_persist: "yes",
      sent_status: true,
      webhooks: { max_concurrent_requests: 7, url: "https://example.com/other" },
    });
    expect(refused).toMatchObject({
      status: 400,
      json: {
        errors: [
          { code: 1009, details: "Parameter 'callback_persist' is not valid" },
          { code: 1009, details: "Parameter 'webhooks.max_concurrent_requests' is not valid" },
        ],
      },
    });
    expect(emulator.onPremises.settings).toMatchObject({ ...merged, sent_status: false });
  });

  test.each([
    [{ webhooks: { url: "http://example.com/wa" } }],
    [{ webhooks: { url: "ftp://example.com" } }],
    [{ webhooks: { url: "nonsense" } }],
    [{ webhooks: { url: null } }],
    [{ webhooks: "https://example.com" }],
    [{ webhooks: { message: { sent: "yes" } } }],
    [{ media: { auto_download: ["gif"] } }],
    [{ max_callback_backoff_delay_ms: -1 }],
    [{ callback_backoff_delay_ms: 1.5 }],
  ])("%j is 400 and 1009", async (json) => {
    const emulator = await started(configured);
    const token = await adminToken(emulator);
    expect(await call(emulator, "PATCH /v1/settings/application", { token, json })).toMatchObject({
      status: 400,
      json: { errors: [{ code: 1009 }], meta },
    });
  });

  test("what the client does not know is ignored, and so is its own number", async () => {
    const emulator = await started(configured);
    const token = await adminToken(emulator);
    const before = emulator.onPremises.settings;
    const json = { wa_id: "1", from_the_future: { a: 1 } };
    expect((await call(emulator, "PATCH /v1/settings/application", { token, json })).status).toBe(
      200,
    );
    expect(emulator.onPremises.settings).toEqual(before);
  });

  test("no body, a list, and no token", async () => {
    const emulator = await started(configured);
    const token = await adminToken(emulator);
    const patch = "PATCH /v1/settings/application";
    for (const options of [{ token }, { token, json: [1] }])
      expect(await call(emulator, patch, options)).toMatchObject({
        status: 400,
        json: { errors: [{ code: 1025 }] },
      });
    expect((await call(emulator, patch, { json: {} })).status).toBe(401);
    expect((await call(emulator, patch, { json: {}, token: "x" })).status).toBe(401);
  });
});
