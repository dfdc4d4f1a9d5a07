import { onTestFinished, vi } from "vitest";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/index.ts";
import { type Receiver, VERIFY_TOKEN } from "./receiver.ts";

// A busy machine is no reason to fail: what is waited for comes, sooner or later.
vi.setConfig({ testTimeout: 60_000 });

/** A started emulator that ends with the test. */
export async function started(options: EmulatorOptions = {}): Promise<Emulator> {
  const secret = options.apps === undefined && { appSecret: SECRET };
  const emulator = createEmulator({ seed: 1, ...secret, ...options });
  await emulator.start();
  onTestFinished(() => emulator.stop());
  return emulator;
}

export const SECRET = "the app secret";

/** A started emulator whose only app is subscribed to everything at the receiver. */
export async function subscribed(
  receiver: Receiver,
  options: EmulatorOptions = {},
): Promise<Emulator> {
  const emulator = await started(options);
  await emulator.subscribe({ callbackUrl: receiver.url, verifyToken: VERIFY_TOKEN });
  return emulator;
}
