import { signal } from "@preact/signals";
import { announce } from "./announcer.tsx";
import { forgetAll, takeDelivery, takeMessage, takeState } from "./store.ts";

/** Whether the emulator tells this page what happens. */
export const connection = signal<"connecting" | "open" | "lost">("connecting");

const AGAIN_MS = 2000;

/** Listens to the emulator for as long as the page is open. */
export function listen(): void {
  const source = new EventSource("/emulator/events");
  const on = (name: string, hear: (data: never) => void): void =>
    source.addEventListener(name, (event) => hear(JSON.parse(event.data) as never));
  on("hello", () => {
    if (connection.value === "lost") announce("Connected to the emulator again.");
    connection.value = "open";
    forgetAll();
  });
  on("state", takeState);
  on("message", takeMessage);
  on("delivery", takeDelivery);
  source.addEventListener("error", () => {
    if (connection.value === "open") announce("The connection to the emulator is lost.");
    connection.value = "lost";
    // A browser tries again by itself, but not after an answer like 503.
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, AGAIN_MS);
  });
}
