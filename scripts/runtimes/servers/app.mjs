// Receivers with the Fetch entry, as a user of the published package would write them.
import { createWebhooks, inlineInbox } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/fetch";

/** The texts that were handled, in their order. */
const heard = [];
/** What the platform was asked to wait for. */
const waits = { begun: 0, done: 0 };
const failed = new Set();

async function hear(event) {
  const text = event.data.text.body;
  if (text.includes("slow")) await new Promise((resolve) => setTimeout(resolve, 300));
  if (text.includes("fails once") && !failed.has(text)) {
    failed.add(text);
    throw new Error("It fails once.");
  }
  heard.push(text);
}

/** Stands for a store that all instances share. */
const keys = new Set();
const seenKeys = {
  has: async (asked) => new Set(asked.filter((key) => keys.has(key))),
  add: async (added) => {
    for (const key of added) keys.add(key);
  },
};

function receiver(inbox) {
  const webhooks = createWebhooks({
    appSecret: "an app secret",
    verifyToken: "a token",
    bodyLimitBytes: 64 * 1024,
    inbox,
  });
  webhooks.on("message.text", hear);
  return whatsappWebhooks(webhooks);
}

/** The 200 at once, and the answer after the handlers. */
export function receivers() {
  return { memory: receiver(undefined), inline: receiver(inlineInbox({ seenKeys })) };
}

/** Counts, and hands on to the platform's own `waitUntil` where there is one. */
function counting(context) {
  return {
    waitUntil(work) {
      waits.begun++;
      const counted = work.then(() => {
        waits.done++;
      });
      context?.waitUntil?.(counted);
    },
  };
}

/** The context is the platform's, if it passes one that has `waitUntil`. */
export async function answer({ memory, inline }, request, context) {
  const { pathname } = new URL(request.url);
  if (pathname === "/memory") return memory(request, counting(context));
  if (pathname === "/inline") return inline(request, context);
  return Response.json({ heard, waits });
}
