import { expect } from "vitest";
import type { Emulator, EmulatorOptions } from "../../src/index.ts";
import { call } from "./api.ts";
import { SECRET, started } from "./emulators.ts";
import { type Receiver, VERIFY_TOKEN } from "./receiver.ts";

export const APP = "740315520918264";
export const WABA = "104853279016642";
export const NUMBER = "109447120836512";
export const OTHER = {
  id: "209447120836512",
  displayPhoneNumber: "12125550189",
  wabaId: "204853279016642",
};
export const DEFAULT = { id: NUMBER, displayPhoneNumber: "12125550188", wabaId: WABA };
export const appToken = `${APP}|${SECRET}`;
export const userToken = `EMULATOR-${APP}`;

export function graphError(code: number, message?: RegExp) {
  return {
    error: expect.objectContaining({
      code,
      ...(message && { message: expect.stringMatching(message) }),
      fbtrace_id: expect.any(String),
    }),
  };
}

export function subscription(receiver: Receiver, changes: object = {}) {
  return {
    object: "whatsapp_business_account",
    callback_url: receiver.url,
    fields: "messages,account_alerts",
    verify_token: VERIFY_TOKEN,
    ...changes,
  };
}

/** An emulator whose app is subscribed at the receiver through the API, as an integration would do it. */
export async function integrated(
  receiver: Receiver,
  options: EmulatorOptions = {},
): Promise<Emulator> {
  const emulator = await started(options);
  const json = subscription(receiver);
  await call(emulator, `POST /v23.0/${APP}/subscriptions`, { token: appToken, json });
  for (const { wabaId } of emulator.numbers)
    await call(emulator, `POST /v23.0/${wabaId}/subscribed_apps`, { token: userToken });
  return emulator;
}
