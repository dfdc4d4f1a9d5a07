// From bytes to events, and to parts of one conversation each, beside JSON.parse of the same text: `npm run bench:micro`.
import { bench, describe } from "vitest";
import { cutRecord } from "../src/cut-record.ts";
import { parse } from "../src/index.ts";
import { cloudBody, record, text } from "./support/notifications.ts";

const CUSTOMERS = 100;

for (const items of [1, 10, 100, 1_000]) {
  const messages = Array.from({ length: items }, (_, i) =>
    text("x".repeat(100), { from: String(12125550000 + (i % CUSTOMERS)) }),
  );
  const whole = record(cloudBody(messages));

  describe(`${items} messages in a body`, () => {
    bench("JSON.parse", () => {
      JSON.parse(Buffer.from(whole.body).toString());
    });
    bench("parse: events, all of them checked", () => {
      let count = 0;
      for (const event of parse(whole.body)) if (event.name === "message.text") count++;
      if (count !== items) throw new Error(`${count} of ${items}`);
    });
    bench("cutRecord: parts of one conversation each", () => {
      if (cutRecord(whole).length !== Math.min(items, CUSTOMERS)) throw new Error("parts");
    });
  });
}
