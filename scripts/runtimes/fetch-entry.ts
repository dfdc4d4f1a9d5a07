import { inspect } from "node:util";
import { fetchCases, processCases } from "./fetch-cases.ts";
import type { Result } from "./results.ts";
import { type Served, serve, servesFromProcess } from "./serve.ts";
import { workerCases } from "./worker-cases.ts";

/** Serves with the Fetch entry on this run-time and tries every case. */
export async function tryFetchEntry(
  runtime: string,
  name: string,
  binary: string,
): Promise<Result> {
  const began = performance.now();
  const served: Served = await serve(name, binary);
  const lasts = servesFromProcess(name);
  const cases: (readonly [string, () => Promise<void>])[] = [
    ...Object.entries({ ...fetchCases, ...(lasts && processCases) }).map(
      ([title, run]) => [title, () => run(served.url)] as const,
    ),
    ...Object.entries(lasts ? {} : workerCases).map(
      ([title, run]) => [title, () => run(name, binary)] as const,
    ),
  ];
  const failures: string[] = [];
  for (const [title, run] of cases) {
    try {
      await run();
    } catch (error) {
      failures.push(`${title}: ${inspect(error)}`);
    }
  }
  await served.end();
  return {
    runtime,
    what: lasts ? "Fetch entry" : "Fetch entry, webhooks for each request",
    passed: cases.length - failures.length,
    failed: failures.length,
    skipped: 0,
    seconds: (performance.now() - began) / 1000,
    failure: failures.length === 0 ? undefined : `${failures.join("\n")}\n${served.output()}`,
  };
}
