import type { Handling, Receiving, Telemetry } from "./telemetry.ts";

/** What core calls: with every method there, none of which throws. */
export interface HarmlessTelemetry extends Required<Omit<Telemetry, "receiving" | "handling">> {
  receiving(request: Parameters<Required<Telemetry>["receiving"]>[0]): Watched<Receiving>;
  handling(event: Parameters<Required<Telemetry>["handling"]>[0]): Watched<Handling>;
}

/** What is watched while it goes on. `run` calls `work` exactly once, whatever the watcher does, and gives what it returns. */
type Watched<T extends { run?: unknown }> = Required<Omit<T, "run">> & {
  run<R>(work: () => R): R;
};

/** The same telemetry, except that what it throws is not heard of: being watched must cost no notification its answer. */
export function harmlessTelemetry(telemetry: Telemetry): HarmlessTelemetry {
  return {
    receiving(request) {
      const receiving = quiet(() => telemetry.receiving?.(request));
      return {
        trace: quiet(() => receiving?.trace),
        run: (work) => runOnce(receiving, work),
        answered: (answer) => void quiet(() => receiving?.answered(answer)),
      };
    },
    handling(event) {
      const handling = quiet(() => telemetry.handling?.(event));
      return {
        run: (work) => runOnce(handling, work),
        failed: (failure) => void quiet(() => handling?.failed?.(failure)),
        ended: () => void quiet(() => handling?.ended()),
      };
    },
    duplicate: (event) => void quiet(() => telemetry.duplicate?.(event)),
    retried: (event) => void quiet(() => telemetry.retried?.(event)),
    deadLettered: (record) => void quiet(() => telemetry.deadLettered?.(record)),
    observe: (inbox) => {
      const end = quiet(() => telemetry.observe?.(inbox));
      return () => void quiet(() => end?.());
    },
  };
}

/** There is nowhere to tell of what goes wrong here. A promise is not waited for, whatever comes of it. */
function quiet<T>(call: () => T): T | undefined {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(() => {});
    return result;
  } catch {
    return undefined;
  }
}

/** `work` itself does not throw. */
function runOnce<R>(watcher: { run?(work: () => void): void } | undefined, work: () => R): R {
  let ran: { readonly result: R } | undefined;
  const once = (): { readonly result: R } => {
    ran ??= { result: work() };
    return ran;
  };
  if (watcher?.run !== undefined) quiet(() => watcher.run?.(() => void once()));
  return once().result;
}
