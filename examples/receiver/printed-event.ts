import type { AnyEvent, Person } from "@whatsapp-webhooks/core";

/** An event as the sample apps print it, read back from JSON: dates are text, and nobody is null. Narrow it by `name`. */
export type PrintedEvent = Printed<AnyEvent>;

type Printed<Event> = Event extends AnyEvent
  ? Omit<Event, "raw" | "timestamp" | "receivedAt" | "sender"> & {
      readonly timestamp: string;
      readonly receivedAt: string;
      readonly sender: Person | null;
    }
  : never;
