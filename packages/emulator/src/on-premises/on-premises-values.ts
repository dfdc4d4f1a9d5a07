import { type CustomerMessage, onPremisesMedia } from "../customer-message.ts";
import type { Person } from "../customers.ts";
import type { Ids } from "../ids.ts";
import { type Json, objectsOf, toSortedJson } from "../json.ts";
import type { Fate, SentMessage } from "../statuses.ts";

/** What the client does not know arrives like this. */
const unknownType: Json = {
  type: "unknown",
  errors: [
    {
      code: 501,
      title: "Unknown message type",
      details: "Message type is not currently supported",
    },
  ],
};

/** A customer's message. The sender's number must be known. */
export function messageBody(
  from: Person & { readonly phone: string },
  { type, content, media, replyTo, extra }: CustomerMessage,
  id: string,
  business: string,
  nowMs: number,
  ids: Ids,
  autoDownload: readonly string[],
): Json {
  const body =
    media === undefined ? content : onPremisesMedia(media, ids, autoDownload.includes(media.kind));
  return {
    contacts: [{ profile: { name: from.name }, wa_id: from.phone }],
    messages: [
      {
        ...(replyTo !== undefined && { context: { from: business, id: replyTo } }),
        from: from.phone,
        id,
        timestamp: String(Math.floor(nowMs / 1000)),
        ...(isKnown(type, content)
          ? { type, ...(body !== undefined && { [type]: body }) }
          : unknownType),
        ...extra,
      },
    ],
  };
}

/** Reactions and flows are younger than the client. */
function isKnown(type: string, content: unknown): boolean {
  const [interactive] = objectsOf([content]);
  return type !== "reaction" && !(type === "interactive" && interactive?.type === "nfm_reply");
}

/** A status of a message of the business, in the shape of the client's version. */
export function statusBody(
  message: SentMessage,
  recipient: string,
  status: Fate,
  version: string,
  nowMs: number,
  conversationId: string,
  error: Readonly<Json> = { code: 1026, title: "Receiver is incapable of receiving this message" },
): Json {
  const isTemplate = message.type === "template" || message.type === "hsm";
  const category = isTemplate ? "utility" : "service";
  const expiresAt = Math.floor(nowMs / 1000) + 24 * 3600;
  const seconds = String(Math.floor(nowMs / 1000));
  return {
    statuses: [
      {
        id: message.id,
        ...(isBefore(version, 2, 45) && { recipient_id: recipient }),
        ...(!isBefore(version, 2, 39) && { message: { recipient_id: recipient }, type: "message" }),
        status,
        timestamp: seconds,
        ...((status === "sent" || status === "delivered") && {
          conversation: {
            id: conversationId,
            ...(status === "sent" && { expiration_timestamp: expiresAt }),
            origin: { type: category },
          },
          pricing: { billable: isTemplate, category, pricing_model: "CBP" },
        }),
        ...(status === "failed" && { errors: [{ ...error }] }),
      },
    ],
  };
}

/** The lists of several bodies as one, keys in alphabetical order. */
export function assembleOnPremises(bodies: readonly Json[]): string {
  const merged: Json = {};
  for (const [name, value] of bodies.flatMap((body) => Object.entries(body))) {
    const before = merged[name];
    if (!Array.isArray(before) || !Array.isArray(value)) merged[name] = value;
    else
      merged[name] = [
        ...before,
        ...value.filter(
          (item) =>
            name !== "contacts" ||
            !before.some((other) => JSON.stringify(other) === JSON.stringify(item)),
        ),
      ];
  }
  return toSortedJson(merged);
}

function isBefore(version: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map(Number);
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}
