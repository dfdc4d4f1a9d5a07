// Does the emulator answer as somebody else describes the On-Premises API? `check-openapi.ts <openapi.yaml>` takes the
// description of https://github.com/unblu/WhatsApp-Business-API-OpenAPI, which was written after client 2.23. What
// differs has to be among the differences that are explained below, and each of those has to be there.
import { readFileSync } from "node:fs";
import { createEmulator } from "@whatsapp-webhooks/emulator";
import { Ajv, type ErrorObject } from "ajv";
import { parse } from "yaml";

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

const EXPLAINED: Readonly<Record<string, string>> = {
  "GET /settings/application: not wrapped":
    "recorded answers of clients have the settings below `settings.application`",
  "GET /settings/application: /callback_backoff_delay_ms must be string":
    "the description calls it a string and shows a number in its example; recorded answers are numbers",
  "GET /settings/application: /max_callback_backoff_delay_ms must be string": "the same",
  "GET /settings/application: /media/auto_download/0 must be equal to one of the allowed values":
    "the description has `image.` with a full stop, a slip",
  "GET /settings/application: /media/auto_download/3 must be equal to one of the allowed values":
    "stickers came after the client that is described",
  "GET /settings/application: /webhooks/max_concurrent_requests must be equal to one of the allowed values":
    "it allows the texts '6' to '24' for an integer, so that no value fits",
};

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("name the file: check-openapi.ts <openapi.yaml>");
const api: OpenApi = parse(readFileSync(path, "utf8"));
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ $id: "api", components: api.components });

const found = new Set<string>();
let checks = 0;

function check(method: string, route: string, status: number, body: unknown): void {
  checks++;
  const what = `${method.toUpperCase()} ${route}`;
  const described = api.paths[route]?.[method]?.responses[String(status)];
  if (described === undefined) {
    found.add(`${what}: ${status} is not described`);
    return;
  }
  const schema = described.content?.["application/json"]?.schema;
  if (schema === undefined) return;
  const text = JSON.stringify(schema).replaceAll('"#/', '"api#/');
  const validate = ajv.compile(JSON.parse(text));
  if (validate(body)) return;
  for (const { instancePath, message } of validate.errors as ErrorObject[])
    found.add(`${what}: ${instancePath} ${message}`);
}

const emulator = createEmulator();
await emulator.start();
try {
  const call = async (method: string, route: string, init: RequestInit = {}): Promise<unknown> => {
    const response = await fetch(`${emulator.url}/v1${route}`, {
      ...init,
      method: method.toUpperCase(),
    });
    const type = response.headers.get("content-type") ?? "";
    const body: unknown = type.includes("json") ? await response.json() : await response.text();
    const { settings } = (typeof body === "object" && body !== null ? body : {}) as {
      settings?: { application?: unknown };
    };
    if (method === "get" && settings?.application !== undefined)
      found.add(`GET ${route}: not wrapped`);
    check(method, route, response.status, settings?.application ?? body);
    return body;
  };
  const login = (password: string, body?: object): RequestInit => ({
    headers: {
      authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`,
      "content-type": "application/json",
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  await call("post", "/users/login", login("secret", { new_password: "Change-me-1" }));
  const { users } = (await call("post", "/users/login", login("Change-me-1"))) as {
    users: readonly { readonly token: string }[];
  };
  const authorization = `Bearer ${users[0]?.token}`;
  const json = { authorization, "content-type": "application/json" };
  const settings = {
    callback_persist: true,
    sent_status: true,
    webhooks: { url: "https://localhost/hook", max_concurrent_requests: 12 },
  };
  const body = JSON.stringify(settings);
  await call("patch", "/settings/application", { headers: json, body });
  await call("get", "/settings/application", { headers: json });
  await call("delete", "/settings/application", { headers: json });
  await call("post", "/users/logout", { headers: json });
} finally {
  await emulator.stop();
}
const surprises = [...found].filter((each) => !(each in EXPLAINED));
const gone = Object.keys(EXPLAINED).filter((each) => !found.has(each));
console.log(
  `${checks} answers compared, ${found.size} differences, ${surprises.length} unexplained`,
);
for (const each of surprises) console.log(`  ${each}`);
for (const each of gone) console.log(`  explained, but not there: ${each}`);
process.exit(surprises.length + gone.length > 0 ? 1 : 0);
