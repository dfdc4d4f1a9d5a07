import { Secret } from "./secret.tsx";
import { state } from "./store.ts";
import { SubscribeForm } from "./subscribe-form.tsx";

/** What to do while nobody gets anything. */
export function Setup() {
  const [app] = state.value?.apps ?? [];
  const id = app?.id ?? "";
  const graph = `${location.origin}/v23.0/${id}/subscriptions`;
  const command = [
    `curl -X POST ${graph} \\`,
    "  -d object=whatsapp_business_account -d include_values=true \\",
    "  -d fields=messages -d callback_url=http://localhost:3000/webhooks/whatsapp \\",
    '  -d verify_token=<your word> -d "access_token=<app id>|<app secret>"',
  ];
  return (
    <div class="setup">
      <h3>No receiver is subscribed</h3>
      <ol>
        <li>
          <p>Start your receiver with this app secret, and with a verify token that you make up:</p>
          <Secret label="App secret" pick={({ apps }) => apps[0]?.secret} />
        </li>
        <li>
          <p>Tell the platform where it is. It asks the URL at once, with your verify token.</p>
          <SubscribeForm />
        </li>
      </ol>
      <details>
        <summary>The same from code</summary>
        <pre>{command.join("\n")}</pre>
        <p>
          With more fields in <code>fields</code>, separated by commas; then{" "}
          <code>POST /v23.0/&lt;account id&gt;/subscribed_apps</code> with the access token. Or in
          one call, without the Graph API: <code>await emulator.subscribe({"{ … }"})</code>.
        </p>
      </details>
    </div>
  );
}
