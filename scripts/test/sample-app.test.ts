import { notification, signed } from "@whatsapp-webhooks/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { SampleApp } from "../soak/sample-app.ts";

vi.setConfig({ testTimeout: 120_000 });
const poll = { timeout: 60_000 };

test("what is handled again is explained by a SIGKILL of the process that had handled it, and by nothing else", async () => {
  // In memory: no process knows what the one before has handled.
  const app = new SampleApp("node", "memory");
  onTestFinished(() => app.stop("SIGKILL"));
  await app.start();
  const { body, headers } = signed(notification({ text: "Hi" }), app.secret);
  const post = async () =>
    (await fetch(app.url, { method: "POST", body, headers: { ...headers } })).status;

  expect(await post()).toBe(200);
  await expect.poll(() => [...app.effects()].length, poll).toBe(1);
  expect(app).toMatchObject({ repetitions: 0, unexplained: [] });

  await app.restart("SIGKILL");
  expect(await post()).toBe(200);
  await expect.poll(() => app.repetitions, poll).toBe(1);
  expect(app.unexplained).toEqual([]);

  // The crash explained one repetition. Now another process has handled it, and ends in peace.
  await app.restart("SIGTERM");
  expect(await post()).toBe(200);
  await expect.poll(() => app.repetitions, poll).toBe(2);
  expect(app.unexplained).toEqual(["message.text"]);
  expect([...app.effects()]).toHaveLength(1);
});
