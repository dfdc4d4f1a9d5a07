import {
  type Deliver,
  type Delivery,
  type Inbox,
  type InboxRecord,
  memoryInbox,
  type Outcome,
  type Store,
  storeInbox,
} from "@whatsapp-webhooks/core";
import type { InboxSubject } from "../../src/index.ts";
import { liftedSubject, type OpenStore } from "../subjects/memory-subjects.ts";

/** Deliberately wrong inboxes, by what each does wrong; with the cases that are there to catch it. */
export type InboxMutants = Readonly<
  Record<string, { readonly subject: InboxSubject; readonly caughtBy: readonly string[] }>
>;

type Wrong = (right: Inbox, store: Store) => Partial<Inbox>;

/** A right durable inbox, but for the parts given. With none it passes every case. */
export function inboxWith(wrong: Wrong, open?: OpenStore): InboxSubject {
  return liftedSubject({
    open,
    lift(store) {
      const right = storeInbox(store, { pollMs: 20 });
      return but(right, wrong(right, store));
    },
  });
}

/** A right inbox in memory, but for the parts given. */
export function memoryInboxWith(wrong: (right: Inbox) => Partial<Inbox>): InboxSubject {
  return {
    name: "memoryInbox",
    durable: false,
    place: async ({ limitBytes } = {}) => ({
      async open() {
        const right = memoryInbox(limitBytes === undefined ? {} : { limitBytes });
        return but(right, wrong(right));
      },
      remove: async () => {},
    }),
  };
}

/** A right inbox that has not all of what is optional. */
export function inboxWithout(
  parts: readonly (keyof Inbox)[],
  lacks: InboxSubject["lacks"] = {},
): InboxSubject {
  const right = liftedSubject({
    name: `an inbox without ${parts.join(", ")}`,
    lift: (store) =>
      new Proxy<Inbox>(storeInbox(store, { pollMs: 20 }), {
        get(inbox, name) {
          const part: unknown = parts.some((each) => each === name)
            ? undefined
            : Reflect.get(inbox, name);
          return typeof part === "function" ? part.bind(inbox) : part;
        },
      }),
  });
  return { ...right, lacks: { ...right.lacks, ...lacks } };
}

/** An inbox on a wrong store. */
export function inboxOn(open: OpenStore): InboxSubject {
  return liftedSubject({ open });
}

function but(right: Inbox, parts: Partial<Inbox>): Inbox {
  return new Proxy<Inbox>(right, {
    get(_, name) {
      const part: unknown = Reflect.get(name in parts ? parts : right, name);
      return typeof part === "function" ? part.bind(right) : part;
    },
  });
}

/** An inbox that does something else than to deliver. */
export function delivering(change: (deliver: Deliver) => Deliver): InboxSubject {
  return inboxWith((right) => ({
    consume: (deliver, context) => right.consume(change(deliver), context),
  }));
}

/** An inbox that takes each outcome for another one. */
export function outcomes(change: (outcome: Outcome) => Outcome): InboxSubject {
  return delivering(
    (deliver) => async (record, delivery) => change(await deliver(record, delivery)),
  );
}

/** An inbox that says something else with each delivery. */
export function saying(
  change: (delivery: Delivery, record: InboxRecord) => Partial<Delivery>,
): InboxSubject {
  return delivering(
    (deliver) => (record, delivery) =>
      deliver(record, {
        attempt: delivery.attempt,
        completed: delivery.completed,
        signal: delivery.signal,
        seen: (keys) => delivery.seen(keys),
        ...change(delivery, record),
      }),
  );
}
