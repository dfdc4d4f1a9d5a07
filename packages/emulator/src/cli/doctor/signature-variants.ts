import type { Fault } from "./faults.ts";

/** What a receiver may take for the signed bytes by mistake. */
export interface Variant {
  readonly fault: Fault;
  /** What it does, in a few words. */
  readonly how: string;
  readonly of: (body: Buffer) => Uint8Array;
}

/** Tried in this order; the first whose signature is accepted tells what the receiver does. */
export const variants: readonly Variant[] = [
  {
    fault: "signature_over_nothing",
    how: "over nothing",
    of: () => Buffer.alloc(0),
  },
  {
    fault: "signature_over_nothing",
    how: "over {}",
    of: () => Buffer.from("{}"),
  },
  {
    fault: "signature_over_nothing",
    how: "over [object Object]",
    of: () => Buffer.from("[object Object]"),
  },
  {
    fault: "signature_over_rewritten_json",
    how: "over JSON.stringify of the parsed body",
    of: (body) => Buffer.from(JSON.stringify(JSON.parse(body.toString()))),
  },
  {
    fault: "signature_over_rewritten_json",
    how: "over JSON written with blanks, as by Python's json.dumps",
    of: (body) => Buffer.from(asAscii(spaced(JSON.parse(body.toString())))),
  },
  {
    fault: "signature_over_rewritten_json",
    how: "over indented JSON",
    of: (body) => Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 2)),
  },
  {
    fault: "signature_over_decoded_text",
    how: "over text with \\u00e9 and \\/ unescaped",
    of: (body) => Buffer.from(unescaped(body.toString())),
  },
  {
    fault: "signature_over_decoded_text",
    how: "over text read as latin1",
    of: (body) => Buffer.from(body.toString("latin1")),
  },
  {
    fault: "signature_over_decoded_text",
    how: "over text read as ASCII",
    of: (body) => Buffer.from(body.toString("ascii")),
  },
  {
    fault: "signature_over_decoded_text",
    how: "over text with é escaped as \\u00e9",
    of: (body) => Buffer.from(asAscii(body.toString())),
  },
];

function unescaped(text: string): string {
  return text
    .replace(/\\u([\da-f]{4})/gi, (_, unit: string) =>
      String.fromCharCode(Number.parseInt(unit, 16)),
    )
    .replaceAll("\\/", "/");
}

function asAscii(text: string): string {
  return text.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `{"a": [1, 2]}`. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(
    ([name, part]) => `${JSON.stringify(name)}: ${spaced(part)}`,
  );
  return `{${pairs.join(", ")}}`;
}
