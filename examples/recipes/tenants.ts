import { createWebhooks, type Webhooks } from "@whatsapp-webhooks/core";

export interface Tenant {
  /** Two while a secret is being changed: the old one and the new. */
  readonly appSecrets: readonly string[];
  readonly verifyToken: string;
  /** Ids of the business accounts or phone numbers that this tenant may speak of. */
  readonly accounts: readonly string[];
}

/** One receiver for all, to be mounted at a path with `:tenant` in it. `find` is your table, with a cache. */
export function forTenants(find: (name: string) => Promise<Tenant | undefined>): Webhooks {
  return createWebhooks({
    appSecret: async ({ params: { tenant: name = "" } }) => {
      const tenant = await find(name);
      return tenant && { secret: tenant.appSecrets, tenant: name, accounts: tenant.accounts };
    },
    verifyToken: async ({ params: { tenant: name = "" } }) => (await find(name))?.verifyToken,
  });
}
