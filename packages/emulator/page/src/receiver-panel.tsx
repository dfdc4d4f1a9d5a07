import { Secret } from "./secret.tsx";
import { isSubscribed, state } from "./store.ts";
import { SubscribeForm } from "./subscribe-form.tsx";

/** Whom the platform tells, and what the business needs to answer. */
export function ReceiverPanel() {
  const told = state.value;
  if (told === undefined) return null;
  const [number] = told.numbers;
  const { url } = told.onPremises.settings.webhooks;
  return (
    <section class="panel" aria-labelledby="receiver-title">
      <h2 id="receiver-title">Receiver</h2>
      <dl class="facts-list">
        {told.apps.map(({ id, name, callbackUrl, fields }) => (
          <div key={id}>
            <dt>{name}</dt>
            <dd>
              {callbackUrl ?? "not subscribed"}
              {Array.isArray(fields) && <small>{fields.join(", ")}</small>}
            </dd>
          </div>
        ))}
        <div>
          <dt>On-Premises client</dt>
          <dd>{url === "" ? "no URL set" : url}</dd>
        </div>
      </dl>
      <details>
        <summary>To answer, and to check signatures</summary>
        <p>
          Your app answers customers through{" "}
          <code>
            POST {location.origin}/v23.0/{number?.id}/messages
          </code>
          , with the access token as <code>Authorization: Bearer …</code>
        </p>
        <Secret label="Access token" pick={({ apps }) => apps[0]?.accessToken} />
        <Secret label="App secret" pick={({ apps }) => apps[0]?.secret} />
      </details>
      {isSubscribed.value && (
        <details>
          <summary>Another callback URL</summary>
          <SubscribeForm />
        </details>
      )}
    </section>
  );
}
