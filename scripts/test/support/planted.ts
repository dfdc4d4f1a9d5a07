// Fuzzes something with a bug behind four conditions, each in a block of its own, and prints what came of it as JSON:
// `planted.ts guided` or `planted.ts blind`.
import { Coverage } from "../../fuzz/coverage.ts";
import { fuzz } from "../../fuzz/fuzz.ts";
import { mustHold, type Target } from "../../fuzz/target.ts";

const target: Target = {
  seeds: () => [Buffer.from('{"a":1,"b":"text"}')],
  run(input) {
    const { a } = objectIn(Buffer.from(input).toString());
    if (Array.isArray(a)) {
      if (a.length === 3) {
        if (Array.isArray(a[1])) {
          mustHold(typeof a[2] !== "object" || Array.isArray(a[2]), "the planted bug");
        }
      }
    }
    return [];
  },
};

function objectIn(text: string): { readonly a?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

const isGuided = process.argv[2] === "guided";
const { runs, findings } = await fuzz(target, {
  seed: 7,
  coverage: isGuided ? new Coverage((url) => url.endsWith("planted.ts")) : undefined,
  goesOn: (done) => done < 8_000,
});
const found = findings.map(({ kind, input }) => [kind, Buffer.from(input).toString("latin1")]);
console.log(JSON.stringify({ runs, found }));
