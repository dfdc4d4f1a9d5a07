import type { Emulator } from "@whatsapp-webhooks/emulator";
import { agreement, introduce } from "./platform.ts";
import { type SampleApp, startSampleApp } from "./sample-app.ts";

const PATIENCE_MS = 10_000;

/** A sample app as it is, with handlers that answer beside its own. */
export async function startAnsweringApp(emulator: Emulator, server: URL): Promise<SampleApp> {
  const [app] = emulator.apps;
  const [number] = emulator.numbers;
  const env = {
    WHATSAPP_APP_SECRET: agreement.appSecret,
    WHATSAPP_VERIFY_TOKEN: agreement.verifyToken,
    WHATSAPP_ONPREM_AUTHORIZATION: agreement.authorization,
    WHATSAPP_MESSAGES_URL: `${emulator.url}/v23.0/${number?.id}/messages`,
    WHATSAPP_ACCESS_TOKEN: app?.accessToken ?? "",
  };
  const script = new URL("./answering-app.ts", import.meta.url);
  const answering = await startSampleApp([script, server.href], env, () => {});
  await introduce(emulator, answering.url);
  return answering;
}

/** The answer to a customer's hello. */
export interface Reply {
  readonly text: string;
  /** How far it came: `read` is the end. */
  readonly status: string;
}

/** Has a customer say hello, and waits until they have read the answer, or for ten seconds. */
export async function sayHello(emulator: Emulator): Promise<Reply> {
  const reply: { text: string; status: string } = { text: "no answer", status: "nothing" };
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(end, PATIENCE_MS);
    const stop = emulator.on("message", ({ message }) => {
      if (message.from !== "business") return;
      reply.text = textOf(message.content);
      reply.status = message.status;
      if (message.status === "read") end();
    });
    emulator.customer({ name: "Dana Whitfield", phone: "12125550100" }).text("Hello");
  });
  await emulator.idle();
  return reply;
}

/** The words of a text, or of a message with buttons. */
function textOf(content: unknown): string {
  const { body } = content as { readonly body?: string | { readonly text?: string } };
  return (typeof body === "string" ? body : body?.text) ?? "";
}
