import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ChatMessage } from "../../src/conversations.ts";
import { Content } from "./content.tsx";
import { hasFocusWithin } from "./focus.ts";
import { summary } from "./message-summary.ts";
import { conversation } from "./people.ts";
import { Ticks } from "./ticks.tsx";
import { clockTime } from "./time.ts";
import { answering, write } from "./writing.ts";

const emojis = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/** A message, its ticks, and what can be done with it. A reaction is no message of its own: it stands at its message. */
export function Message({
  message,
  isLast,
}: {
  readonly message: ChatMessage;
  readonly isLast: boolean;
}) {
  if (message.type === "reaction") return null;
  const { id, from, at, replyTo } = message;
  const answered = conversation.value.find((each) => each.id === replyTo);
  const sender = from === "customer" ? "You" : "The business";
  return (
    <li class={`message ${from}`} tabIndex={isLast ? 0 : -1} data-id={id}>
      <div class="bubble">
        <span class="unseen">{sender}: </span>
        {replyTo !== undefined && (
          <p class="quoted">{answered === undefined ? "An older message" : summary(answered)}</p>
        )}
        <Content message={message} />
        {message.status === "failed" && <Failure message={message} />}
        <p class="meta">
          <time>{clockTime(at)}</time>
          <Ticks message={message} />
        </p>
        <Reactions id={id} />
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

/** The last reaction of each side, unless it was taken back. */
function Reactions({ id }: { readonly id: string }) {
  const last = new Map<string, string>();
  for (const { type, from, content } of conversation.value) {
    if (type !== "reaction" || typeof content !== "object" || content === null) continue;
    if (!("message_id" in content) || content.message_id !== id) continue;
    last.set(from, "emoji" in content && typeof content.emoji === "string" ? content.emoji : "");
  }
  const shown = [...last].filter(([, emoji]) => emoji !== "");
  if (shown.length === 0) return null;
  return (
    <p class="reactions">
      {shown.map(([from, emoji]) => (
        <span key={from}>
          <span class="unseen">{from === "customer" ? "You" : "The business"} reacted: </span>
          {emoji}
        </span>
      ))}
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
