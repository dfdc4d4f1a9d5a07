import { useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { announce } from "./announcer.tsx";
import { Composer } from "./composer.tsx";
import { Customers } from "./customers.tsx";
import { Message } from "./message.tsx";
import { summary } from "./message-summary.ts";
import { choose, conversation, countUnseen, current, line, reactions } from "./people.ts";
import { isSubscribed, messages, state } from "./store.ts";

/** The phone of a customer. */
export function Chat() {
  useSignalEffect(() => {
    const newest = countUnseen(messages.value);
    if (newest !== undefined) announce(`The business: ${summary(newest)}`);
  });
  return (
    <section class="chat" aria-label="Chat">
      <Customers />
      <ChatHead />
      <Log />
      <Composer key={current.value.phone ?? current.value.username} />
    </section>
  );
}

function ChatHead() {
  const { numbers = [] } = state.value ?? {};
  const { phone, username } = current.value;
  return (
    <div class="chat-head">
      <label>
        <span>Business</span>
        <select value={line.value} onChange={(event) => choose(event.currentTarget.value)}>
          {numbers.map(({ id, displayPhoneNumber }) => (
            <option key={id} value={id}>
              +{displayPhoneNumber}
            </option>
          ))}
          <option value="on-premises">On-Premises client</option>
        </select>
      </label>
      <p>
        You are <b>{current.value.name}</b>{" "}
        {phone === undefined ? `@${username}, number hidden` : `+${phone}`}
      </p>
    </div>
  );
}

function Log() {
  const list = useRef<HTMLOListElement>(null);
  const shown = conversation.value;
  const last = shown.at(-1)?.id;
  const words = new Map(shown.map((message) => [message.id, summary(message)]));
  useLayoutEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [last, shown.length, current.value]);
  useRoving(list);
  return (
    <ol class="log" ref={list} aria-label={`Messages with ${current.value.name}`}>
      {shown.length === 0 && (
        <li class="empty">
          {isSubscribed.value
            ? "Write something: it goes to your receiver as a signed notification."
            : "No receiver is subscribed yet, so nobody would get what you write."}
        </li>
      )}
      {shown.map((message) => (
        <Message
          key={message.id}
          message={message}
          isLast={message.id === last}
          quoted={message.replyTo && (words.get(message.replyTo) ?? "An older message")}
          own={reactions.value.get(message.id)?.customer ?? ""}
          theirs={reactions.value.get(message.id)?.business ?? ""}
        />
      ))}
    </ol>
  );
}

/** Arrows move between messages, so that Tab has to pass one of them only. */
function useRoving(list: { readonly current: HTMLOListElement | null }): void {
  useEffect(() => {
    const element = list.current;
    if (element === null) return;
    const move = (event: KeyboardEvent): void => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      const item = event.target;
      if (step === undefined || !(item instanceof HTMLElement) || !item.matches(".message")) return;
      const next = step < 0 ? item.previousElementSibling : item.nextElementSibling;
      if (!(next instanceof HTMLElement)) return;
      event.preventDefault();
      next.focus();
    };
    element.addEventListener("keydown", move);
    return () => element.removeEventListener("keydown", move);
  }, [list]);
}
