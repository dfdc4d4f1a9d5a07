import type { Delivery } from "../../src/delivery/journal.ts";
import type { Weather } from "../../src/delivery/weather.ts";
import type { DeliveryView, Secrets } from "../../src/server/looks.ts";
import type { Verdict } from "../../src/verdict.ts";
import { notice } from "./announcer.tsx";

/** What a customer sends, as `POST /emulator/messages` takes it. */
export interface Writing {
  readonly type?: string;
  readonly text?: string;
  readonly content?: unknown;
  readonly media?: { readonly caption?: string; readonly filename?: string };
  readonly replyTo?: string;
}

async function call<Answer>(method: string, path: string, json?: unknown): Promise<Answer> {
  const response = await fetch(`/emulator/${path}`, {
    method,
    ...(json !== undefined && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(json),
    }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `The emulator answered ${response.status}.`);
  return answer;
}

/** Runs what somebody asked for; what goes wrong is shown, and the result is undefined. */
export async function attempt<Result>(run: () => Promise<Result>): Promise<Result | undefined> {
  try {
    const result = await run();
    notice.value = undefined;
    return result;
  } catch (error) {
    notice.value =
      error instanceof TypeError ? "The emulator cannot be reached." : messageOf(error);
    return undefined;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export const send = (message: object): Promise<unknown> => call("POST", "messages", message);
export const subscribe = (callbackUrl: string, verifyToken: string): Promise<unknown> =>
  call("POST", "subscriptions", { callbackUrl, verifyToken });
export const setWeather = (weather: Weather): Promise<unknown> => call("PUT", "weather", weather);
export const setReach = (reach: string): Promise<unknown> => call("PUT", "statuses", { reach });
export const fetchSecrets = (): Promise<Secrets> => call("POST", "secrets", {});
export const fetchVerdict = (): Promise<Verdict> => call("GET", "verdict");

/** The whole body, when the stream left it out because it is long. */
export async function fetchBody({ key }: DeliveryView): Promise<string> {
  const [delivery] = await call<readonly Delivery[]>(
    "GET",
    `deliveries?key=${encodeURIComponent(key)}`,
  );
  if (delivery === undefined) throw new Error("The emulator has forgotten this delivery.");
  return delivery.body;
}
