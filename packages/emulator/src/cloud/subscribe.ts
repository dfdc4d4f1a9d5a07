import type { Accounts } from "../accounts.ts";
import type { SubscribeOptions } from "../options.ts";
import { cloudFields } from "./fields.ts";
import { type HandshakeOffice, shakeHands } from "./handshake.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** The callback URL did not pass the handshake. */
export class CallbackRefused extends Error {}

/** Subscribes an app to fields and to all its accounts, as the App Dashboard does. */
export async function subscribeApp(
  { apps }: Accounts,
  subscriptions: Subscriptions,
  handshake: HandshakeOffice,
  { callbackUrl, verifyToken, fields, includeValues = true, appId }: SubscribeOptions,
): Promise<void> {
  const app = apps.find(({ id }) => id === appId) ?? apps[0];
  if (app === undefined || (appId !== undefined && app.id !== appId))
    throw new TypeError("there is no such app.");
  const reason = await shakeHands(handshake, callbackUrl, verifyToken);
  if (reason !== undefined)
    throw new CallbackRefused(`the callback URL was not accepted: ${reason}.`);
  subscriptions.setApp(app.id, {
    callbackUrl,
    fields: fields ?? cloudFields,
    hasAllFields: fields === undefined,
    includeValues,
  });
  for (const wabaId of app.wabaIds)
    subscriptions.setWaba(app.id, wabaId, subscriptions.waba(app.id, wabaId) ?? {});
}
