import { storeWith } from "../store-mutants/wrong-store.ts";
import { type InboxMutants, inboxOn, inboxWith } from "./wrong-inbox.ts";

const KEPT =
  "erase takes a person's items out of what waits and what is dead-lettered, and leaves the others'";
const DELIVERED = "what waits is delivered without the items of a person who was erased";

export const erasingMutants: InboxMutants = {
  "erases whole records, other people's items among them": {
    subject: inboxOn(
      storeWith((right) => ({ replace: (id, _body, was) => right.replace(id, undefined, was) })),
    ),
    caughtBy: [KEPT, DELIVERED],
  },
  "erases dead letters alone": {
    subject: inboxOn(
      storeWith((right) => ({
        find: (search) => (search.deadLetters ? right.find(search) : Promise.resolve({ ids: [] })),
      })),
    ),
    caughtBy: [DELIVERED],
  },
  "erases what waits alone": {
    subject: inboxOn(
      storeWith((right) => ({
        find: (search) => (search.deadLetters ? Promise.resolve({ ids: [] }) : right.find(search)),
      })),
    ),
    caughtBy: [KEPT],
  },
  "says that it erased": {
    subject: inboxWith(() => ({ erase: async () => 2 })),
    caughtBy: [KEPT, DELIVERED],
  },
};
