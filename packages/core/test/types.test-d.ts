import {
  type AnyEvent,
  type CloseOptions,
  type ConsumeContext,
  type Cut,
  createWebhooks,
  type EventMap,
  type EventName,
  type EventOf,
  eventNames,
  type HealthOptions,
  type Inbox,
  type InboxStats,
  isEventName,
  type Logger,
  type MemoryInboxOptions,
  type ParseOptions,
  type TenantSecret,
} from "@whatsapp-webhooks/core";
import { expectTypeOf, test } from "vitest";

const webhooks = createWebhooks({ appSecret: "secret", verifyToken: "token" });

test("a name narrows the event", () => {
  webhooks.on("message.text", (event, { signal, attempt }) => {
    expectTypeOf(event.name).toEqualTypeOf<"message.text">();
    expectTypeOf(event.data.text.body).toEqualTypeOf<string>();
    expectTypeOf(event.data.from).toEqualTypeOf<string | undefined>();
    expectTypeOf(event.timestamp).toEqualTypeOf<Date>();
    expectTypeOf(event.account.phoneNumberId).toEqualTypeOf<string | undefined>();
    expectTypeOf(event.sender?.key).toEqualTypeOf<string | undefined>();
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    expectTypeOf(attempt).toEqualTypeOf<number>();
    // @ts-expect-error a text message has no image
    event.data.image;
    // @ts-expect-error a misspelt property
    event.data.text.boddy;
    // @ts-expect-error a misspelt property of the event
    event.acount;
    // @ts-expect-error only interactive messages have a flow
    event.flow;
  });
});

test("misspelt properties do not compile where an event has no properties of its own either", () => {
  webhooks.on("status.read", (event) => {
    expectTypeOf(event.data.id).toEqualTypeOf<string>();
    // @ts-expect-error a misspelt property
    event.data.timestmp;
  });
  const read: EventOf<"status.read">["data"] = { id: "wamid.A", status: "read" };
  expectTypeOf(read.status).toEqualTypeOf<string>();
});

test("wrong names do not compile", () => {
  // @ts-expect-error there is no such message type
  webhooks.on("message.txt", () => {});
  // @ts-expect-error there is no such family
  webhooks.once("messages", () => {});
  // @ts-expect-error an event of its own name is no family
  webhooks.off("contact.unknown", () => {});
  // @ts-expect-error a handler is a function
  webhooks.on("message.text", "log");
});

test("secret and token are required", () => {
  // @ts-expect-error no verifyToken
  createWebhooks({ appSecret: "secret" });
  // @ts-expect-error no appSecret
  createWebhooks({ verifyToken: "token" });
});

test("a family is the union of its events and narrows by name", () => {
  webhooks.on("message", (event) => {
    expectTypeOf(event.data.from).toEqualTypeOf<string | undefined>();
    if (event.name === "message.image")
      expectTypeOf(event.data.image.id).toEqualTypeOf<string | undefined>();
    if (event.name === "message.invalid")
      expectTypeOf(event.issues[0]?.path).toEqualTypeOf<string | undefined>();
    // @ts-expect-error a status is no message
    if (event.name === "status.sent") return;
  });
  expectTypeOf<EventOf<"status">["name"]>().toEqualTypeOf<
    | "status.sent"
    | "status.delivered"
    | "status.read"
    | "status.played"
    | "status.failed"
    | "status.deleted"
    | "status.warning"
    | "status.payment"
    | "status.unknown"
    | "status.invalid"
  >();
  expectTypeOf<EventOf<"contact">["name"]>().toEqualTypeOf<"contact">();
});

test("unknown, invalid and * hear all families", () => {
  expectTypeOf<"unknown" | "message.unknown" | "calls.unknown">().toExtend<
    EventOf<"unknown">["name"]
  >();
  expectTypeOf<EventOf<"unknown">["name"]>().toExtend<"unknown" | `${string}.unknown`>();
  expectTypeOf<EventOf<"invalid">["name"]>().toExtend<`${string}.invalid`>();
  expectTypeOf<EventOf<"*">>().toEqualTypeOf<AnyEvent>();
  expectTypeOf<AnyEvent["name"]>().toEqualTypeOf<EventName>();
});

test("words of the platform are completed and new ones accepted", () => {
  const event = {} as EventMap["message.system"];
  const type = event.data.system.type;
  expectTypeOf<"user_changed_number">().toExtend<NonNullable<typeof type>>();
  expectTypeOf<string>().toExtend<NonNullable<typeof type>>();
  if (type === "something_new") return;
});

test("subscriptions of one number are the same", () => {
  expectTypeOf(webhooks.scoped("1").on).toEqualTypeOf(webhooks.on);
  expectTypeOf(webhooks.on("*", () => {})).toEqualTypeOf<() => void>();
});

test("a name from outside becomes a pattern", () => {
  expectTypeOf(eventNames).toEqualTypeOf<readonly EventName[]>();
  const word: string = "message.text";
  // @ts-expect-error any text is no pattern
  webhooks.on(word, () => {});
  if (isEventName(word)) webhooks.on(word, (event) => event.data);
});

test("an inbox is given all of the context", () => {
  expectTypeOf<Parameters<Inbox["consume"]>[1]>().toEqualTypeOf<ConsumeContext>();
  expectTypeOf<ConsumeContext>().toEqualTypeOf<{
    readonly logger: Logger;
    readonly cut: Cut;
    readonly concurrency: number;
  }>();
});

test("undefined is handed on where an option may be left out", () => {
  const size: number | undefined = undefined;
  const text: string | undefined = undefined;
  expectTypeOf({
    limitBytes: size,
    seenLimit: size,
    deadLetterLimitBytes: size,
  }).toExtend<MemoryInboxOptions>();
  expectTypeOf({ timeoutMs: size }).toExtend<CloseOptions & HealthOptions>();
  expectTypeOf({ secret: "s", tenant: text, accounts: undefined }).toExtend<TenantSecret>();
  expectTypeOf({ source: undefined, tenant: text, mostItems: size }).toExtend<ParseOptions>();
});

test("what is received is a date, or milliseconds; an inbox need not have a limit of dead letters", () => {
  expectTypeOf<ParseOptions["receivedAt"]>().toEqualTypeOf<number | Date | undefined>();
  const stats: InboxStats = { waiting: 0, waitingBytes: 0, deadLetters: 0, deadLetterBytes: 0 };
  expectTypeOf(stats.deadLetterLimitBytes).toEqualTypeOf<number | undefined>();
});
