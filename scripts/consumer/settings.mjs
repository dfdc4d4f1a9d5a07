// The published settings client against a server of two answers, and the same package by require().
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { createOnPremisesSettings, SettingsError } from "@whatsapp-webhooks/settings";

const require = createRequire(import.meta.url);
const common = require("@whatsapp-webhooks/settings");
const server = createServer((req, res) => {
  if (req.method === "PATCH") res.end("null");
  else res.writeHead(403).end('{"errors":[{"code":1005,"title":"Access denied"}]}');
}).listen(0, "127.0.0.1", async () => {
  const options = { baseUrl: `http://127.0.0.1:${server.address().port}`, token: "token" };
  const settings = createOnPremisesSettings(options);
  const { restartRequired } = await settings.update({ callback_persist: true });
  assert.deepEqual(restartRequired, ["callback_persist"]);
  await assert.rejects(settings.get(), (error) => {
    assert.ok(error instanceof SettingsError);
    return error.platformCode === 1005 && error.status === 403;
  });
  await assert.rejects(common.createOnPremisesSettings(options).get(), { platformCode: 1005 });
  assert.equal(common.isOverridable("messages"), true);
  server.close();
  server.closeAllConnections();
});
