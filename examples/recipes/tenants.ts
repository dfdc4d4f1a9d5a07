import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/core/node";

export interface Tenant {
  /** Two while a secret is being changed: the old one and the new. */
  readonly appSecrets: readonly string[];
  readonly verifyToken: string;
  /** Ids of the business accounts or phone numbers that this tenant may speak of. */
  readonly accounts: readonly string[];
}

/** One receiver for all: each tenant's callback URL ends in its name, `/hooks/acme`. `find` is your table, with a cache. */
export function forTenants(find: (name: string) => Promise<Tenant | undefined>) {
  const webhooks = createWebhooks({
    appSecret: async ({ params: { tenant: name = "" } }) => {
      const tenant = await find(name);
      return tenant && { secret: tenant.appSecrets, tenant: name, accounts: tenant.accounts };
    },
    verifyToken: async ({ params: { tenant: name = "" } }) => (await find(name))?.verifyToken,
  });
  return { webhooks, listener: whatsappWebhooks(webhooks, { path: "/hooks/:tenant" }) };
}
