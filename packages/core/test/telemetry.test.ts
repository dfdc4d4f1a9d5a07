import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { describe, expect, test } from "vitest";
import { createWebhooks, type HandledEvent, type Telemetry } from "../src/index.ts";
import { capturedLog } from "./support/captured-log.ts";
import { cloudBody, SECRET, signedRequest, TOKEN, text } from "./support/notifications.ts";

const source = fileURLToPath(new URL("../src/", import.meta.url));

test("core alone loads nothing of OpenTelemetry", async () => {
  for (const entry of ["index.ts", "node.ts", "fetch.ts", "command.ts"]) {
    const bundle = await rolldown({ input: source + entry, platform: "node", treeshake: false });
    const { output } = await bundle.generate();
    await bundle.close();
    const modules = output.flatMap((chunk) =>
      chunk.type === "chunk" ? [...Object.keys(chunk.modules), ...chunk.imports] : [],
    );
    expect(modules.length).toBeGreaterThan(3);
    const theirs = modules.filter((path) => /opentelemetry|instruments|traceparent/.test(path));
    expect([entry, theirs]).toEqual([entry, []]);
  }
});

test("its entry does load it", () => {
  const script = `import("@whatsapp-webhooks/core/opentelemetry").then(({ openTelemetry }) => console.log(typeof openTelemetry().handling))`;
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const options = ["--import", "tsx", "--conditions=@whatsapp-webhooks/source", "-e", script];
  expect(execFileSync(process.execPath, options, { cwd: root, encoding: "utf8" })).toBe(
    "function\n",
  );
});

const options = { appSecret: SECRET, verifyToken: TOKEN };

/** A counter of one's own, as with prom-client. */
function counting() {
  const told: string[] = [];
  const handled: HandledEvent[] = [];
  const telemetry: Telemetry = {
    receiving: ({ method }) => ({
      answered: ({ status, code }) => told.push(`${method} ${status} ${code}`),
    }),
    handling(event) {
      handled.push(event);
      return { ended: () => told.push(`handled ${event.name}`) };
    },
    duplicate: ({ name }) => told.push(`duplicate ${name}`),
  };
  return { told, handled, telemetry };
}

describe("somebody's own telemetry", () => {
  test("may have the methods it likes, and is told what happened", async () => {
    const { told, handled, telemetry } = counting();
    const webhooks = createWebhooks({ ...options, telemetry });
    webhooks.on("message.text", async () => {});
    const happened = Math.floor(Date.now() / 1_000) - 3;
    const message = { ...text("a"), timestamp: String(happened) };
    await webhooks.receive(signedRequest(cloudBody([message])));
    await webhooks.idle();
    await webhooks.receive(signedRequest(cloudBody([message, text("b")])));
    await webhooks.idle();
    expect(told).toEqual([
      "POST 200 undefined",
      "handled message.text",
      "POST 200 undefined",
      "duplicate message.text",
      "handled message.text",
    ]);
    expect(handled[0]).toMatchObject({ name: "message.text", attempt: 1, trace: undefined });
    expect(handled[0]?.lagMs).toBeGreaterThanOrEqual(3_000);
    expect(handled[0]?.lagMs).toBeLessThan(120_000);
    await webhooks.close();
  });

  test("stores no trace if it gives none", async () => {
    const { telemetry } = counting();
    const records: object[] = [];
    const webhooks = createWebhooks({
      ...options,
      telemetry,
      inbox: {
        durable: true,
        receivesOnly: true,
        put: async (record) => void records.push(record),
        consume: async () => ({ close: async () => {} }),
        close: async () => {},
      },
    });
    await webhooks.receive(signedRequest(cloudBody([text("a")])));
    expect(Object.keys(records[0] ?? {})).toEqual(["id", "receivedAt", "auth", "body"]);
  });

  const broken = (): never => {
    throw new Error("broken");
  };
  const rejecting = async (): Promise<never> => broken();
  const twice = (work: () => void): void => {
    work();
    work();
  };
  const never = (): void => {};
  test.each<[string, Telemetry]>([
    [
      "throws everywhere",
      {
        receiving: broken,
        handling: broken,
        duplicate: broken,
        retried: broken,
        deadLettered: broken,
        observe: broken,
      },
    ],
    [
      "throws later",
      {
        receiving: () => ({ run: broken, answered: broken }),
        handling: () => ({ run: broken, failed: broken, ended: broken }),
        observe: () => broken,
      },
    ],
    [
      "rejects everywhere",
      {
        receiving: () => ({ run: rejecting, answered: rejecting }),
        handling: () => ({ run: rejecting, failed: rejecting, ended: rejecting }),
        duplicate: rejecting,
        retried: rejecting,
        deadLettered: rejecting,
        observe: () => rejecting,
      },
    ],
    // No TypeScript, which asks for objects here.
    [
      "is async where an object is expected",
      Object({ receiving: rejecting, handling: rejecting, observe: rejecting }),
    ],
    [
      "runs twice",
      {
        receiving: () => ({ run: twice, answered() {} }),
        handling: () => ({ run: twice, ended() {} }),
      },
    ],
    [
      "never runs",
      {
        receiving: () => ({ run: never, answered() {} }),
        handling: () => ({ run: never, ended() {} }),
      },
    ],
    ["is empty", {}],
  ])("that %s costs no answer and no event, and handles none twice", async (_what, telemetry) => {
    const webhooks = createWebhooks({
      ...options,
      telemetry,
      logger: capturedLog(),
      retry: { minDelayMs: 1 },
    });
    const attempts: number[] = [];
    webhooks.on("message.text", async (_event, { attempt }) => {
      attempts.push(attempt);
      if (attempt === 1) throw new Error("no");
    });
    const { status } = await webhooks.receive(signedRequest(cloudBody([text("a")])));
    expect(status).toBe(200);
    await expect.poll(() => attempts, { timeout: 10_000 }).toEqual([1, 2]);
    expect(await webhooks.close()).toEqual({ running: 0, pending: 0 });
  });
});
