import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { latencyOf, sendOpenLoop } from "../open-loop.ts";
import { loads, RequestMaker } from "../requests.ts";
import { SECRET } from "../target.ts";

interface Body {
  readonly entry: readonly {
    readonly changes: readonly {
      readonly value: {
        readonly messages: readonly { readonly id: string; readonly from: string }[];
      };
    }[];
  }[];
}

const messagesOf = (body: Uint8Array) =>
  (JSON.parse(Buffer.from(body).toString()) as Body).entry.flatMap(({ changes }) =>
    changes.flatMap(({ value }) => value.messages),
  );

test.each(["whatsapp", "github", "line"] as const)(
  "requests for %s have the length that is asked for, all the same",
  (sender) => {
    const maker = new RequestMaker({ sender, ...loads["10 KB"] });
    expect(maker.bodyLength).toBe(10_240);
    expect(maker.request(7).byteLength).toBe(maker.request(123_456).byteLength);
  },
);

test("each request is signed over its own bytes", () => {
  const maker = new RequestMaker({ sender: "whatsapp", ...loads["1 KB"] });
  for (const index of [0, 1, 999_999]) {
    const { body, headers } = maker.parts(index);
    const mac = createHmac("sha256", SECRET).update(body).digest("hex");
    expect(headers["X-Hub-Signature-256"]).toBe(`sha256=${mac}`);
  }
});

test("no id comes twice, in one body, in two, or in bodies of another shape", () => {
  const batch = new RequestMaker({ sender: "whatsapp", ...loads["1000 items"] });
  const one = new RequestMaker({ sender: "whatsapp", ...loads["1 KB"] });
  const ids = [0, 1]
    .flatMap((index) => [batch, one].flatMap((maker) => messagesOf(maker.parts(index).body)))
    .map(({ id }) => id);
  expect(ids).toHaveLength(2_002);
  expect(new Set(ids).size).toBe(2_002);
});

test("the items of a batch are of many customers", () => {
  const batch = new RequestMaker({ sender: "whatsapp", bytes: 0, items: 100 });
  const customers = messagesOf(batch.parts(0).body).map(({ from }) => from);
  expect(new Set(customers).size).toBe(100);
  for (const customer of customers) expect(customer).toMatch(/^1212555\d{4}$/);
});

test("requests at fixed times wait for no answer, and late answers count from when their requests were due", async () => {
  const maker = new RequestMaker({ sender: "whatsapp", ...loads["1 KB"] });
  const waiting: ServerResponse[] = [];
  const server = createServer((req, res) => {
    req.resume().on("end", () => {
      waiting.push(res);
      // Nobody is answered before the last one has asked, and that one first: whatever holds up an answer adds to the first's time.
      if (waiting.length === 20) for (const response of waiting.reverse()) response.end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const answers = await sendOpenLoop(port, maker, 0, { perSecond: 100, burst: 2, seconds: 0.2 });
  server.closeAllConnections();
  server.close();
  expect(answers).toHaveLength(20);
  // The last two were due 180 ms after the first two.
  const [first, last] = [answers[0]?.tookMs ?? 0, answers[19]?.tookMs ?? 0];
  expect(first).toBeGreaterThanOrEqual(180);
  expect(first - last).toBeGreaterThanOrEqual(150);
  expect(latencyOf(answers)).toMatchObject({ notOk: 0 });
});
