import { whatsappWebhooks } from "@whatsapp-webhooks/core/fetch";
import { after } from "next/server";
import { webhooks } from "../../../../receiver/whatsapp.ts";

// Where the process is frozen after the answer, `after` keeps it going until the handlers have run.
const receive = whatsappWebhooks(webhooks, { waitUntil: after });

/** The platform's handshake. */
export const GET = receive;
/** Its notifications. */
export const POST = receive;
