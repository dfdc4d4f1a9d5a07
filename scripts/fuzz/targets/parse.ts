import type { RecordAuth } from "@whatsapp-webhooks/core";
import { costOf } from "../cost.ts";
import { seedBodies } from "../seeds.ts";
import { checkBody } from "../sound-body.ts";
import type { Target } from "../target.ts";

const SIGNED: RecordAuth = { kind: "signature", tenant: "a/b" };
const UNSIGNED: RecordAuth = {
  kind: "on-premises",
  account: { displayPhoneNumber: "12125550199" },
};

/** The bytes of a body: what `parse` makes of them, and the cutting into conversations. */
export function parseTarget(): Target {
  return {
    seeds: seedBodies,
    run(input) {
      return costOf(input, () => {
        const came = checkBody(input, SIGNED);
        return came[0] === "envelope_not_allowed" ? checkBody(input, UNSIGNED) : came;
      });
    },
  };
}
