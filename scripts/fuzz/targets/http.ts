import { createHmac } from "node:crypto";
import { createWebhooks, errorCodes, type Webhooks } from "@whatsapp-webhooks/core";
import type { AdapterServer, AdapterSubject } from "@whatsapp-webhooks/testing";
import {
  majors as expressMajors,
  expressSubject,
} from "../../../packages/express/test/express-subject.ts";
import {
  majors as fastifyMajors,
  fastifySubject,
} from "../../../packages/fastify/test/fastify-subject.ts";
import { majors as koaMajors, koaSubject } from "../../../packages/koa/test/koa-subject.ts";
import { nodeSubject } from "../../../packages/testing/test/subjects/node-subject.ts";
import { conversation } from "../conversation.ts";
import { jsonObjectIn } from "../json-object.ts";
import { mustHold, type Target } from "../target.ts";

const SECRET = "secret-of-the-fuzzer";
const TOKEN = "token-of-the-fuzzer";
const PATH = "/webhooks/whatsapp";
const BODY = JSON.stringify({
  object: "whatsapp_business_account",
  entry: [{ id: "800000000000001", changes: [{ field: "brand_new", value: { text: "hello" } }] }],
});

const subjects: Readonly<Record<string, AdapterSubject>> = {
  node: nodeSubject(),
  express: expressSubject(expressMajors["Express 5"]),
  koa: koaSubject(koaMajors["Koa 3"]),
  fastify: fastifySubject(fastifyMajors["Fastify 5"]),
};

/** What Node's HTTP server answers by itself, before any handler sees the request. */
const OF_NODE = [400, 408, 413, 417, 431, 501, 505];
const documented = new Set<number>([200, ...OF_NODE]);
for (const row of Object.values(errorCodes)) if ("status" in row) documented.add(row.status);

interface Input {
  readonly head: readonly string[];
  readonly body: string;
}

interface Mounted {
  readonly name: string;
  readonly webhooks: Webhooks;
  readonly server: AdapterServer;
  events: number;
}

/** Bytes on a connection to a real server of each framework: all have to answer alike, and to go on. */
export async function httpTarget(): Promise<Target> {
  const all = await Promise.all(Object.entries(subjects).map(mount));
  return {
    seeds: seedInputs,
    async run(input) {
      const read = readInput(input);
      if (read === undefined) return ["no input"];
      for (const mounted of all) mounted.events = 0;
      const bytes = Buffer.from(filled(read), "latin1");
      const isHead = /^HEAD /.test(read.head[0] ?? "");
      const answers = await Promise.all(
        all.map(async ({ server, webhooks }) => {
          const answer = await conversation(server.url, bytes, isHead);
          await webhooks.idle();
          return answer;
        }),
      );
      const [first] = answers;
      for (const [i, { statuses, isOver }] of answers.entries()) {
        const name = all[i]?.name ?? "";
        mustHold(isOver, `${name} does not let go of a connection`);
        if (!isForUs(read)) continue;
        for (const status of statuses.slice(0, 1))
          mustHold(documented.has(status), `${name} answered ${status}`);
        // Fastify looks at the content type before any plugin does.
        if (name === "fastify" && statuses[0] === 415) continue;
        mustHold(
          statuses[0] === first?.statuses[0] && all[i]?.events === all[0]?.events,
          `${name} answers otherwise than node:http`,
          () => `${statuses} (${all[i]?.events} events), ${first?.statuses} (${all[0]?.events})`,
        );
      }
      return [`${first?.statuses} ${all[0]?.events}`];
    },
    async end() {
      for (const { webhooks, server } of all) {
        await webhooks.close();
        await server.close();
      }
    },
  };
}

async function mount([name, subject]: readonly [string, AdapterSubject]): Promise<Mounted> {
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const webhooks = createWebhooks({
    appSecret: SECRET,
    verifyToken: TOKEN,
    bodyLimitBytes: 10_000,
    logger: silent,
    onError: () => {},
    retry: { maxAttempts: 1 },
  });
  const mounted = { name, webhooks, server: await subject.start({ webhooks }), events: 0 };
  webhooks.on("*", () => {
    mounted.events++;
  });
  return mounted;
}

