import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInboxCommand } from "@whatsapp-webhooks/core/command";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { openKeptStore as openRedis } from "../../packages/bullmq/src/kept.ts";
import { oneLine } from "../../packages/emulator/src/cli/failure.ts";
import { createProgram } from "../../packages/emulator/src/cli/program.ts";
import { openKeptStore as openFile } from "../../packages/sqlite/src/open-kept-store.ts";
import { sqliteStore } from "../../packages/sqlite/src/sqlite-store.ts";
import { authentic } from "./support/marked-requests.ts";
import { MARKS, Told } from "./support/told.ts";

// What the command lines print, when what they talk to repeats all it gets, as a careless server does.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "commands-"));
const inbox = join(folder, "inbox.db");
const server = createServer((req, res) => void repeat(req, res));
let origin = "";

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await deadLetter();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** `/<status>/…` is answered with that status and everything that came, in the body, in headers and in a redirect. */
async function repeat(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  const { authorization = "" } = req.headers;
  const plain = Buffer.from(authorization.split(" ")[1] ?? "", "base64").toString("latin1");
  const all = [req.url, JSON.stringify(req.headers), authorization, plain, Buffer.concat(parts)];
  const said = all.join(" ");
  const status = Number(/^\/(\d{3})\b/.exec(req.url ?? "")?.[1] ?? 400);
  const isRedirect = status > 300 && status < 400;
  res.writeHead(status, {
    "content-type": "application/json",
    ...(isRedirect ? { location: `/elsewhere?${encodeURIComponent(said)}` } : {}),
  });
  res.end(
    JSON.stringify({
      error: { message: said, type: said, code: 190, error_user_msg: said, fbtrace_id: said },
      errors: [{ code: 1005, title: said, details: said }],
    }),
  );
}

/** Dead letters of everything that is authentic. */
async function deadLetter(): Promise<void> {
  const store = sqliteStore({ path: inbox });
  const records = Object.values(authentic).map(({ body }, i) => ({
    id: `letter-${i}`,
    receivedAt: 1_790_000_000_000,
    auth: { kind: "signature" } as const,
    body: body.kind === "bytes" ? body.bytes : new Uint8Array(),
  }));
  await store.commit({ appends: records.map((record) => ({ record, held: true })), settles: [] });
  const settles = records.map(
    ({ id }) =>
      ({ id, kind: "dead_letter", completed: [], reason: "1 failed: message.text" }) as const,
  );
  await store.commit({ appends: [], settles });
  await store.close();
}

const secrets = (url: string): Record<string, string> => ({
  WHATSAPP_CALLBACK_URL: url,
  WHATSAPP_GRAPH_URL: url,
  WHATSAPP_ONPREM_URL: url,
  WHATSAPP_APP_SECRET: MARKS.appSecret,
  WHATSAPP_VERIFY_TOKEN: MARKS.verifyToken,
  WHATSAPP_ONPREM_AUTHORIZATION: MARKS.password,
  WHATSAPP_APP_ID: "100000000000001",
  WHATSAPP_WABA_ID: "800000000000001",
  WHATSAPP_ACCESS_TOKEN: MARKS.accessToken,
  WHATSAPP_ONPREM_USERNAME: "admin",
  WHATSAPP_ONPREM_PASSWORD: MARKS.redisPassword,
  WHATSAPP_ONPREM_NEW_PASSWORD: MARKS.wrongSecret,
});

/** What a command prints that is run here, in this process. */
async function printedBy(run: () => Promise<unknown>): Promise<Told> {
  const told = new Told();
  const { exitCode } = process;
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((chunk) => {
      told.add(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
      return true;
    });
  try {
    await run();
  } catch (error) {
    // As main.ts does.
    told.add(oneLine(error));
  } finally {
    vi.restoreAllMocks();
    process.exitCode = exitCode;
  }
  return told;
}

describe.each(["200", "302", "401"])("with a server that answers %s and repeats", (status) => {
  afterEach(() => vi.unstubAllEnvs());

  test.each([
    [["trigger", "message.text"]],
    [["trigger", "message.text", "--json"]],
    [["trigger", "message.text", "--on-premises"]],
    [["doctor", "<url>", "--timeout", "2s", "--json"]],
    [["replay", "<inbox>"]],
    [["replay", "<inbox>", "--json"]],
    [["subscribe"]],
    [["subscribe", "list", "--json"]],
    [["subscribe", "remove", "--yes"]],
    [["settings", "get"]],
    [["settings", "get", "--json"]],
    [["settings", "set", "callback_persist=true"]],
    [["settings", "login"]],
  ])("%j prints no secret, and nothing of what customers wrote", async (args) => {
    const url = `${origin}/${status}`;
    for (const [name, value] of Object.entries(secrets(url))) vi.stubEnv(name, value);
    const given = args.map((word) => word.replace("<url>", url).replace("<inbox>", inbox));
    const told = await printedBy(() => createProgram().parseAsync(given, { from: "user" }));
    expect(told.text).not.toBe("");
    expect(told.marks()).toEqual([]);
  });
});

describe("`whatsapp-webhooks-inbox`", () => {
  const { argv } = process;
  afterEach(() => {
    process.argv = argv;
  });
  const printed = (...args: readonly string[]): Promise<Told> => {
    process.argv = ["node", "whatsapp-webhooks-inbox", ...args];
    return printedBy(() => runInboxCommand({ file: openFile, redis: openRedis }));
  };

  test.each([
    [["list"]],
    [["list", "--json"]],
    [["stats"]],
    [["stats", "--json"]],
    ...Object.keys(authentic).flatMap((_what, i) => [
      [["show", `letter-${i}`]],
      [["show", `letter-${i}`, "--json"]],
    ]),
    [["show", "no-letter"]],
    [["replay", "no-letter"]],
    [["discard", "no-letter"]],
  ])("%j prints nothing of what customers wrote", async (args) => {
    const told = await printed(inbox, ...args);
    expect(told.text).not.toBe("");
    expect(told.marks()).toEqual([]);
  });

  const credentials = `${MARKS.redisUser}:${MARKS.redisPassword}@127.0.0.1`;
  test.each([
    [`redis://${credentials}:1`],
    [`rediss://${credentials}:1`],
    [`redis://${credentials}:port`],
    [`redis//${credentials}:1`],
    [`http://${credentials}:1`],
    [`redis://${MARKS.redisUser}:50%off${MARKS.redisPassword}@127.0.0.1:1`],
    [`redsi://:pa/ss${MARKS.redisPassword}@127.0.0.1:1`],
    [`:${MARKS.redisPassword}@127.0.0.1:1`],
  ])("a place that cannot be opened is told without user and password: %#", async (place) => {
    const told = await printed(place, "list");
    expect(told.text).toContain("whatsapp-webhooks-inbox: ");
    expect(told.marks()).toEqual([]);
  });
});
