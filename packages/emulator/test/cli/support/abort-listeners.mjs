// Loaded before `emulate`: says at its end how many listeners had piled up at one abort signal.
import { getEventListeners } from "node:events";

const signals = new Set();
const { addEventListener } = EventTarget.prototype;
EventTarget.prototype.addEventListener = function (type, ...others) {
  if (type === "abort") signals.add(this);
  return addEventListener.call(this, type, ...others);
};
process.once("SIGTERM", () => {
  const counts = Array.from(signals, (signal) => getEventListeners(signal, "abort").length);
  process.stdout.write(`abort listeners: ${Math.max(0, ...counts)}\n`);
});
