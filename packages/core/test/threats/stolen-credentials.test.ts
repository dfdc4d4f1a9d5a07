import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { attacked } from "../support/attacked.ts";
import { cloudBody, SECRET, TOKEN, text } from "../support/notifications.ts";
import { signature } from "../support/requests.ts";

const authorization = "Basic dGhlOnBhc3N3b3Jk";
const onPremises = (id: string) => ({ messages: [text("forged", { id })] });

describe("who knows the verify token", () => {
  test("gets a handshake, whose challenge no browser takes for a page", async () => {
    const rig = await attacked();
    const query = new URLSearchParams({
      "hub.mode": "subscribe",
      "hub.verify_token": TOKEN,
      "hub.challenge": "<script>alert(1)</script>",
    });
    const answer = await rig.raw(
      `GET /webhooks/whatsapp?${query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer).toMatch(/\r\ncontent-type: text\/plain\r\n/i);
    expect(answer).toMatch(/\r\nx-content-type-options: nosniff\r\n/i);
  });

  test("and nothing else: no notification gets in by it", async () => {
    const rig = await attacked({ onPremises: { authorization } });
    const body = JSON.stringify(cloudBody([text("forged")]));
    const digest = createHmac("sha256", TOKEN).update(body).digest("hex");
    for (const headers of [
      { "x-hub-signature-256": signature(body, TOKEN) },
      { "x-hub-signature-256": `sha256=${digest}`, authorization: TOKEN },
      { authorization: TOKEN },
      { authorization: `Bearer ${TOKEN}` },
      { "x-hub-signature": `sha1=${digest.slice(0, 40)}` },
    ] as Record<string, string>[]) {
      expect((await rig.post(body, headers)).status).toBe(401);
    }
    await rig.webhooks.idle();
    expect(rig.events).toEqual([]);
    await rig.expectAlive();
  });
});

describe("who knows the On-Premises password", () => {
  test("cannot make a Cloud API event: such a body is kept, reported, and given to nobody", async () => {
    const rig = await attacked({ onPremises: { authorization } });
    const cloud = cloudBody([text("forged")]);
    const bodies = [
      cloud,
      { entry: cloud.entry },
      { ...cloud, ...onPremises("wamid.1") },
      { object: "x", ...onPremises("wamid.2") },
    ];
    for (const body of bodies)
      expect((await rig.post(JSON.stringify(body), { authorization })).status).toBe(200);
    await rig.webhooks.idle();
    expect(rig.events).toEqual([]);
    expect(rig.errors.map(({ error }) => error.code)).toEqual([
      "envelope_not_allowed",
      "envelope_not_allowed",
      "envelope_not_allowed",
      "envelope_unknown",
    ]);
  });

  test("gets On-Premises events, which say so, and spoil no Cloud API event of the same ids", async () => {
    const rig = await attacked({ onPremises: { authorization } });
    const forged = JSON.stringify(onPremises("wamid.taken"));
    expect((await rig.post(forged, { authorization })).status).toBe(200);
    await rig.webhooks.idle();
    await rig.signed(cloudBody([text("real", { id: "wamid.taken" })]));
    await rig.webhooks.idle();
    expect(rig.events.map(({ source, data }) => [source, data])).toEqual([
      ["on-premises", expect.objectContaining({ text: { body: "forged" } })],
      ["cloud", expect.objectContaining({ text: { body: "real" } })],
    ]);
    const [first, second] = rig.events;
    expect(first?.conversation).not.toBe(second?.conversation);
  });

  test("cannot say for which tenant or number it is: the options do", async () => {
    const rig = await attacked({
      onPremises: { authorization, tenant: "stores", account: { phoneNumberId: "700" } },
    });
    const body = { ...onPremises("wamid.1"), tenant: "bank", metadata: { phone_number_id: "1" } };
    await rig.post(JSON.stringify(body), { authorization });
    await rig.webhooks.idle();
    expect(rig.events[0]).toMatchObject({ tenant: "stores", account: { phoneNumberId: "700" } });
  });

  test("cannot pass as signed, nor go round a signature", async () => {
    const rig = await attacked({ onPremises: { authorization } });
    const body = JSON.stringify(onPremises("wamid.1"));
    for (const value of ["", "none", signature(body, authorization), `sha1=${"0".repeat(40)}`])
      expect((await rig.post(body, { authorization, "x-hub-signature-256": value })).status).toBe(
        401,
      );
    await rig.webhooks.idle();
    expect(rig.events).toEqual([]);
  });
});

test("an old secret, once taken from the list, is good for nothing", async () => {
  let secrets = [SECRET, "old-secret"];
  const rig = await attacked({ appSecret: () => secrets });
  const body = cloudBody([text("a")]);
  expect((await rig.signed(body, "old-secret")).status).toBe(200);
  secrets = [SECRET];
  expect((await rig.signed({ ...body, again: 1 }, "old-secret")).status).toBe(401);
});
