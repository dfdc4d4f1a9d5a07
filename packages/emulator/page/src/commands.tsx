import { useSignal } from "@preact/signals";
import type { EmulatorState, Secrets } from "../../src/server/looks.ts";
import { attempt, fetchSecrets } from "./api.ts";
import { state } from "./store.ts";

/** Lines to paste. The secrets in them come when somebody asks for them. */
export function Commands() {
  const secrets = useSignal<Secrets | undefined>(undefined);
  const told = state.value;
  if (told === undefined) return null;
  const toggle = async (): Promise<void> => {
    secrets.value = secrets.value === undefined ? await attempt(fetchSecrets) : undefined;
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
      <pre tabIndex={0}>{linesFor(told, secrets.value).join("\n")}</pre>
      <button type="button" class="plain" onClick={() => void toggle()}>
        {secrets.value === undefined ? "Show with the secrets" : "Hide the secrets"}
      </button>
      <p class="source">
        With more <code>fields</code>, separated by commas, for more than messages.
      </p>
    </>
  );
}

function linesFor({ apps, numbers }: EmulatorState, secrets: Secrets | undefined): string[] {
  const graph = `${location.origin}/v23.0`;
  const [app] = secrets?.apps ?? [];
  return [
    "# for your receiver, before it starts",
    `export WHATSAPP_APP_SECRET=${app?.secret ?? "••••"}`,
    "export WHATSAPP_VERIFY_TOKEN=a-word-of-yours",
    "",
    "# where it is, and what it wants",
    `curl ${graph}/${apps[0]?.id}/subscriptions \\`,
    "  -d object=whatsapp_business_account -d fields=messages -d include_values=true \\",
    "  -d callback_url=http://localhost:3000/webhooks/whatsapp \\",
    "  -d verify_token=a-word-of-yours \\",
    `  -d 'access_token=${app?.appAccessToken ?? "••••"}'`,
    "",
    "# whose messages",
    `curl -X POST ${graph}/${numbers[0]?.wabaId}/subscribed_apps \\`,
    `  -d 'access_token=${app?.accessToken ?? "••••"}'`,
  ];
}
