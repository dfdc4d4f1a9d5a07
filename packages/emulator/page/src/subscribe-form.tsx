import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { announce } from "./announcer.tsx";
import { messageOf, subscribe } from "./api.ts";

/** As in the App Dashboard: where the receiver is, and the word that it knows. */
export function SubscribeForm() {
  const fault = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  const id = useId();
  const submit = async (form: FormData): Promise<void> => {
    isBusy.value = true;
    fault.value = undefined;
    try {
      await subscribe(String(form.get("url")).trim(), String(form.get("token")));
      announce("The receiver is subscribed.");
    } catch (error) {
      fault.value = messageOf(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <form
      class="subscribe"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(new FormData(event.currentTarget));
      }}
    >
      <p class="field">
        <label for={`${id}-url`}>Callback URL</label>
        <input
          id={`${id}-url`}
          name="url"
          type="url"
          required
          defaultValue="http://localhost:3000/webhooks/whatsapp"
        />
      </p>
      <p class="field">
        <label for={`${id}-token`}>Verify token</label>
        <input id={`${id}-token`} name="token" required autocomplete="off" />
      </p>
      <div role="alert">{fault.value !== undefined && <p class="fault">{fault}</p>}</div>
      <button type="submit" class="main" disabled={isBusy.value}>
        {isBusy.value ? "Asking the URL …" : "Subscribe"}
      </button>
    </form>
  );
}
