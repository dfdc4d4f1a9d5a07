import { whatsappWebhooks } from "@whatsapp-webhooks/core/fetch";
import { PHASE_PRODUCTION_BUILD } from "next/constants";
import { after } from "next/server";
import { webhooks } from "../../../../receiver/whatsapp.ts";

// What an inbox has kept is handled from here on; `next build` loads the route, too, and must not.
if (process.env.NEXT_PHASE !== PHASE_PRODUCTION_BUILD) await webhooks.start();

// Where the process is frozen after the answer, `after` keeps it going until the handlers have run.
const receive = whatsappWebhooks(webhooks, { waitUntil: after });

/** The platform's handshake. */
export const GET = receive;
/** Its notifications. */
export const POST = receive;
