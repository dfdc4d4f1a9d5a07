import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ChatMessage } from "../../src/conversations.ts";
import { Content } from "./content.tsx";
import { hasFocusWithin } from "./focus.ts";
import { summary } from "./message-summary.ts";
import { Ticks } from "./ticks.tsx";
import { clockTime } from "./time.ts";
import { answering, write } from "./writing.ts";

const emojis = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

export interface MessageProps {
  readonly message: ChatMessage;
  readonly isLast: boolean;
  /** What it answers, in a few words. */
  readonly quoted: string | undefined;
  /** The reactions to it, empty when there are none: of the customer, and of the business. */
  readonly own: string;
  readonly theirs: string;
}

/** A message, its ticks, and what can be done with it. A reaction is no message of its own: it stands at its message. */
export function Message({ message, isLast, quoted, own, theirs }: MessageProps) {
  if (message.type === "reaction") return null;
  const { id, from, at } = message;
  const sender = from === "customer" ? "You" : "The business";
  return (
    <li class={`message ${from}`} tabIndex={isLast ? 0 : -1} data-id={id}>
      <div class="bubble">
        <span class="unseen">{sender}: </span>
        {quoted !== undefined && <p class="quoted">{quoted}</p>}
        <Content message={message} />
        {message.status === "failed" && <Failure message={message} />}
        <p class="meta">
          <time>{clockTime(at)}</time>
          <Ticks message={message} />
        </p>
        <Reactions own={own} theirs={theirs} />
      </div>
      <Actions message={message} />
    </li>
  );
}

function Failure({ message: { from, error } }: { readonly message: ChatMessage }) {
  const why =
    from === "customer"
      ? "No receiver has taken it."
      : `Not delivered${typeof error?.title === "string" ? `: ${error.title}` : "."}`;
  return <p class="failure">{why}</p>;
}

function Reactions({ own, theirs }: { readonly own: string; readonly theirs: string }) {
  if (own === "" && theirs === "") return null;
  return (
    <p class="reactions">
      {own !== "" && (
        <span>
          <span class="unseen">You reacted: </span>
          {own}
        </span>
      )}
      {theirs !== "" && (
        <span>
          <span class="unseen">The business reacted: </span>
          {theirs}
        </span>
      )}
    </p>
  );
}

function Actions({ message }: { readonly message: ChatMessage }) {
  const isChoosing = useSignal(false);
  const opener = useRef<HTMLButtonElement>(null);
  const react = (emoji: string | undefined): void => {
    isChoosing.value = false;
    opener.current?.focus();
    const content = { message_id: message.id, ...(emoji !== undefined && { emoji }) };
    void write({ type: "reaction", content });
  };
  const leave = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    isChoosing.value = false;
    opener.current?.focus();
  };
  return (
    <div class="actions">
      <button type="button" class="icon" onClick={() => (answering.value = message)}>
        <span aria-hidden="true">↩</span>
        <span class="unseen">Reply to: {summary(message)}</span>
      </button>
      <button
        type="button"
        class="icon"
        ref={opener}
        aria-expanded={isChoosing.value}
        onClick={() => (isChoosing.value = !isChoosing.value)}
      >
        <span aria-hidden="true">☺</span>
        <span class="unseen">React to: {summary(message)}</span>
      </button>
      {isChoosing.value && (
        // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it, wherever in it the focus is.
        <div
          class="emojis"
          onKeyDown={leave}
          onFocusOut={(event) => {
            if (!hasFocusWithin(event)) isChoosing.value = false;
          }}
        >
          {emojis.map((emoji) => (
            <button key={emoji} type="button" class="icon" onClick={() => react(emoji)}>
              {emoji}
            </button>
          ))}
          <button type="button" class="plain" onClick={() => react(undefined)}>
            None
          </button>
        </div>
      )}
    </div>
  );
}
