import type { Target } from "../target.ts";

/** What can be fuzzed, by name. Loaded only when asked for: only then does its code count. */
export const targets: Readonly<Record<string, () => Promise<Target>>> = {
  parse: async () => (await import("./parse.ts")).parseTarget(),
  keys: async () => (await import("./keys.ts")).keysTarget(),
  signature: async () => (await import("./signature.ts")).signatureTarget(),
  receiver: async () => (await import("./receiver.ts")).receiverTarget(),
  http: async () => (await import("./http.ts")).httpTarget(),
};
