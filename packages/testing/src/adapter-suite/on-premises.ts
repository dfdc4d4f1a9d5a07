import assert from "node:assert/strict";
import { onPremises } from "../notification.ts";
import { authorized, signed } from "../signed.ts";
import type { Check } from "./adapter-cases.ts";
import { SECRET } from "./rig.ts";

const AUTHORIZATION = "Basic c3VpdGU6c3VpdGU=";
const OPTIONS = { options: { onPremises: { authorization: AUTHORIZATION } } };

export const onPremisesChecks: readonly Check[] = [
  {
    name: "On-Premises: the right authorization is 200 and its event arrives",
    async run(open) {
      const rig = await open(OPTIONS);
      const request = authorized(onPremises({ text: "é / 🥖" }), AUTHORIZATION);
      assert.equal((await rig.post(request)).status, 200);
      assert.deepEqual(await rig.texts(), ["é / 🥖"]);
      assert.ok(rig.events.every(({ source }) => source === "on-premises"));
    },
  },
  {
    name: "On-Premises: a wrong or missing authorization is 401",
    async run(open) {
      const rig = await open(OPTIONS);
      const { body, headers } = authorized(onPremises({ text: "a" }), AUTHORIZATION);
      const { Authorization: right = "", ...rest } = headers;
      for (const authorization of ["Basic Zm9yZ2Vk", right.toLowerCase(), undefined]) {
        const own = authorization === undefined ? {} : { Authorization: authorization };
        assert.equal((await rig.post({ body, headers: { ...rest, ...own } })).status, 401);
      }
      assert.deepEqual(await rig.texts(), []);
    },
  },
  {
    name: "On-Premises: with a signature header that is wrong, the right authorization does not help",
    async run(open) {
      const rig = await open(OPTIONS);
      const body = onPremises({ text: "a" });
      for (const signature of [
        signed(body, "a guess").headers,
        { "X-Hub-Signature-256": "none" },
      ]) {
        const headers = { ...signature, Authorization: AUTHORIZATION };
        assert.equal((await rig.post({ ...authorized(body, ""), headers })).status, 401);
      }
      assert.deepEqual(await rig.texts(), []);
    },
  },
  {
    name: "On-Premises: without the option, an authorization lets nothing in",
    async run(open) {
      const rig = await open();
      const request = authorized(onPremises({ text: "a" }), AUTHORIZATION);
      assert.equal((await rig.post(request)).status, 401);
      await rig.expectAlive();
    },
  },
  {
    name: "On-Premises: the verify function sees the headers and the very bytes",
    async run(open) {
      const { body, headers } = signed(onPremises({ text: "ä" }), SECRET);
      const seen: unknown[] = [];
      const rig = await open({
        options: {
          onPremises: {
            verify(request) {
              seen.push(request.header("x-api-key"), Buffer.compare(request.body, body));
              return true;
            },
          },
        },
      });
      const own = { "Content-Type": headers["Content-Type"] ?? "", "X-Api-Key": "k" };
      assert.equal((await rig.post({ body, headers: own })).status, 200);
      assert.deepEqual(seen, ["k", 0]);
      assert.deepEqual(await rig.texts(), ["ä"]);
    },
  },
];
