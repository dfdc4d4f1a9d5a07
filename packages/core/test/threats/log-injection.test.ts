import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stderrLogger } from "../../src/logger.ts";
import { attacked } from "../support/attacked.ts";
import { cloudBody, SECRET, signedRequest, text } from "../support/notifications.ts";
import { signature } from "../support/requests.ts";

// What strangers and customers send must neither be in the log nor act on who reads it. The default logger, as it is,
// with what it writes to stderr.

let written = "";
beforeEach(() => {
  written = "";
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    written += String(chunk);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

/** Escapes that act on terminals, and a line that looks like one of ours. MARK tells where any of it went. */
const NASTY = "MARK\u001b]0;owned\u0007\u009b31m\r\n[whatsapp-webhooks] error: forged MARK";
/** Debug lines as well: who switches them on must not be in for a surprise. */
const logger = { ...stderrLogger, debug: stderrLogger.warn, info: stderrLogger.warn };

function expectCleanLines(): void {
  expect(written).not.toMatch(/(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
  const lines = written.split("\n").slice(0, -1);
  expect(
    lines.filter((line) => !/^(\[whatsapp-webhooks\] (warn|error): | {4})/.test(line)),
  ).toEqual([]);
  expect(lines.filter((line) => line.startsWith("[whatsapp-webhooks] error: forged"))).toEqual([]);
}

test("nothing of a stranger's path, query, method, header or body gets there", async () => {
  const rig = await attacked({ logger, bodyLimitBytes: 1_000, path: "/hooks/:tenant" });
  const encoded = encodeURIComponent(NASTY);
  const latin1 = "MARK\u009b31m\u0085MARK";
  const head = (start: string, ...headers: readonly string[]): Buffer =>
    Buffer.from(
      [`${start} HTTP/1.1`, "Host: MARK", "Connection: close", ...headers, "", ""].join("\r\n"),
      "latin1",
    );
  const length = "Content-Length: 0";
  const requests = [
    head(`GET /hooks/${encoded}?hub.mode=${encoded}`),
    head(`GET /hooks/a?hub.mode=subscribe&hub.verify_token=${encoded}&hub.challenge=${encoded}`),
    head(`GET /hooks/a?hub.mode=subscribe&hub.verify_token=MARK&hub.verify_token=${encoded}`),
    head(`PUT /hooks/${encoded}`, length),
    head("PROPFIND /hooks/MARK", length),
    head(`POST /hooks/${encoded}`, length),
    head("POST /hooks/a", length, `X-Hub-Signature-256: ${latin1}`),
    head("POST /hooks/a", length, `X-Hub-Signature: ${latin1}`, "Authorization: MARK"),
    head("POST /hooks/a", length, `X-Hub-Signature-256: ${signature("MARK")}`),
    head("POST /hooks/a", "Content-Length: 9999", `X-Hub-Signature-256: ${signature("")}`),
    head(
      "POST /hooks/a",
      length,
      `X-Hub-Signature-256: ${signature("")}`,
      `Content-Encoding: ${latin1}`,
    ),
    head("MARK /hooks/a", length),
    Buffer.from(`POST /hooks/a HTTP/1.1\r\n${NASTY}\r\n\r\n`),
  ];
  for (const request of requests) await rig.raw(request);
  expectCleanLines();
  expect(written).not.toContain("MARK");
  expect(new Set(written.match(/\] warn: \w+:/g)).size).toBeGreaterThanOrEqual(8);
});

test("nor does a method, where a run-time takes any word for one", async () => {
  const { webhooks } = await attacked({ logger });
  const answered = await webhooks.receive({ ...signedRequest({}), method: NASTY });
  expect(answered.status).toBe(405);
  expectCleanLines();
  expect(written).toContain("method_not_allowed");
  expect(written).not.toContain("MARK");
});

const NUMBER = "12125550177";
const hostile = { id: `wamid.${NASTY}`, from: NUMBER };
const account = { phoneNumberId: NASTY, wabaId: NASTY, name: NASTY };
const unfit = (what: object): object => ({ ...text(NASTY, hostile), ...what });

const tenant = () => ({ secret: SECRET, tenant: "shop", accounts: ["1"] });

test.each<[string, string, unknown, object?]>([
  ["a notification that is no JSON", "body_not_json", `${NASTY}${NUMBER}`],
  ["one of another shape", "envelope_unknown", { [NASTY]: NUMBER }],
  ["one without its credentials", "envelope_not_allowed", { messages: [text(NASTY, hostile)] }],
  ["items that do not fit", "item_invalid", cloudBody([unfit({ text: NASTY })], account)],
  [
    "items of other accounts",
    "account_not_allowed",
    cloudBody([text(NASTY, hostile)], account),
    { appSecret: tenant },
  ],
  ["an event that came before", "handled before", cloudBody([text(NASTY, hostile)], account)],
])("nothing of an authentic sender's gets there: %s", async (_what, told, body, options = {}) => {
  const rig = await attacked({ logger, onError: undefined, hears: "message.text", ...options });
  const bytes = typeof body === "string" ? body : JSON.stringify(body);
  for (const sent of [bytes, `${bytes} `]) {
    expect((await rig.signed(sent)).status).toBe(200);
    await rig.webhooks.idle();
  }
  expectCleanLines();
  expect(written).toContain(told);
  expect(written).not.toContain("MARK");
  expect(written).not.toContain(NUMBER);
});

test("what a handler throws is written, and nothing of it acts or passes for a line of ours", async () => {
  const rig = await attacked({ logger, onError: undefined });
  rig.webhooks.on("message.text", ({ data }) => {
    throw new Error(`cannot answer ${data.text.body}`);
  });
  rig.webhooks.on("message.text", ({ data }) => Promise.reject(data.text.body));
  await rig.signed(cloudBody([text(NASTY, hostile)], account));
  await rig.webhooks.idle();
  expectCleanLines();
  expect(written).toContain(
    "    Error: cannot answer MARK\\u001b]0;owned\\u0007\\u009b31m\\u000d\n",
  );
  expect(written).toContain("    [whatsapp-webhooks] error: forged MARK");
  expect(written).not.toContain(NUMBER);
});
