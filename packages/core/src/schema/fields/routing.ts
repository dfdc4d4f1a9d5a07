import * as z from "zod";
import { anyMessage } from "../any-message.ts";
import { contact } from "../families.ts";
import { kinds } from "../family.ts";
import { isFilledList, loose, openEnum, text, unixSeconds } from "../shape.ts";
import { statusBase } from "../status-types.ts";

const control = loose({
  previous_owner_app_id: text.optional(),
  new_owner_app_id: text.optional(),
  /** Only when passed. */
  previous_owner_app_role: openEnum("meta_business_agent").optional(),
  previous_owner_role: text.optional(),
  new_owner_role: openEnum(
    "customer_service",
    "marketing",
    "utility",
    "ctwa",
    "ai_agent",
    "escalation",
  ).optional(),
  /** Free text from the call that moved the thread. */
  metadata: text.optional(),
  conversation_context: loose({
    type: openEnum("summary").optional(),
    summary: loose({ text: text.optional() }).optional(),
  }).optional(),
}).optional();

/**
 * Another sender took or passed on a conversation. Everything inside may be absent, says the page.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messaging-handovers (read 2026-11-22)
 */
export const messaging_handovers = kinds(
  "messaging_handovers",
  loose({
    type: text.optional(),
    /** Seconds since 1970. */
    timestamp: unixSeconds.optional(),
    /** The customer. */
    sender: loose({ phone_number: text.optional() }).optional(),
    /** The business number. */
    recipient: loose({
      phone_number_id: text.optional(),
      display_phone_number: text.optional(),
    }).optional(),
  }),
  {
    control_passed: loose({ control_passed: control }),
    control_taken: loose({ control_taken: control }),
  },
  // Absent in the App Dashboard's test, where the content tells.
  {
    kindOf: (item) =>
      item.type ?? ["control_passed", "control_taken"].find((kind) => item[kind] !== undefined),
  },
);

const observed = kinds(
  "standby",
  loose({}),
  {
    /** A message of any type. Do not answer: it would take the conversation over. */
    message: anyMessage,
    /** As in the events `status.…`. */
    status: statusBase,
    /** What the owner of the conversation sent. */
    message_echo: loose({
      id: text.optional(),
      /** Seconds since 1970. */
      timestamp: unixSeconds.optional(),
      /** The request body that sent it. */
      message: z.record(z.string(), z.unknown()).optional(),
      /** Definition of the template that was used. */
      template: z.record(z.string(), z.unknown()).optional(),
      /** Definition of the flow that was used. */
      flow: z.record(z.string(), z.unknown()).optional(),
    }),
  },
  { identify: ({ id, type, status }) => (id === undefined ? undefined : [id, type, status]) },
);

/**
 * A copy of a conversation that another sender owns, such as Meta's Business Agent.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/standby (read 2026-11-22)
 */
export const standby = {
  lists: {
    contacts: contact,
    messages: { family: observed, kind: "message" },
    statuses: { family: observed, kind: "status" },
    message_echoes: { family: observed, kind: "message_echo" },
  },
  open: ({ standby, ...around }: Readonly<Record<string, unknown>>) => {
    const inside: { readonly beside?: unknown } =
      typeof standby === "object" && standby !== null ? standby : {};
    if (!Object.values(around).some(isFilledList)) return { ...inside };
    // No list of the table, so that it becomes an `unknown` event. What is called so inside is not known either.
    return { ...inside, beside: [around, inside.beside].filter((each) => each !== undefined) };
  },
} as const;
