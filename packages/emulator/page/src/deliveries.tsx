import { useSignal } from "@preact/signals";
import { breakages } from "../../src/delivery/breakage.ts";
import type { DeliveryView } from "../../src/server/looks.ts";
import { Countdown } from "./countdown.tsx";
import { DeliveryDetails } from "./delivery-details.tsx";
import { Setup } from "./setup.tsx";
import { deliveries, isSubscribed, state } from "./store.ts";
import { clockTimeWithSeconds, duration } from "./time.ts";

const SHOWN_AT_ONCE = 60;

/** What the platform sends, newest first. */
export function Deliveries() {
  const limit = useSignal(SHOWN_AT_ONCE);
  const all = deliveries.value;
  return (
    <section class="deliveries" aria-labelledby="deliveries-title">
      <h2 id="deliveries-title">Deliveries</h2>
      {state.value !== undefined && !isSubscribed.value && <Setup />}
      {all.length === 0 && isSubscribed.value && (
        <p class="empty">Nothing was sent yet. What you write in the chat appears here.</p>
      )}
      <ol>
        {all.slice(0, limit.value).map((delivery) => (
          <Delivery key={delivery.key} delivery={delivery} />
        ))}
      </ol>
      {all.length > limit.value && (
        <button type="button" class="plain" onClick={() => (limit.value += SHOWN_AT_ONCE)}>
          Show older ones
        </button>
      )}
    </section>
  );
}

function Delivery({ delivery }: { readonly delivery: DeliveryView }) {
  const isOpen = useSignal(false);
  const { key, names, createdAt, attemptCount, duplicateOf, notificationId, api, preview } =
    delivery;
  const id = `details-${key.replace(/[^\w-]/g, "-")}`;
  return (
    <li class={`delivery ${toneOf(delivery)}`} data-key={key}>
      <button
        type="button"
        class="head"
        aria-expanded={isOpen.value}
        aria-controls={id}
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        <span class="names">
          {Object.entries(names).map(([name, count]) => (
            <code key={name}>
              {name}
              {count > 1 && <small> × {count}</small>}
            </code>
          ))}
        </span>
        <Outcome delivery={delivery} />
        <span class="facts">
          <time>{clockTimeWithSeconds(createdAt)}</time>
          <span>№ {notificationId}</span>
          {api === "on-premises" && <span class="tag">On-Premises</span>}
          {duplicateOf !== undefined && <span class="tag twin">repeats № {duplicateOf}</span>}
          {attemptCount > 1 && <span class="tag">{attemptCount} attempts</span>}
          {preview !== undefined && <q>{preview}</q>}
        </span>
      </button>
      <Countdown delivery={delivery} />
      <div id={id} hidden={!isOpen.value}>
        {isOpen.value && <DeliveryDetails delivery={delivery} />}
      </div>
    </li>
  );
}

function toneOf({ state, attempts }: DeliveryView): "good" | "bad" | "open" | "none" {
  if (state === "delivered") return "good";
  if (state === "discarded") return "none";
  if (state !== "waiting") return "bad";
  return attempts.length > 0 ? "bad" : "open";
}

const words: Record<DeliveryView["state"], string> = {
  waiting: "under way",
  delivered: "delivered",
  given_up: "given up",
  discarded: "nobody is subscribed",
  lost: "lost",
};

function Outcome({ delivery: { state, attempts } }: { readonly delivery: DeliveryView }) {
  const last = attempts.at(-1);
  if (last === undefined) return <span class="outcome">{words[state]}</span>;
  const { status, failure, weather, answerMs } = last;
  return (
    <span class="outcome">
      <b>{weather === undefined ? (failure ?? status) : breakages[weather]}</b> {duration(answerMs)}
      {(state === "given_up" || state === "lost") && <b> {words[state]}</b>}
    </span>
  );
}
