import type { ChatMessage } from "../../src/conversations.ts";

const business = {
  waiting: "on its way",
  sent: "sent",
  delivered: "delivered",
  read: "read",
  failed: "failed",
};
const customer = {
  ...business,
  waiting: "not taken yet",
  delivered: "taken by the receiver",
  read: "read by the business",
  failed: "not taken",
};

/** How far a message has come. */
export function Ticks({ message: { from, status } }: { readonly message: ChatMessage }) {
  const word = (from === "business" ? business : customer)[status];
  return (
    <span class={`ticks ${status}`} title={word}>
      <span class="word">{word}</span>
      <svg viewBox="0 0 20 12" width="20" height="12" aria-hidden="true">
        {status === "waiting" && <path d="M10 2a4 4 0 1 0 .01 0M10 3.6V6l1.6 1" />}
        {status === "failed" && <path d="M10 1v6M10 9.5v.6" />}
        {!["waiting", "failed"].includes(status) && <path d="M1 6.5 4.5 10 11 2" />}
        {["delivered", "read"].includes(status) && <path d="M9.4 8.6 10.8 10 17.3 2" />}
      </svg>
    </span>
  );
}
