import { inspect } from "node:util";
import { expect, test, vi } from "vitest";
import { isEventName } from "../src/index.ts";
import { cloudBody, SECRET, signedRequest, text } from "./support/notifications.ts";
import { sdk, watched } from "./support/watched.ts";

const TELLTALES = {
  phone: "12125550173",
  message: "wamid.TELLTALEID",
  text: "telltale text",
  profile: "Telltale Name",
  tenant: "telltale-tenant",
  number: "700000000099973",
  account: "800000000099973",
  path: "telltale-path",
  kind: "telltale_kind",
  field: "telltale_field",
} as const;

test("nothing that is exported holds a number, an id, a tenant, a text, a path or a word of a sender's", async () => {
  const webhooks = watched({
    appSecret: () => ({ secret: SECRET, tenant: TELLTALES.tenant }),
    retry: { minDelayMs: 1, maxAttempts: 2 },
  });
  const heard = new Set<string>();
  webhooks.on("*", (event) => {
    heard.add(event.name);
    const error = new Error(`${TELLTALES.text} ${JSON.stringify(event.raw)}`);
    error.name = `${TELLTALES.phone} ${TELLTALES.profile}`;
    throw error;
  });
  const { message: id, phone: from, number: phoneNumberId, account: wabaId } = TELLTALES;
  const message = text(TELLTALES.text, { id, from });
  const odd = { from, id: `${id}2`, timestamp: "1", type: TELLTALES.kind };
  const known = cloudBody([message, message, odd], {
    name: TELLTALES.profile,
    phoneNumberId,
    wabaId,
  });
  const unknown = {
    object: "whatsapp_business_account",
    entry: [{ id: wabaId, changes: [{ field: TELLTALES.field, value: { from, id } }] }],
  };
  const request = (body: unknown, secret?: string) => ({
    ...signedRequest(body, secret),
    url: `/${TELLTALES.path}?x=${TELLTALES.phone}`,
    params: { tenant: TELLTALES.tenant },
  });
  for (const body of [known, unknown, `no json: ${TELLTALES.text}`])
    expect((await webhooks.receive(request(body))).status).toBe(200);
  await webhooks.receive(request(known, TELLTALES.phone));
  await webhooks.receive({ ...request(known), method: TELLTALES.path });
  await webhooks.receive({ ...request(known), method: "GET" });
  await vi.waitFor(
    async () => {
      const deadLettered = await sdk.points("whatsapp.webhooks.notification.dead_lettered");
      expect(deadLettered.map(({ value }) => value)).toEqual(expect.arrayContaining([1, 2]));
    },
    { timeout: 10_000 },
  );
  expect([...heard]).toEqual(
    expect.arrayContaining(["message.text", "message.unknown", "unknown"]),
  );

  const shown = (value: unknown): string =>
    inspect(value, { depth: 20, maxArrayLength: null, maxStringLength: null });
  const metrics = await sdk.metrics();
  const spans = sdk.spans().map(({ name, attributes, events, links, status, resource }) => ({
    name,
    attributes,
    events,
    links,
    status,
    resource: resource.attributes,
  }));
  const all = shown(metrics.map((metric) => ({ ...metric }))) + shown(spans);
  expect(all).toContain("message.text");
  expect(spans.length).toBeGreaterThan(6);
  for (const telltale of Object.values(TELLTALES))
    expect(all.toLowerCase()).not.toContain(telltale.toLowerCase());

  const words = new Set<unknown>();
  for (const { dataPoints } of metrics)
    for (const { attributes } of dataPoints) words.add(attributes["whatsapp.webhooks.event"]);
  words.delete(undefined);
  expect([...words].filter((word) => !isEventName(String(word)))).toEqual([]);
});
