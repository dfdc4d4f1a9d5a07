import { fixtureNames, loadFixture } from "@whatsapp-webhooks/testing";

const SOMEBODY = "12125550123";

/** The bodies of all fixtures, and some of several of them: two customers in one body, repetitions, many entries. */
export function seedBodies(): readonly Uint8Array[] {
  const bodies = fixtureNames().map((name) => loadFixture(name).body);
  const mixed: object[] = [];
  const entriesOf = (body: object): readonly unknown[] =>
    "entry" in body && Array.isArray(body.entry) ? body.entry : [];
  for (let i = 0; i + 3 < bodies.length; i += 4) {
    const entry = bodies.slice(i, i + 4).flatMap((body) => [
      ...entriesOf(body),
      // The same of another customer.
      ...entriesOf(JSON.parse(JSON.stringify(body).replaceAll(SOMEBODY, "12125550102"))),
    ]);
    mixed.push({ object: "whatsapp_business_account", entry });
  }
  return [...bodies, ...mixed].map((body) => Buffer.from(JSON.stringify(body)));
}
