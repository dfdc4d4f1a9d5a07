import { describe, expect, test } from "vitest";
import { attacked } from "../support/attacked.ts";
import { cloudBody, SECRET, text } from "../support/notifications.ts";
import { signature } from "../support/requests.ts";

// A proxy and this server that do not agree where a request ends would let somebody put a request of theirs into the
// connection of another. What can be read in two ways is refused, and nothing behind it is read.

const inner = JSON.stringify(cloudBody([text("smuggled", { id: "wamid.smuggled" })]));
const outer = JSON.stringify(cloudBody([text("honest", { id: "wamid.honest" })]));
const chunked = (body: string): string => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

function requestOf(body: string, headers: readonly string[], wire = body): string {
  const lines = ["POST /webhooks/whatsapp HTTP/1.1", "Host: a", ...headers];
  return [...lines, `X-Hub-Signature-256: ${signature(body, SECRET)}`, "", wire].join("\r\n");
}

const whole = (body: string): string => requestOf(body, [`Content-Length: ${body.length}`]);
const statusesIn = (received: string): string[] =>
  [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = ""]) => status);

describe("a request whose end can be read in two ways is 400, and what is behind it is not read", () => {
  test.each<[string, readonly string[], string]>([
    [
      "both lengths",
      [`Content-Length: ${outer.length}`, "Transfer-Encoding: chunked"],
      chunked(outer),
    ],
    [
      "both, the other way round",
      ["Transfer-Encoding: chunked", "Content-Length: 4"],
      chunked(outer),
    ],
    ["two lengths", [`Content-Length: ${outer.length}`, "Content-Length: 3"], outer],
    ["a length with a sign", [`Content-Length: +${outer.length}`], outer],
    ["a space before the colon", ["Transfer-Encoding : chunked"], chunked(outer)],
    ["an encoding that nobody knows", ["Transfer-Encoding: xchunked"], chunked(outer)],
    ["a chunk without a size", ["Transfer-Encoding: chunked"], `xyz\r\n${outer}\r\n0\r\n\r\n`],
    ["a line that goes on", [`Content-Length: ${outer.length}`, "X-A: b", " c:\r d"], outer],
  ])("%s", async (_what, headers, wire) => {
    const rig = await attacked();
    const received = await rig.raw(requestOf(outer, headers, wire) + whole(inner));
    expect(statusesIn(received)).toEqual(["400"]);
    await rig.webhooks.idle();
    expect(rig.events).toEqual([]);
    await rig.expectAlive();
  });
});

test("a body that is longer than it says is no request of its own: the signature is over what was announced", async () => {
  const rig = await attacked();
  const received = await rig.raw(requestOf(outer + inner, [`Content-Length: ${outer.length}`]));
  // What is behind may be found to be no request before the answer to the first is out.
  expect(statusesIn(received).at(-1)).toBe("400");
  expect(statusesIn(received)).not.toContain("200");
  await rig.webhooks.idle();
  expect(rig.events).toEqual([]);
});

test("requests one behind the other on a connection are each answered by their own signature", async () => {
  const rig = await attacked();
  const forged = whole(inner).replace(/sha256=\w{4}/, "sha256=0000");
  const end = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  const received = await rig.raw(whole(outer) + forged + whole(outer) + end);
  expect(statusesIn(received)).toEqual(["200", "401", "200", "404"]);
  await rig.webhooks.idle();
  expect(rig.events.map(({ raw }) => (raw as { id: string }).id)).toEqual(["wamid.honest"]);
});