function seedInputs(): readonly Uint8Array[] {
  const host = "Host: a";
  const length = "Content-Length: {length}";
  const good = "X-Hub-Signature-256: {good}";
  const json = "Content-Type: application/json";
  const post = `POST ${PATH} HTTP/1.1`;
  const shake = `${PATH}?hub.mode=subscribe&hub.challenge=4711&hub.verify_token=${TOKEN}`;
  const heads: readonly (readonly string[])[] = [
    [post, host, json, length, good],
    [post, host, json, "Transfer-Encoding: chunked", good],
    [post, host, json, "Transfer-Encoding: gzip, chunked", length, good],
    [post, host, json, "Transfer-Encoding: identity", length, good],
    [post, host, json, length, good, good],
    [post, host, json, length, length, good],
    [post, host, json, "Content-Length: 999999", good, "Expect: 100-continue"],
    [post, host, json, length, good, "Content-Encoding: gzip"],
    [post, host, json, length, good, "Content-Encoding: identity", "Connection: keep-alive"],
    [post, host, json, "Content-Length: 0", good],
    [post, host, "Content-Type: nonsense", length, good],
    [post, host, "Content-Type: multipart/form-data", length, good, "Upgrade: h2c"],
    [post, host, length, "X-Hub-Signature: sha1={sha1}"],
    [post, host, length, "X-Hub-Signature-256: {other}", "Cookie: a=b", "X-A: \u0080\u00ff"],
    [`POST ${PATH} HTTP/1.0`, length, good],
    [`POST ${PATH}/ HTTP/1.1`, host, length, good],
    [`POST ${PATH}?a=%FF HTTP/1.1`, host, length, good],
    [`POST http://a${PATH} HTTP/1.1`, host, length, good],
    [`POST /../webhooks/whatsapp HTTP/1.1`, host, length, good],
    [`POST //webhooks/whatsapp HTTP/1.1`, host, length, good],
    [`POST /webhooks/%77hatsapp HTTP/1.1`, host, length, good],
    [`GET ${shake} HTTP/1.1`, host],
    [`GET ${shake}%3Cscript%3E HTTP/1.1`, host, "Accept: text/html"],
    [`GET ${PATH}?hub.mode[]=subscribe&hub.verify_token=${TOKEN} HTTP/1.1`, host],
    ...["HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "PATCH"].map((method) => [
      `${method} ${PATH} HTTP/1.1`,
      host,
    ]),
  ];
  const chunks = `5\r\nhello\r\n0\r\n\r\n`;
  return heads.flatMap((head) =>
    [BODY, chunks, ""].map((body) => Buffer.from(JSON.stringify({ head, body }))),
  );
}

/** Whether the first line asks for the webhook, in words that every framework reads alike. */
function isForUs({ head: [line = ""] }: Input): boolean {
  return /^[A-Z]+ \/webhooks\/whatsapp(\?[\w=&.%-]*)? HTTP\/1\.1$/.test(line);
}

function filled({ head, body }: Input): string {
  const mac = (hash: string, secret: string): string =>
    createHmac(hash, secret).update(Buffer.from(body, "latin1")).digest("hex");
  const lines = [...head, "", ""]
    .join("\r\n")
    .replaceAll("{good}", () => `sha256=${mac("sha256", SECRET)}`)
    .replaceAll("{other}", () => `sha256=${mac("sha256", TOKEN)}`)
    .replaceAll("{sha1}", () => mac("sha1", SECRET))
    .replaceAll("{length}", String(body.length));
  return lines + body;
}

function readInput(input: Uint8Array): Input | undefined {
  const read = jsonObjectIn(input);
  if (read === undefined) return undefined;
  const { head, body } = read;
  const lines = Array.isArray(head) ? head.filter((line) => typeof line === "string") : [];
  return { head: lines, body: typeof body === "string" ? body : JSON.stringify(body ?? "") };
}
