import { describe, expect, test, vi } from "vitest";
import { type Inbox, memoryInbox, type WebhooksOptions } from "../../src/index.ts";
import { type Attacked, attacked } from "../support/attacked.ts";
import { cloudBody, gate, SECRET, text } from "../support/notifications.ts";
import { signature } from "../support/requests.ts";

// Tenants share a process, and each has a secret of its own to sign with. One of them means harm.

vi.setConfig({ testTimeout: 60_000 });
const PATIENTLY = { timeout: 30_000 };

const SHOP = { wabaId: "800000000000001", phoneNumberId: "700000000000001" };
const EVIL = { wabaId: "800000000000666", phoneNumberId: "700000000000666" };
const EVIL_SECRET = "secret-of-the-evil-one";

const appSecret: WebhooksOptions["appSecret"] = ({ header }) =>
  header("x-tenant") === "evil"
    ? { secret: EVIL_SECRET, tenant: "evil", accounts: [EVIL.wabaId] }
    : { secret: SECRET, tenant: "shop", accounts: [SHOP.wabaId, SHOP.phoneNumberId] };

async function rigOfTwo(options: Partial<WebhooksOptions> = {}): Promise<{
  readonly rig: Attacked;
  shop(body: object): Promise<number>;
  evil(body: object, secret?: string): Promise<number>;
}> {
  const rig = await attacked({ ...options, appSecret });
  const post = async (tenant: string, body: object, secret: string): Promise<number> => {
    const bytes = JSON.stringify(body);
    const headers = { "x-tenant": tenant, "x-hub-signature-256": signature(bytes, secret) };
    return (await rig.post(bytes, headers)).status;
  };
  return {
    rig,
    shop: (body) => post("shop", body, SECRET),
    evil: (body, secret = EVIL_SECRET) => post("evil", body, secret),
  };
}

/** An inbox in memory that tells how many notifications it has handed over. */
function countingInbox(): { readonly inbox: Inbox; delivered(): number } {
  const inbox = memoryInbox();
  let delivered = 0;
  const consume: Inbox["consume"] = (deliver, ...others) =>
    inbox.consume(
      (record, delivery) => {
        delivered++;
        return deliver(record, delivery);
      },
      ...others,
    );
  return {
    inbox: new Proxy(inbox, {
      get(target, property) {
        if (property === "consume") return consume;
        const value: unknown = Reflect.get(target, property);
        return typeof value === "function" ? value.bind(target) : value;
      },
    }),
    delivered: () => delivered,
  };
}

const bodies = ({ events }: Attacked) =>
  events.map(({ tenant, data }) => [tenant, (data as { text: { body: string } }).text.body]);

describe("its secret", () => {
  test("is good for its own path alone, and no other's for it", async () => {
    const { rig, evil } = await rigOfTwo();
    expect(await evil(cloudBody([text("a")], EVIL), SECRET)).toBe(401);
    const { status } = await rig.signed(cloudBody([text("a")], SHOP), EVIL_SECRET);
    expect(status).toBe(401);
  });

  test("lets in its own accounts alone: others are reported and given to nobody", async () => {
    const { rig, evil } = await rigOfTwo();
    const [forged] = cloudBody([text("forged")], SHOP).entry;
    const [own] = cloudBody([text("own")], EVIL).entry;
    const nobody = {
      changes: forged?.changes.map(({ field, value }) => ({
        field,
        value: { messages: value.messages },
      })),
    };
    const body = { object: "whatsapp_business_account", entry: [forged, own, nobody] };
    expect(await evil(body)).toBe(200);
    await rig.webhooks.idle();
    expect(bodies(rig)).toEqual([["evil", "own"]]);
    expect(rig.errors.map(({ error }) => error.code)).toEqual([
      "account_not_allowed",
      "account_not_allowed",
    ]);
  });

  test("lets it name any number beside an account of its own: `event.tenant` is what to go by", async () => {
    const { rig, evil } = await rigOfTwo();
    const scoped: unknown[] = [];
    rig.webhooks.scoped(SHOP.phoneNumberId).on("message", ({ tenant }) => scoped.push(tenant));
    await evil(cloudBody([text("a")], { ...EVIL, phoneNumberId: SHOP.phoneNumberId }));
    await rig.webhooks.idle();
    expect(scoped).toEqual(["evil"]);
  });

  test("makes no other tenant's event a duplicate, nor any of its own of another's", async () => {
    const { rig, shop, evil } = await rigOfTwo();
    const id = "wamid.same";
    await evil(cloudBody([text("evil's", { id })], { ...EVIL, phoneNumberId: SHOP.phoneNumberId }));
    await shop(cloudBody([text("shop's", { id })], SHOP));
    await evil(cloudBody([text("again", { id })], EVIL));
    await rig.webhooks.idle();
    expect(bodies(rig)).toEqual([
      ["evil", "evil's"],
      ["shop", "shop's"],
    ]);
  });
});

