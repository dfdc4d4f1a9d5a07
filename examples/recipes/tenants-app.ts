import { serve } from "./server.ts";
import { forTenants, type Tenant } from "./tenants.ts";

// Your table.
const tenants = new Map<string, Tenant>([
  ["acme", { appSecrets: ["secret"], verifyToken: "token", accounts: ["104853279016642"] }],
]);

const webhooks = forTenants(async (name) => tenants.get(name));
webhooks.on("message.text", ({ tenant, data }) => console.log(`${tenant}: ${data.text.body}`));
await serve(webhooks, { path: "/hooks/:tenant" });
