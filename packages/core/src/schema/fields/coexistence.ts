import * as z from "zod";
import { anyMessage, anyMessageShape } from "../any-message.ts";
import { errorObject } from "../error-object.ts";
import { contact } from "../families.ts";
import { kinds, wordIn } from "../family.ts";
import { messageBaseShape } from "../message-base.ts";
import { messageAliases, messageTypes } from "../message-types.ts";
import { isFilledList, loose, openEnum, text } from "../shape.ts";

const echoShape = {
  ...messageBaseShape,
  /** The customer's phone number, with or without `+`. Absent when hidden. */
  to: text.optional(),
  to_user_id: text.optional(),
  to_parent_user_id: text.optional(),
  /** In `message_echoes`: what wrote it. */
  message_creation_type: openEnum("created_by_1p_bot").optional(),
};
type Echo = typeof echoShape;
export interface EchoShape extends Echo {}
const echo: z.ZodObject<EchoShape, z.core.$strip> = loose(echoShape);

const echoes = <N extends string>(name: N) =>
  kinds(name, echo, messageTypes, {
    kindOf: (item) => item.type,
    aliases: messageAliases,
    identify: ({ id, type }) => [id, type],
  });

/**
 * A message that the business sent from its WhatsApp Business app, by type as in `message.<type>`.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/smb_message_echoes (read 2026-11-22)
 */
export const smb_message_echoes = {
  lists: { contacts: contact, message_echoes: echoes("smb_message_echoes") },
};

const botEchoes = echoes("message_echoes");

/** A message that the business sent by other means than this app. No readable page; some bodies have `messages` instead. */
export const message_echoes = {
  lists: { contacts: contact, message_echoes: botEchoes, messages: botEchoes },
};

const progressShape = {
  /** 0 for the last day, 1 up to 90 days, 2 up to 180 days. */
  phase: z.union([z.number(), text]).optional(),
  /** Chunks may arrive in any order. */
  chunk_order: z.union([z.number(), text]).optional(),
  /** Per cent; 100 is the end. */
  progress: z.union([z.number(), text]).optional(),
};
type Progress = typeof progressShape;
export interface ProgressShape extends Progress {}
const progress: z.ZodObject<ProgressShape, z.core.$strip> = loose(progressShape);

const pastShape = {
  ...anyMessageShape,
  /** The customer's phone number, on messages of the business. */
  to: text.optional(),
  history_context: loose({
    status: openEnum("DELIVERED", "ERROR", "PENDING", "PLAYED", "READ", "SENT").optional(),
  }).optional(),
  /** Ours: the conversation it belongs to, taken from around it. */
  thread: loose({
    /** The customer's phone number. Absent when hidden. */
    id: text.optional(),
    context: loose({
      wa_id: text.optional(),
      user_id: text.optional(),
      parent_user_id: text.optional(),
      username: text.optional(),
    }).optional(),
  }).optional(),
};
type Past = typeof pastShape;
export interface PastShape extends Past {}

const past: z.ZodObject<PastShape, z.core.$strip> = loose(pastShape);

const shared = kinds(
  "history",
  loose({}),
  {
    /**
     * A past message, of any type: the one that `type` names. Media come first as `media_placeholder`, those of the
     * last 14 days a second time with their content.
     */
    message: past,
    /** Media that the business had sent. */
    message_echo: anyMessage,
    /** How far the import has come; after the messages of each chunk. */
    progress,
    /** The business does not share its history (2593109). */
    error: errorObject,
  },
  { identify: ({ id, type }) => (id === undefined ? undefined : [id, type]) },
);

/**
 * Up to 180 days of past messages, once, after a number of the WhatsApp Business app was connected. Thousands in a body.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/history (read 2026-11-22)
 */
export const history = {
  lists: {
    contacts: contact,
    past: { family: shared, kind: "message" },
    messages: { family: shared, kind: "message" },
    message_echoes: { family: shared, kind: "message_echo" },
    errors: { family: shared, kind: "error" },
    progress: { family: shared, kind: "progress" },
  },
  /** Threads become one list of messages, each with its thread. */
  open: ({
    history: chunks,
    errors: others,
    past,
    progress,
    unreadable,
    ...value
  }: Readonly<Record<string, unknown>>) => {
    const list = itemsOf(chunks);
    const threads = list.flatMap((each) => itemsOf(each.threads));
    return {
      ...value,
      // No list of the table, so that it becomes an `unknown` event.
      unreadable: [chunks, ...list.map((each) => each.threads)]
        .flatMap(othersOf)
        .concat(list.flatMap(newsOf))
        .concat(threads.map(threadOf).filter(isLong))
        // Lists that are called as these here are.
        .concat([past, progress, unreadable].filter(isFilledList)),
      past: threads.flatMap(messagesOf),
      errors: [others, ...list.map(({ errors }) => errors)].flatMap((each) => each ?? []),
      progress: list.flatMap(({ metadata }) => (metadata === undefined ? [] : [metadata])),
    };
  },
  rawOf: (item: unknown) => (isItem(item) ? withoutThread(item) : item),
} as const;

/** What is said of a thread has some hundred characters. It goes into each of its messages, where a long one would cost too much. */
const LONGEST_THREAD = 2_000;

/** So is what is nested too deep to be written. */
function isLong(thread: unknown): boolean {
  try {
    return JSON.stringify(thread).length > LONGEST_THREAD;
  } catch {
    return true;
  }
}

/** As much of it as is not long: which thread it is comes first, and with whom. */
function briefly(thread: Readonly<Record<string, unknown>>): unknown {
  const { id, context } = thread;
  return [thread, { id, context }, { id }].find((each) => !isLong(each)) ?? {};
}

function threadOf({ messages: _messages, ...thread }: Readonly<Record<string, unknown>>): unknown {
  return thread;
}

function messagesOf({ messages, ...around }: Readonly<Record<string, unknown>>): unknown[] {
  const list: readonly unknown[] = Array.isArray(messages) ? messages : othersOf(messages);
  const thread = briefly(around);
  return list.map((each) => (isItem(each) ? { ...each, thread } : each));
}

function withoutThread({
  thread: _thread,
  ...message
}: Readonly<Record<string, unknown>>): unknown {
  return message;
}

/** Lists of a chunk that nobody knows yet. */
function newsOf({
  threads: _threads,
  errors: _errors,
  metadata: _metadata,
  ...news
}: Readonly<Record<string, unknown>>): unknown[] {
  return Object.values(news).some(isFilledList) ? [news] : [];
}

function itemsOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isItem) : [];
}

function othersOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.filter((each) => !isItem(each));
  return value === undefined ? [] : [value];
}

function isItem(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The address book of the WhatsApp Business app changed.
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/smb_app_state_sync (read 2026-11-22)
 */
export const smb_app_state_sync = {
  lists: {
    state_sync: kinds(
      "smb_app_state_sync",
      loose({
        type: text.optional(),
        /** `add` for edits too. */
        action: openEnum("add", "remove").optional(),
        metadata: loose({
          /** Seconds since 1970. */
          timestamp: z.union([text, z.number()]).optional(),
        }).optional(),
      }),
      {
        contact: loose({
          contact: loose({
            /** Absent on removal. */
            full_name: text.optional(),
            first_name: text.optional(),
            /** Absent when hidden. */
            phone_number: text.optional(),
            user_id: text.optional(),
            parent_user_id: text.optional(),
            username: text.optional(),
          }).optional(),
        }),
      },
      { kindOf: wordIn("type") },
    ),
  },
};
