import assert from "node:assert/strict";
import { DEFAULT_PATH, type RequestHead } from "@whatsapp-webhooks/core";
import { notification } from "../notification.ts";
import { signed } from "../signed.ts";
import type { Check } from "./adapter-cases.ts";
import { type Rig, TOKEN } from "./rig.ts";

const MOUNT_POINT = "/hooks/wa";
const HANDSHAKE = `hub.mode=subscribe&hub.verify_token=${encodeURIComponent(TOKEN)}&hub.challenge=1`;

/** The request must go on to the app, which has nothing there. */
async function expectPassedOn(rig: Rig, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { status } = await rig.post(notification({ text: path }), { path });
    assert.equal(status, 404, `${path} was answered ${status}`);
  }
  assert.deepEqual(await rig.texts(), []);
}

async function expectTaken(rig: Rig, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { status } = await rig.post(notification({ text: path }), { path });
    assert.equal(status, 200, `${path} was answered ${status}`);
  }
  assert.deepEqual(await rig.texts(), paths);
}

/** Two tenants with secrets of their own, and what the functions got to see. */
async function expectTenants(open: Parameters<Check["run"]>[0], mount: object): Promise<void> {
  const secrets = new Map([
    ["north", "the north's secret"],
    ["süd", "the south's secret"],
  ]);
  const seen: RequestHead[] = [];
  const appSecret = (request: RequestHead) => {
    seen.push(request);
    const tenant = request.params.tenant ?? "";
    const secret = secrets.get(tenant);
    return secret === undefined ? undefined : { secret, tenant };
  };
  const rig = await open({ ...mount, options: { appSecret } });
  const body = notification({ text: "for one tenant" });
  const post = async (tenant: string, secret: string): Promise<number> =>
    (await rig.post(signed(body, secret), { path: `/t/${encodeURIComponent(tenant)}/wa?x=1` }))
      .status;
  for (const [tenant, secret] of secrets) assert.equal(await post(tenant, secret), 200);
  assert.equal(await post("north", "the south's secret"), 401);
  assert.equal(await post("west", "the north's secret"), 401);
  await rig.texts();
  const tenants = rig.events
    .filter(({ name }) => name === "message.text")
    .map((event) => event.tenant);
  assert.deepEqual(tenants, ["north", "süd"]);
  assert.equal(seen[0]?.url, "/t/north/wa?x=1");
  assert.equal(seen[0]?.method, "POST");
  assert.equal(seen[0]?.header("content-type"), "application/json");
}

export const routingChecks: readonly Check[] = [
  {
    name: "routing: the query and one trailing slash make no difference",
    run: async (open) =>
      expectTaken(await open(), `${DEFAULT_PATH}?a=b`, `${DEFAULT_PATH}/`, `${DEFAULT_PATH}/?/=/`),
  },
  {
    name: "routing: other paths go on, however alike",
    run: async (open) =>
      expectPassedOn(
        await open(),
        "/",
        "/webhooks",
        DEFAULT_PATH.toUpperCase(),
        `${DEFAULT_PATH}s`,
        `${DEFAULT_PATH}/more`,
        `/api${DEFAULT_PATH}`,
        `/?path=${DEFAULT_PATH}`,
      ),
  },
  {
    name: "routing: the app's own route gets its body, through its own parser, without a trace",
    needs: "other-routes",
    async run(open) {
      const rig = await open();
      const json = JSON.stringify({ echo: "é/🥖", list: [1, 2] });
      for (let times = 0; times < 2; times++) {
        const { status, body } = await rig.send({
          path: "/echo",
          headers: [["Content-Type", "application/json"]],
          body: json,
        });
        assert.equal(status, 200);
        assert.deepEqual(JSON.parse(body), JSON.parse(json));
      }
      assert.deepEqual(rig.logs, []);
    },
  },
  {
    name: "routing: behind a route for everything that passes on, the webhook's path is the webhook's and no other",
    needs: "other-routes",
    async run(open) {
      const rig = await open({ before: "passing" });
      await expectTaken(rig, DEFAULT_PATH);
      const headers = [["Content-Type", "application/json"]] as const;
      const { status, body } = await rig.send({ path: "/echo", headers, body: "[1]" });
      assert.deepEqual({ status, body }, { status: 200, body: "[1]" });
      assert.equal(
        (await rig.post(notification({ text: "elsewhere" }), { path: "/" })).status,
        404,
      );
      await rig.expectAlive({ earlier: [DEFAULT_PATH] });
    },
  },
  {
    name: "routing: a path of one's own replaces the default",
    async run(open) {
      await expectTaken(await open({ path: "/wa" }), "/wa", "/wa/", "/wa?a=b");
      await expectPassedOn(await open({ path: "/wa" }), DEFAULT_PATH, "/WA", "/wa/wa");
    },
  },
  {
    name: "routing: `:name` segments of the path reach the secret function, decoded, with the whole URL",
    run: async (open) => expectTenants(open, { path: "/t/:tenant/wa" }),
  },
  {
    name: "routing: a `:name` segment that cannot be decoded is nobody's",
    async run(open) {
      const rig = await open({ path: "/t/:tenant/wa" });
      const { status } = await rig.post(notification({ text: "a" }), { path: "/t/%E0%A4%A/wa" });
      // Some routers refuse it themselves.
      assert.ok(status === 404 || status === 400, `the answer is ${status}, not 404 or 400`);
      await rig.expectAlive({ path: "/t/a/wa" });
    },
  },
  {
    name: "routing: under a mount point, the mount point is the path",
    needs: "mount-point",
    async run(open) {
      const rig = await open({ mountPoint: MOUNT_POINT });
      await expectTaken(rig, MOUNT_POINT, `${MOUNT_POINT}/`, `${MOUNT_POINT}?a=b`);
      const path = `${MOUNT_POINT}?${HANDSHAKE}`;
      const { status, body } = await rig.send({ method: "GET", path });
      assert.deepEqual({ status, body }, { status: 200, body: "1" });
    },
  },
  {
    name: "routing: under a mount point, what lies below it and the default path go on",
    needs: "mount-point",
    async run(open) {
      await expectPassedOn(
        await open({ mountPoint: MOUNT_POINT }),
        DEFAULT_PATH,
        `${MOUNT_POINT}/more`,
        `${MOUNT_POINT}s`,
        `${MOUNT_POINT}${DEFAULT_PATH}`,
      );
      await expectPassedOn(await open({ mountPoint: "/webhooks" }), DEFAULT_PATH);
    },
  },
  {
    name: "routing: `:name` segments of a mount point reach the secret function",
    needs: "mount-point-params",
    run: async (open) => expectTenants(open, { mountPoint: "/t/:tenant/wa" }),
  },
];
