import { signal } from "@preact/signals";
import { Announcer } from "./announcer.tsx";
import { Chat } from "./chat.tsx";
import { Deliveries } from "./deliveries.tsx";
import { Platform } from "./platform.tsx";
import { deliveries, state } from "./store.ts";
import { connection } from "./stream.ts";

const views = { chat: "Chat", deliveries: "Deliveries", platform: "Platform" };
type View = keyof typeof views;

/** Which part is seen where there is no room for all of them. */
const view = signal<View>("chat");

export function App() {
  return (
    <div class="app" data-view={view.value}>
      <header class="top">
        <h1>
          <img src="/page/icon.svg" alt="" width="26" height="26" />
          Platform emulator
        </h1>
        <nav class="views" aria-label="Parts of the page">
          {Object.entries(views).map(([name, label]) => (
            <button
              key={name}
              type="button"
              class={`view-${name}`}
              aria-pressed={view.value === name}
              onClick={() => (view.value = name as View)}
            >
              {label}
              {name === "deliveries" && <span class="count">{deliveries.value.length}</span>}
            </button>
          ))}
        </nav>
        <Connection />
      </header>
      <Announcer />
      <main>
        <Chat />
        <Deliveries />
        <Platform />
      </main>
    </div>
  );
}

const words = { connecting: "Connecting", open: "Live", lost: "Not connected" };

function Connection() {
  return (
    <p class={`connection ${connection.value}`}>
      {words[connection.value]}
      {state.value !== undefined && <span class="seed"> · seed {state.value.seed}</span>}
    </p>
  );
}
