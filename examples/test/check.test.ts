import { expect, test } from "vitest";
import { type Arrival, type Exchange, type Problem, problemsOf } from "../demo/check.ts";

const dana = { key: "d", name: "Dana" };
const contact: Arrival = { name: "contact", key: "contact:1", sender: dana };
const text: Arrival = { name: "message.text", key: "message:1:text", sender: dana };
const order: Arrival = { name: "message.order", key: "message:2:order", sender: dana };

/** A text of Dana's and then an order, both as they should be. */
const texted: Exchange = {
  label: "text",
  expects: { status: 200, events: ["message.text"], profiles: ["Dana"] },
  answer: { status: 200, body: "", ms: 1 },
  arrived: [contact, text],
};
const ordered: Exchange = {
  label: "order",
  expects: { status: 200, events: ["message.order"], profiles: ["Dana"] },
  answer: { status: 200, body: "", ms: 1 },
  arrived: [order],
};
const forged: Exchange = {
  label: "forged",
  expects: { status: 401, events: [], profiles: [] },
  answer: { status: 401, body: "signature_mismatch", ms: 1 },
  arrived: [],
};

test("nothing is wrong with a run as it should be; a known profile is no news", () => {
  expect(problemsOf([texted, ordered, forged])).toEqual([]);
});

test("a profile that changed may be told again", () => {
  const changed = { ...contact, key: "contact:2" };
  expect(problemsOf([texted, { ...ordered, arrived: [changed, order] }])).toEqual([]);
});

const faults: [string, Exchange[], Problem[]][] = [
  [
    "a lost event",
    [texted, { ...ordered, arrived: [] }],
    [{ kind: "lost", label: "order", what: "message.order" }],
  ],
  [
    "a lost profile",
    [{ ...texted, arrived: [text] }, ordered],
    [{ kind: "lost", label: "text", what: "contact (Dana)" }],
  ],
  [
    "an event handled twice",
    [{ ...texted, arrived: [contact, text, text] }, ordered],
    [{ kind: "handled twice", label: "text", what: "message.text" }],
  ],
  [
    "an event handled again after its repetition",
    [
      texted,
      { ...texted, label: "again", expects: { ...forged.expects, status: 200 }, arrived: [text] },
    ],
    [{ kind: "handled twice", label: "again", what: "message.text" }],
  ],
  [
    "one of two alike handled twice, the other lost",
    [
      {
        ...texted,
        expects: { ...texted.expects, events: ["message.text", "message.text"] },
        arrived: [contact, text, text],
      },
    ],
    [
      { kind: "handled twice", label: "text", what: "message.text" },
      { kind: "lost", label: "text", what: "message.text" },
    ],
  ],
  [
    "an event from a forged request",
    [{ ...forged, arrived: [text] }],
    [{ kind: "unexpected", label: "forged", what: "message.text" }],
  ],
  [
    "an event of another kind",
    [{ ...texted, arrived: [contact, order] }],
    [
      { kind: "unexpected", label: "text", what: "message.order" },
      { kind: "lost", label: "text", what: "message.text" },
    ],
  ],
  [
    "a profile that nobody sent",
    [{ ...texted, arrived: [contact, { ...contact, key: "contact:2" }, text] }],
    [{ kind: "unexpected", label: "text", what: "contact" }],
  ],
  [
    "a forged request that was let in",
    [{ ...forged, answer: { status: 200, body: "", ms: 1 } }],
    [{ kind: "wrong answer", label: "forged", what: '200 "" instead of 401' }],
  ],
  [
    "another challenge than the one that was sent",
    [{ ...forged, expects: { ...forged.expects, body: "42" } }],
    [
      {
        kind: "wrong answer",
        label: "forged",
        what: '401 "signature_mismatch" instead of 401 "42"',
      },
    ],
  ],
  [
    "no answer",
    [{ ...forged, answer: { status: 0, body: "", ms: 1 } }],
    [{ kind: "wrong answer", label: "forged", what: "no answer instead of 401" }],
  ],
];

test.each(faults)("%s is found", (_fault, exchanges, problems) => {
  expect(problemsOf(exchanges)).toEqual(problems);
});
