import type { Subscriptions } from "../cloud/subscriptions.ts";
import type { Emulator } from "../emulator.ts";
import type { EmulatorState, Secrets } from "./looks.ts";
import { showUrl } from "./show.ts";

/** What is set, without secrets: a screen may be shared. */
export function stateOf(emulator: Emulator, subscriptions: Subscriptions): EmulatorState {
  const { reach = "read" } = emulator.statuses;
  const { version, settings } = emulator.onPremises;
  const { webhooks } = settings;
  return {
    now: emulator.clock.now(),
    rate: emulator.clock.rate ?? 1,
    seed: emulator.seed,
    apps: emulator.apps.map(({ id, name, wabaIds }) => {
      const app = subscriptions.app(id);
      return {
        id,
        name,
        ...(app !== undefined && {
          callbackUrl: showUrl(app.callbackUrl),
          fields: app.hasAllFields ? "all" : app.fields,
          wabaIds: wabaIds.filter((wabaId) => subscriptions.waba(id, wabaId) !== undefined),
        }),
      };
    }),
    numbers: emulator.numbers,
    weather: emulator.weather,
    statuses: { reach: typeof reach === "function" ? "for each message" : reach },
    onPremises: {
      version,
      settings: { ...settings, webhooks: { ...webhooks, url: showUrl(webhooks.url) } },
    },
  };
}

/** Everything that a receiver and its business need to be let in. Only for whoever asks for it. */
export function secretsOf(emulator: Emulator): Secrets {
  return {
    apps: emulator.apps.map(({ id, secret, accessToken }) => ({
      id,
      secret,
      accessToken,
      appAccessToken: `${id}|${secret}`,
    })),
  };
}