describe("its notifications", () => {
  test("hold up no conversation of another tenant's, even with the same customer and number", async () => {
    const { rig, shop, evil } = await rigOfTwo();
    const held = gate();
    const heard: (string | undefined)[] = [];
    rig.webhooks.on("message.text", async ({ tenant }) => {
      if (tenant === "evil") await held.promise;
      else heard.push(tenant);
    });
    await evil(cloudBody([text("a")], { ...EVIL, phoneNumberId: SHOP.phoneNumberId }));
    await shop(cloudBody([text("b")], SHOP));
    await expect.poll(() => heard, PATIENTLY).toEqual(["shop"]);
    held.open();
  });

  test("wait behind each other and not before those of others, however many they are", async () => {
    const { rig, shop, evil } = await rigOfTwo({ concurrency: 4 });
    const order: string[] = [];
    const first = gate();
    rig.webhooks.on("message.text", async ({ tenant }) => {
      order.push(tenant ?? "");
      if (order.length === 1) await first.promise;
    });
    await evil(
      cloudBody(
        Array.from({ length: 3_000 }, () => text("spam")),
        EVIL,
      ),
    );
    await expect.poll(() => order.length, PATIENTLY).toBe(1);
    await shop(cloudBody([text("b")], SHOP));
    await expect.poll(() => order, PATIENTLY).toContain("shop");
    expect(order.indexOf("shop")).toBeLessThan(10);
    first.open();
    await rig.webhooks.idle();
  });

  test("in many conversations take turns with those of others", async () => {
    const { inbox, delivered } = countingInbox();
    const { rig, shop, evil } = await rigOfTwo({ concurrency: 4, inbox });
    const order: string[] = [];
    const open = gate();
    rig.webhooks.on("message.text", async ({ tenant }) => {
      order.push(tenant ?? "");
      await open.promise;
    });
    // Small ones, that are read when they are handed over.
    const spam = (round: number, from: number) =>
      Array.from({ length: 100 }, (_, i) =>
        text(`spam ${round}`, { from: `1212555${String(from + i).padStart(4, "0")}` }),
      );
    for (let round = 0; round < 4; round++)
      for (let from = 0; from < 500; from += 100) await evil(cloudBody(spam(round, from), EVIL));
    await shop(cloudBody([text("b")], SHOP));
    await expect.poll(delivered, PATIENTLY).toBe(21);
    open.open();
    await rig.webhooks.idle();
    expect(order).toHaveLength(2_001);
    // One round of the spammer's conversations, and not all four.
    expect(order.indexOf("shop")).toBeLessThan(600);
  });

  test("may fill the inbox: others are then answered 503, and taken when there is room again", async () => {
    const { rig, shop, evil } = await rigOfTwo({ inbox: memoryInbox({ limitBytes: 20_000 }) });
    const full = gate();
    rig.webhooks.on("message.text", () => full.promise);
    let status = 200;
    for (let i = 0; i < 100 && status === 200; i++)
      status = await evil(cloudBody([text(`${i}`)], EVIL));
    expect(status).toBe(503);
    expect(await shop(cloudBody([text("b")], SHOP))).toBe(503);
    full.open();
    await rig.webhooks.idle();
    expect(await shop(cloudBody([text("b")], SHOP))).toBe(200);
    await rig.webhooks.idle();
    expect(bodies(rig).at(-1)).toEqual(["shop", "b"]);
  });
});
