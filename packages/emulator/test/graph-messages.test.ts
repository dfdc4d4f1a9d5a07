import { describe, expect, test } from "vitest";
import { call } from "./support/api.ts";
import { started } from "./support/emulators.ts";
import { graphError, integrated, NUMBER, userToken } from "./support/graph.ts";
import { Receiver } from "./support/receiver.ts";

describe("messages", () => {
  const path = `POST /v23.0/${NUMBER}/messages`;
  const hello = {
    messaging_product: "whatsapp",
    to: "+1 (212) 555-0123",
    type: "text",
    text: { body: "Hi" },
  };

  test("are taken, and their statuses come", async () => {
    const receiver = await Receiver.start();
    const emulator = await integrated(receiver);
    emulator.customer({ name: "Dana", phone: "12125550123", username: "dana" });
    const json = { ...hello, biz_opaque_callback_data: "order 7" };
    const answer = await call(emulator, path, { token: userToken, json });
    const id = expect.stringMatching(/^wamid\.HBgL/);
    expect(answer).toMatchObject({
      status: 200,
      json: {
        messaging_product: "whatsapp",
        contacts: [{ input: "+1 (212) 555-0123", wa_id: "12125550123" }],
        messages: [{ id }],
      },
    });
    await emulator.idle();
    const values = receiver.bodies.map((body) => JSON.parse(body).entry[0].changes[0].value);
    expect(values.map(({ statuses }) => statuses[0])).toMatchObject(
      ["sent", "delivered", "read"].map((status) => ({
        id,
        status,
        recipient_id: "12125550123",
        biz_opaque_callback_data: "order 7",
      })),
    );
    expect(values.map(({ contacts }) => contacts[0].profile)).toEqual([
      { name: "Dana" },
      { name: "Dana", username: "dana" },
      { name: "Dana", username: "dana" },
    ]);
  });

  test("go to somebody without a number, too", async () => {
    const receiver = await Receiver.start();
    const emulator = await integrated(receiver);
    const { person } = emulator.customer({ username: "dana" });
    const { to: _, ...rest } = hello;
    const json = { ...rest, recipient: person.userId };
    expect((await call(emulator, path, { token: userToken, json })).json).toMatchObject({
      contacts: [{ input: person.userId, user_id: person.userId }],
    });
    await emulator.idle();
    expect(receiver.bodies[0]).toContain(`"recipient_user_id":"${person.userId}"`);
    expect(receiver.bodies[0]).not.toContain('recipient_id"');
  });

  test("fail when they are set to", async () => {
    const receiver = await Receiver.start();
    const emulator = await integrated(receiver);
    const error = { code: 131047, title: "Re-engagement message" };
    emulator.setStatuses({ reach: "failed", error });
    await call(emulator, path, { token: userToken, json: hello });
    await emulator.idle();
    const { value } = JSON.parse(receiver.bodies[0] ?? "").entry[0].changes[0];
    expect(receiver.bodies).toHaveLength(1);
    expect(value.statuses).toMatchObject([{ status: "failed", errors: [error] }]);
    expect(value).not.toHaveProperty("contacts");
  });

  test.each([
    [{ messaging_product: undefined }, /messaging_product/],
    [{ to: undefined }, /parameter to/],
    [{ type: "txt" }, /type/],
    [{ type: "image" }, /image/],
    [{ text: {} }, /text\['body'\]/],
  ])("%j is code 100", async (changes, message) => {
    const emulator = await started();
    const json = { ...hello, ...changes };
    expect(await call(emulator, path, { token: userToken, json })).toMatchObject({
      status: 400,
      json: graphError(100, message),
    });
  });

  test("are marked as read without a status", async () => {
    const emulator = await started();
    const json = { messaging_product: "whatsapp", status: "read", message_id: "wamid.1" };
    expect((await call(emulator, path, { token: userToken, json })).json).toEqual({
      success: true,
    });
  });
});
