import { Commands } from "./commands.tsx";
import { Secret } from "./secret.tsx";
import { SubscribeForm } from "./subscribe-form.tsx";

/** What to do while nobody gets anything. */
export function Setup() {
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
        <summary>The same in a terminal</summary>
        <Commands />
      </details>
    </div>
  );
}
