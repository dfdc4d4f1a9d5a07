import { computed, signal } from "@preact/signals";
import type { ChatMessage } from "../../src/conversations.ts";
import type { DeliveryView, EmulatorState } from "../../src/server/looks.ts";

/** The page forgets older ones, as the emulator itself does. */
const KEPT_DELIVERIES = 500;
const KEPT_MESSAGES = 1000;
const KEPT_ANSWERS = 500;

/** An answer of a receiver, for the plot. */
export interface AnswerTime {
  readonly ms: number;
  readonly isGood: boolean;
}

export const state = signal<EmulatorState | undefined>(undefined);
export const messages = signal<readonly ChatMessage[]>([]);
/** Newest first. */
export const deliveries = signal<readonly DeliveryView[]>([]);
export const answers = signal<readonly AnswerTime[]>([]);

export const isSubscribed = computed(
  () =>
    state.value !== undefined &&
    (state.value.apps.some(({ callbackUrl, wabaIds = [] }) => callbackUrl && wabaIds.length > 0) ||
      state.value.onPremises.settings.webhooks.url !== ""),
);

/** What came since the last frame. */
const known = {
  messages: new Map<string, ChatMessage>(),
  deliveries: new Map<string, DeliveryView>(),
  answers: [] as AnswerTime[],
  /** How many attempts of a delivery are in `answers` already. */
  counted: new Map<string, number>(),
};
let isPublishing = false;
let startedAt = { emulator: 0, here: 0, rate: 1 };

/** The emulator's time, told by its own clock and counted on here. */
export function emulatorNow(): number {
  return startedAt.emulator + (performance.now() - startedAt.here) * startedAt.rate;
}

/** How long a time of the emulator's clock takes for whoever waits here; infinite when its clock stands. */
export function realMs(emulatorMs: number): number {
  return emulatorMs / startedAt.rate;
}

/** The stream begins anew, and tells everything again. */
export function forgetAll(): void {
  known.messages.clear();
  known.deliveries.clear();
  known.answers = [];
  known.counted.clear();
  publish();
}

export function takeState(told: EmulatorState): void {
  startedAt = { emulator: told.now, here: performance.now(), rate: told.rate };
  state.value = told;
}

export function takeMessage(message: ChatMessage): void {
  known.messages.set(message.id, message);
  forgetOldest(known.messages, KEPT_MESSAGES);
  publish();
}

export function takeDelivery(delivery: DeliveryView): void {
  const counted = known.counted.get(delivery.key) ?? 0;
  const freshCount = delivery.attemptCount - counted;
  const fresh = freshCount > 0 ? delivery.attempts.slice(-freshCount) : [];
  for (const { answerMs, status, failure, weather } of fresh)
    if (failure === undefined || failure === "timeout")
      known.answers.push({ ms: answerMs, isGood: status === 200 || weather !== undefined });
  known.answers = known.answers.slice(-KEPT_ANSWERS);
  known.counted.set(delivery.key, delivery.attemptCount);
  known.deliveries.set(delivery.key, delivery);
  for (const key of forgetOldest(known.deliveries, KEPT_DELIVERIES)) known.counted.delete(key);
  publish();
}

function forgetOldest(map: Map<string, unknown>, limit: number): string[] {
  const gone: string[] = [];
  for (const key of map.keys()) {
    if (map.size <= limit) break;
    map.delete(key);
    gone.push(key);
  }
  return gone;
}

/** Numbers in names count as numbers: `1-10` is after `1-9`. */
const byKey = new Intl.Collator("en", { numeric: true });

/** Once a frame, however much comes. */
function publish(): void {
  if (isPublishing) return;
  isPublishing = true;
  requestAnimationFrame(() => {
    isPublishing = false;
    messages.value = [...known.messages.values()];
    deliveries.value = [...known.deliveries.values()].sort(
      (a, b) => b.createdAt - a.createdAt || byKey.compare(b.key, a.key),
    );
    answers.value = known.answers;
  });
}
