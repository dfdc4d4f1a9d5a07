import { type InboxMutants, inboxWith } from "./wrong-inbox.ts";

/** An inbox that says it orders conversations, and hands records over whole, as they come. */
const { lacks: _, ...pretending } = inboxWith(() => ({ ordersConversations: true }));

export const conversationMutants: InboxMutants = {
  "says that it orders conversations": {
    subject: pretending,
    caughtBy: [
      "a record is delivered in its parts, each a record of its own, and those of no conversation wait for nothing",
      "a conversation is delivered one part at a time and in order, over all processes; others go on",
      "a conversation waits for a retry that holds it, and not for one that does not",
      "parts are dead-lettered and replayed by themselves, and their conversation goes on",
      "a process that dies over a conversation leaves it in order to others",
      "what is erased from the middle of a conversation lets nothing overtake",
    ],
  },
};
