import type { Emulator } from "../../src/index.ts";
import { subscribed } from "./emulators.ts";
import { Receiver, type ReceiverOptions } from "./receiver.ts";

interface Incoming {
  readonly id: string;
  readonly from?: string;
  readonly from_user_id: string;
  readonly type: string;
  readonly text?: { readonly body: string };
}

/** A business that answers texts through the Graph API, as its app would: the word decides what with. */
export class Business {
  readonly receiver: Receiver;
  readonly emulator: Emulator;

  static async start(options: ReceiverOptions = {}): Promise<Business> {
    const receiver = await Receiver.start();
    const business = new Business(receiver, await subscribed(receiver, { seed: "page" }));
    receiver.reply = async (request, count) => {
      const reply = await (options.reply?.(request, count) ?? 200);
      const isTaken = reply === 200;
      // After the answer, as a good receiver does.
      if (isTaken) setImmediate(() => void business.#hear(request.body.toString()));
      return reply;
    };
    return business;
  }

  private constructor(receiver: Receiver, emulator: Emulator) {
    this.receiver = receiver;
    this.emulator = emulator;
  }

  async #hear(body: string): Promise<void> {
    for (const entry of JSON.parse(body).entry)
      for (const change of entry.changes)
        for (const message of change.value.messages ?? []) await this.#answer(message);
  }

  async #answer({ id, from, from_user_id, type, text }: Incoming): Promise<void> {
    await this.call({ status: "read", message_id: id });
    const whom = from === undefined ? { recipient: from_user_id } : { to: from };
    const answer = type === "text" ? answerTo(text?.body ?? "") : undefined;
    if (answer !== undefined) await this.call({ ...whom, ...answer });
  }

  /** What the app sends through the Graph API. */
  async call(message: object): Promise<void> {
    const [app] = this.emulator.apps;
    const [number] = this.emulator.numbers;
    const response = await fetch(`${this.emulator.url}/v23.0/${number?.id}/messages`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${app?.accessToken}`,
      },
      body: JSON.stringify({ messaging_product: "whatsapp", ...message }),
    });
    if (!response.ok) throw new Error(await response.text());
  }
}

function answerTo(word: string): object | undefined {
  switch (word.toLowerCase()) {
    case "buttons":
      return interactive("button", {
        buttons: [
          { type: "reply", reply: { id: "yes", title: "Yes, please" } },
          { type: "reply", reply: { id: "no", title: "No, thanks" } },
        ],
      });
    case "list":
      return interactive("list", {
        button: "Choose a time",
        sections: [
          {
            title: "Tomorrow",
            rows: [
              { id: "ten", title: "10:00", description: "At the harbour" },
              { id: "noon", title: "12:00" },
            ],
          },
        ],
      });
    case "flow":
      return interactive("flow", {
        name: "flow",
        parameters: { flow_cta: "Book a table", flow_token: "a token" },
      });
    default:
      return { type: "text", text: { body: `You wrote: ${word}` } };
  }
}

function interactive(type: string, action: object): object {
  return {
    type: "interactive",
    interactive: { type, body: { text: "What would you like?" }, action },
  };
}
