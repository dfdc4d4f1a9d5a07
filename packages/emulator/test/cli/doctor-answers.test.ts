import { spawn } from "node:child_process";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeCertificates } from "../support/certificates.ts";
import { examined, started } from "./support/examined.ts";
import { close, listen, ownServer } from "./support/own-receiver.ts";
import { command } from "./support/run-cli.ts";

describe("the handshake", () => {
  test("challenge answered as JSON", async () => {
    const url = await started({
      handshake: (res, challenge, isRight) =>
        res.writeHead(isRight ? 200 : 403).end(JSON.stringify(challenge)),
    });
    const { faults: found, broken } = await examined(url);
    expect(found).toEqual(["challenge_as_json"]);
    expect(broken).toEqual(["handshake with the verify token"]);
  });

  test("challenge in an object", async () => {
    const url = await started({
      handshake: (res, challenge, isRight) =>
        res.writeHead(isRight ? 200 : 403).end(JSON.stringify({ "hub.challenge": challenge })),
    });
    expect((await examined(url)).faults).toEqual(["challenge_as_json"]);
  });

  test("challenge turned into a number", async () => {
    const url = await started({
      handshake: (res, challenge, isRight) =>
        res.writeHead(isRight ? 200 : 403).end(String(Number(challenge))),
    });
    const { faults: found, broken } = await examined(url);
    expect(found).toEqual(["challenge_changed"]);
    expect(broken).toEqual(["challenge echoed exactly, as text"]);
  });

  test("any verify token passes", async () => {
    const url = await started({ handshake: (res, challenge) => res.writeHead(200).end(challenge) });
    expect((await examined(url)).faults).toEqual(["any_token_accepted"]);
  });

  test("the token is refused", async () => {
    const url = await started({ handshake: (res) => res.writeHead(403).end() });
    expect((await examined(url)).faults).toEqual(["token_refused"]);
  });

  test("a redirect, and where it ends, without the verify token in its query", async () => {
    const url = await started({ redirectTo: "https://example.com/hook/?hub.verify_token=secret" });
    const { faults: found, seen, unchecked } = await examined(url);
    expect(found).toEqual(["redirect"]);
    expect(seen).toBe("301 to https://example.com/hook/");
    expect(unchecked).toContain("signatures");
  });

  test("nobody listens", async () => {
    const server = ownServer();
    const url = await listen(server);
    await close(server);
    const { faults: found, seen } = await examined(url);
    expect(found).toEqual(["unreachable"]);
    expect(seen).toContain("ECONNREFUSED");
  });

  test("https:// where plain HTTP is spoken", async () => {
    const url = await started();
    const { faults: found, seen } = await examined(new URL(url.href.replace("http:", "https:")));
    expect(found).toEqual(["other_protocol"]);
    expect(seen).toContain("EPROTO");
  });

  test("a certificate of no known authority, and the same one with the authority given", async () => {
    const { authority, server: tls } = makeCertificates();
    const own = ownServer();
    const server = createSecureServer(tls, (req, res) => own.emit("request", req, res));
    const url = await listen(server);
    onTestFinished(() => close(server));
    const secure = new URL(url.href.replace("http:", "https:"));
    expect((await examined(secure)).faults).toEqual(["certificate"]);
    expect((await examined(secure, { authorities: [authority.cert] })).faults).toEqual([]);
  });

  test("TLS that comes to nothing is no other protocol", async () => {
    const server = createSecureServer({});
    const url = await listen(server);
    onTestFinished(() => close(server));
    const { faults: found, seen } = await examined(new URL(url.href.replace("http:", "https:")));
    expect(found).toEqual(["certificate"]);
    expect(seen).toBe("EPROTO");
  });

  test("another path", async () => {
    const server = createServer((_, res) => res.writeHead(404).end());
    const url = await listen(server);
    onTestFinished(() => close(server));
    expect((await examined(url)).faults).toEqual(["no_route"]);
  });
});

describe("the answer", () => {
  test("201 instead of 200", async () => {
    const { faults: found, seen } = await examined(await started({ status: 201 }));
    expect(found).toEqual(["not_200"]);
    expect(seen).toContain("201");
  });

  test("answers only after a slow handler", async () => {
    const { faults: found, broken } = await examined(await started({ handlerMs: 400 }));
    expect(found).toEqual(["slow_answers"]);
    expect(broken).toEqual(["time to answer"]);
  });

  test.each([413, 400])("100 kB body limit, answered %i", async (limitStatus) => {
    const { faults: found, seen } = await examined(
      await started({ limitBytes: 100_000, limitStatus }),
    );
    expect(found).toEqual(["body_limit"]);
    expect(seen).toMatch(/(8\d|4\d) kB are taken, (8\d|2\d\d) kB are not/);
  });

  const isLarge = (req: IncomingMessage) => Number(req.headers["content-length"]) > 1_000_000;

  test("a connection that breaks under the large body twice is a limit, too", async () => {
    const { faults: found } = await examined(await started({ breaks: isLarge }));
    expect(found).toEqual(["body_limit"]);
  });

  test("one that breaks once, as those that were kept may, is none", async () => {
    let broken = 0;
    const breaks = (req: IncomingMessage) => isLarge(req) && broken++ === 0;
    const { faults: found } = await examined(await started({ breaks }));
    expect(broken).toBeGreaterThan(1);
    expect(found).toEqual([]);
  });

  test("unknown type answered 500", async () => {
    const url = await started({
      handle(body) {
        if (JSON.stringify(body).includes('"type":"treasure_map"')) throw new Error("what is it?");
      },
    });
    const { faults: found, broken } = await examined(url);
    expect(found).toEqual(["unknown_refused"]);
    expect(broken).toEqual(["unknown type of message"]);
  });

  test("a handler's error ends the process", async () => {
    const [program = "", ...args] = command;
    const file = fileURLToPath(new URL("./support/ending-receiver.ts", import.meta.url));
    const child = spawn(program, [...args.slice(0, -1), file], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    onTestFinished(() => void child.kill());
    const href = await new Promise<string>((resolve) =>
      child.stdout.setEncoding("utf8").once("data", resolve),
    );
    const { faults: found, unchecked } = await examined(new URL(href.trim()));
    expect(found).toEqual(["process_ended"]);
    expect(unchecked).toContain("time");
  });
});
