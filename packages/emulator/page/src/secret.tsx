import { useSignal } from "@preact/signals";
import type { Secrets } from "../../src/server/looks.ts";
import { attempt, fetchSecrets } from "./api.ts";

/** Fetched when somebody wants to see or copy it, and forgotten when it is hidden again. */
export function Secret({
  label,
  pick,
}: {
  readonly label: string;
  readonly pick: (secrets: Secrets) => string | undefined;
}) {
  const shown = useSignal<string | undefined>(undefined);
  const copied = useSignal(false);
  const fetched = async (): Promise<string | undefined> => {
    const secrets = await attempt(fetchSecrets);
    return secrets && pick(secrets);
  };
  const toggle = async (): Promise<void> => {
    shown.value = shown.value === undefined ? await fetched() : undefined;
  };
  const copy = async (): Promise<void> => {
    const secret = shown.value ?? (await fetched());
    if (secret === undefined) return;
    copied.value =
      (await attempt(async () => {
        await navigator.clipboard.writeText(secret);
        return true;
      })) ?? false;
  };
  return (
    <p class="secret">
      <span>{label}</span>
      <code>{shown.value ?? "••••••••••••"}</code>
      <button type="button" class="plain" onClick={() => void toggle()}>
        {shown.value === undefined ? "Show" : "Hide"}
        <span class="unseen"> {label}</span>
      </button>
      <button type="button" class="plain" onClick={() => void copy()}>
        {copied.value ? "Copied" : "Copy"}
        <span class="unseen"> {label}</span>
      </button>
    </p>
  );
}
