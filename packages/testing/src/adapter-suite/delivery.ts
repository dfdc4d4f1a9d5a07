import assert from "node:assert/strict";
import { fixtureNames, loadFixture } from "../fixtures.ts";
import { batch, notification } from "../notification.ts";
import { authorized, signed } from "../signed.ts";
import type { Check } from "./adapter-cases.ts";
import { SECRET, writeCall } from "./rig.ts";

export const deliveryChecks: readonly Check[] = [
  {
    name: "delivery: a signed notification is answered exactly 200 and its event arrives",
    async run(open) {
      const rig = await open();
      const { status } = await rig.post(notification({ text: "Good morning" }));
      assert.equal(status, 200);
      assert.deepEqual(await rig.texts(), ["Good morning"]);
    },
  },
  {
    name: "delivery: header names count in any spelling",
    async run(open) {
      const rig = await open();
      const spellings = [
        String,
        (name: string) => name.toLowerCase(),
        (name: string) => name.toUpperCase(),
      ];
      for (const spell of spellings) {
        const { body, headers } = signed(notification({ text: "a" }), SECRET);
        const spelled = Object.entries(headers).map(
          ([name, value]) => [spell(name), value] as const,
        );
        assert.equal((await rig.send({ body, headers: spelled })).status, 200);
      }
      assert.deepEqual(await rig.texts(), ["a", "a", "a"]);
    },
  },
  {
    name: "delivery: every event of a batch arrives, in order",
    async run(open) {
      const rig = await open();
      const texts = ["one", "two", "three"];
      const { status } = await rig.post(batch(...texts.map((text) => notification({ text }))));
      assert.equal(status, 200);
      assert.deepEqual(await rig.texts(), texts);
    },
  },
  {
    name: "delivery: the answer does not wait for a handler",
    async run(open) {
      const rig = await open();
      let release: () => void = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let isFinished = false;
      const started = new Promise<void>((resolve) => {
        rig.webhooks.on("message.text", async () => {
          resolve();
          await held;
          isFinished = true;
        });
      });
      try {
        const { status } = await rig.post(notification({ text: "slowly" }));
        assert.equal(status, 200);
        await rig.within("the handler's start", started);
        assert.equal(isFinished, false, "the answer came after the handler had finished");
      } finally {
        release();
      }
      assert.deepEqual(await rig.texts(), ["slowly"]);
      assert.equal(isFinished, true);
    },
  },
  {
    name: "delivery: handlers that throw and reject change neither the answer nor the server",
    async run(open) {
      const rig = await open();
      rig.webhooks.on("message.text", () => {
        throw new Error("thrown by a handler");
      });
      rig.webhooks.on("message.text", () => Promise.reject(new Error("rejected by a handler")));
      for (const text of ["first", "second"]) {
        const { status } = await rig.post(notification({ text }));
        assert.equal(status, 200);
      }
      assert.deepEqual(await rig.texts(), ["first", "second"]);
      assert.ok(rig.errors.some(({ code }) => code === "handler_failed"));
    },
  },
  {
    name: "delivery: notifications that come at the same time all arrive, each once",
    async run(open) {
      const rig = await open();
      const texts = Array.from({ length: 40 }, (_, i) => `text ${i}`);
      const answers = await Promise.all(texts.map((text) => rig.post(notification({ text }))));
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
      assert.deepEqual((await rig.texts()).sort(), texts.sort());
    },
  },
  {
    name: "delivery: every fixture is answered 200 and gives its events",
    async run(open) {
      const authorization = "Bearer suite";
      const rig = await open({ options: { onPremises: { authorization } } });
      const expected = new Set<string>();
      const wire = await rig.wire();
      for (const name of fixtureNames()) {
        const { body, events } = loadFixture(name);
        for (const event of events) expected.add(event);
        const request = "entry" in body ? signed(body, SECRET) : authorized(body, authorization);
        writeCall(wire, { body: request.body, headers: Object.entries(request.headers) });
        assert.equal((await rig.answer(wire)).status, 200, name);
      }
      await rig.texts();
      const missing = [...expected].filter(
        (name) => !rig.events.some((event) => event.name === name),
      );
      assert.deepEqual(missing, []);
    },
  },
];
