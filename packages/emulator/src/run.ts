import type { Accounts } from "./accounts.ts";
import { Cloud } from "./cloud/cloud.ts";
import { type GraphParts, graphApi } from "./cloud/graph.ts";
import { GraphSubscriptions } from "./cloud/graph-subscriptions.ts";
import type { HandshakeOffice } from "./cloud/handshake.ts";
import { Subscriptions } from "./cloud/subscriptions.ts";
import type { Customers } from "./customers.ts";
import { Connections } from "./delivery/connections.ts";
import type { Office } from "./delivery/lane.ts";
import { checkCloudRetry } from "./delivery/schedule.ts";
import { createIds } from "./ids.ts";
import { onPremisesApi } from "./on-premises/api.ts";
import { OnPremisesClient } from "./on-premises/client.ts";
import { Users } from "./on-premises/users.ts";
import type { EmulatorOptions } from "./options.ts";
import type { ApiHandler } from "./server/http.ts";
import type { StatusOptions } from "./statuses.ts";
import type { Storage } from "./storage/storage.ts";

/** What lives from one start to the next stop. */
export interface Run {
  readonly cloud: Cloud;
  readonly client: OnPremisesClient;
  readonly users: Users;
  readonly subscriptions: Subscriptions;
  readonly handshake: HandshakeOffice;
  readonly graph: GraphParts;
  close(): Promise<void>;
}

export interface RunParts {
  readonly options: EmulatorOptions;
  readonly office: Omit<Office, "connections">;
  readonly accounts: Accounts;
  readonly customers: Customers;
  readonly storage: Storage;
  readonly statuses: () => StatusOptions;
}

/** Takes up what is stored, and begins. */
export function openRun({
  options,
  office,
  accounts,
  customers,
  storage,
  statuses,
}: RunParts): Run {
  const starts = storage.collection<number>("starts");
  const start = (starts.get("count") ?? 0) + 1;
  starts.put("count", start);
  const ids = createIds(office.random, start);
  const connections = new Connections();
  const authorities = [options.trustedCertificates ?? []].flat();
  const { activity, requestTimeoutMs, clock, random } = office;
  const handshake = { activity, connections, ids, requestTimeoutMs, authorities };
  const subscriptions = new Subscriptions(accounts, authorities, storage);
  const parts = { office: { ...office, connections }, ids, storage, customers, statuses };
  const cloud = new Cloud({
    ...parts,
    accounts,
    subscriptions,
    retry: checkCloudRetry(options.cloud?.retry),
    maxConcurrentRequests: options.cloud?.maxConcurrentRequests ?? 50,
  });
  const onPremises = options.onPremises ?? {};
  const client = new OnPremisesClient({ ...parts, options: onPremises, authorities });
  const users = new Users(clock, random, ids, storage, onPremises.adminPassword);
  const graph = {
    accounts,
    ids,
    customers,
    cloud,
    subscriptions: new GraphSubscriptions(subscriptions, handshake),
  };
  cloud.start();
  client.start();
  return {
    cloud,
    client,
    users,
    subscriptions,
    handshake,
    graph,
    async close() {
      await Promise.all([cloud.stop(), client.stop()]);
      connections.close();
    },
  };
}

/** The HTTP APIs of the run that there is at the moment. */
export function platformApi(current: () => Run | undefined): ApiHandler {
  return async (request) => {
    const run = current();
    if (run === undefined) return { status: 503, json: { error: "The emulator is stopped." } };
    return (await onPremisesApi(run.client, run.users)(request)) ?? graphApi(run.graph)(request);
  };
}
