import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { serve } from "./serve.ts";

const example = fileURLToPath(new URL("../../examples/workers/worker.ts", import.meta.url));
const outside = fileURLToPath(new URL("servers/workerd-outside.mjs", import.meta.url));
const PATIENCE_MS = 10_000;

/** What concerns workers alone, by what it shows. Each starts a worker of its own; rejects if it is not so. */
export const workerCases: Readonly<
  Record<string, (name: string, binary: string) => Promise<void>>
> = {
  async "webhooks outside of a request are refused, with the mend"(name, binary) {
    await assert.rejects(serve(name, binary, outside), /inside fetch\(\), for each request/);
  },

  "the example for workers": (name, binary) => tryExample(name, binary),

  // Their timers are numbers.
  "the example, as a worker of 2024": (name, binary) => tryExample(name, binary, "2024-09-23"),
};

async function tryExample(name: string, binary: string, date?: string): Promise<void> {
  const worker = await serve(name, binary, example, date);
  try {
    const query = "hub.mode=subscribe&hub.verify_token=a+token&hub.challenge=1158201444";
    assert.equal(await (await fetch(`${worker.url}/?${query}`)).text(), "1158201444");
    for (const text of ["two loaves", "three loaves"]) {
      assert.equal((await post(worker.url, text, "another secret")).status, 401);
      assert.equal((await post(worker.url, text, "an app secret")).status, 200);
      const end = performance.now() + PATIENCE_MS;
      while (!worker.output().includes(`A text of ${text.length} characters.`)) {
        assert.ok(performance.now() < end, `It was not handled:\n${worker.output()}`);
        await sleep(20);
      }
    }
  } finally {
    await worker.end();
  }
}

function post(url: string, text: string, secret: string): Promise<Response> {
  const from = "12125550100";
  const value = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "12125550188", phone_number_id: "700000000000001" },
    contacts: [{ wa_id: from, profile: { name: "Dana" } }],
    messages: [{ from, id: text, timestamp: "1790000000", type: "text", text: { body: text } }],
  };
  const entry = [{ id: "800000000000001", changes: [{ field: "messages", value }] }];
  const body = JSON.stringify({ object: "whatsapp_business_account", entry });
  const hash = createHmac("sha256", secret).update(body).digest("hex");
  return fetch(url, { method: "POST", body, headers: { "x-hub-signature-256": `sha256=${hash}` } });
}
