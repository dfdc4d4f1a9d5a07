import assert from "node:assert/strict";
import { DEFAULT_PATH } from "@whatsapp-webhooks/core";
import type { Check } from "./adapter-cases.ts";
import { TOKEN } from "./rig.ts";

const CHALLENGE = "0115820144801";

/** The query of a handshake; a value in a list is given as often as the list is long, an empty list leaves it out. */
function handshake(parts: Readonly<Record<string, string | readonly string[]>> = {}): string {
  const query = { mode: "subscribe", verify_token: TOKEN, challenge: CHALLENGE, ...parts };
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value) => [`hub.${name}`, value] as [string, string]),
  );
  return `${DEFAULT_PATH}?${new URLSearchParams(pairs)}`;
}

const refused: Readonly<Record<string, Parameters<typeof handshake>[0]>> = {
  "a wrong token": { verify_token: "another token" },
  "a missing token": { verify_token: [] },
  "a doubled token": { verify_token: [TOKEN, TOKEN] },
  "another mode": { mode: "unsubscribe" },
  "no mode": { mode: [] },
};

export const handshakeChecks: readonly Check[] = [
  {
    name: "handshake: the right token gets exactly the challenge, as plain text that nothing sniffs",
    async run(open) {
      const { status, headers, body } = await (await open()).send({
        method: "GET",
        path: handshake(),
      });
      assert.equal(status, 200);
      assert.equal(body, CHALLENGE);
      assert.match(headers["content-type"] ?? "", /^text\/plain\b/);
      assert.equal(headers["x-content-type-options"], "nosniff");
    },
  },
  {
    name: "handshake: a challenge of any characters comes back whole",
    async run(open) {
      const challenge = '"é" 100% <b>🥖</b> a+b/c';
      const { status, body } = await (await open()).send({
        method: "GET",
        path: handshake({ challenge }),
      });
      assert.equal(status, 200);
      assert.equal(body, challenge);
    },
  },
  ...Object.entries(refused).map(
    ([what, parts]): Check => ({
      name: `handshake: ${what} is refused, and the challenge not echoed`,
      async run(open) {
        const { status, body } = await (await open()).send({
          method: "GET",
          path: handshake(parts),
        });
        assert.ok(status === 400 || status === 403, `the answer is ${status}, not 400 or 403`);
        assert.ok(!body.includes(CHALLENGE), "the answer holds the challenge");
      },
    }),
  ),
  {
    name: "handshake: no challenge, or two, is refused",
    async run(open) {
      const rig = await open();
      for (const challenge of [[], [CHALLENGE, CHALLENGE]]) {
        const { status, body } = await rig.send({ method: "GET", path: handshake({ challenge }) });
        assert.equal(status, 400);
        assert.ok(!body.includes(CHALLENGE), "the answer holds the challenge");
      }
    },
  },
];
