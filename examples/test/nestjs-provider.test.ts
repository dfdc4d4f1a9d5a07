import { expect, test } from "vitest";
import { post } from "./support/platform.ts";
import { fixture, printed, settings, sign, start, urlOf } from "./support/start.ts";

const command =
  "exec node --import tsx --conditions=@whatsapp-webhooks/source examples/nestjs/provider.ts";

test("handlers of a provider get events and their own services, and SIGTERM lets them end", async () => {
  const app = start(command, settings);
  const url = `${await urlOf(app)}/webhooks/whatsapp`;
  for (const name of ["messages/text", "messages/text-now"]) {
    const body = fixture(name);
    expect((await post(url, body, sign(body))).status).toBe(200);
  }
  await printed("Message 1 of this customer has 31 characters.", app.stdout);
  await printed(" characters.\nMessage ", app.stdout);
  app.child.kill("SIGTERM");
  // Nest sends itself the signal again once its hooks have run.
  expect([await app.exited, app.child.signalCode]).toEqual([null, "SIGTERM"]);
  expect(app.stderr()).not.toMatch(/\d{10}/);
});

test("without a secret it does not start, and says why", async () => {
  const { WHATSAPP_APP_SECRET: _, ...rest } = settings;
  const app = start(command, rest);
  expect(await app.exited).not.toBe(0);
  expect(app.stderr()).toContain("option_invalid: appSecret is missing");
});
