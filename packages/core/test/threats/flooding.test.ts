import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { memoryInbox } from "../../src/index.ts";
import { attacked } from "../support/attacked.ts";
import { cloudBody, text } from "../support/notifications.ts";

vi.setConfig({ testTimeout: 120_000 });

const GUESS = `X-Hub-Signature-256: sha256=${"0".repeat(64)}`;

/** A stranger's upload that announces so much and sends so much. */
async function upload(port: number, announced: number, sent: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {}).resume();
  await once(socket, "connect");
  const head = [
    "POST /webhooks/whatsapp HTTP/1.1",
    "Host: x",
    GUESS,
    `Content-Length: ${announced}`,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${"x".repeat(sent)}`);
  return socket;
}

describe("strangers", () => {
  test("whose uploads stall do not keep the platform out", async () => {
    const rig = await attacked({ unverifiedLimitBytes: 100_000, readTimeoutMs: 600_000 });
    await Promise.all(Array.from({ length: 10 }, () => upload(rig.port, 10_000, 9_999)));
    // Until they count as slow there may be no room; then there is, without waiting for their end.
    await expect
      .poll(
        () =>
          rig.expectAlive().then(
            () => true,
            () => false,
          ),
        { timeout: 30_000 },
      )
      .toBe(true);
    await rig.expectAlive();
  });

  test("who open many connections and send nothing of use are let go one by one", async () => {
    const rig = await attacked({ readTimeoutMs: 3_000 });
    const sockets = await Promise.all(Array.from({ length: 200 }, () => upload(rig.port, 100, 1)));
    await rig.expectAlive();
    await Promise.all(sockets.map((socket) => socket.closed || once(socket, "close")));
    await rig.expectAlive();
    expect(rig.log.lines.filter(({ details }) => details.code === "body_timeout")).toHaveLength(1);
  });

  test("who forge thousands of notifications leave a line in the log, and no event", async () => {
    const rig = await attacked();
    for (let i = 0; i < 2_000; i += 50) {
      const forged = Array.from({ length: 50 }, (_, j) =>
        rig.signed(cloudBody([text(`${i + j}`)]), "guess"),
      );
      for (const { status } of await Promise.all(forged)) expect(status).toBe(401);
    }
    await rig.webhooks.idle();
    expect(rig.events).toEqual([]);
    expect(rig.log.lines).toHaveLength(1);
    await rig.expectAlive();
  });
});

/** Bytes in use once everything that nobody can reach is gone. */
function bytesInUse(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let i = 0; i < 3; i++) collect();
  return process.memoryUsage().heapUsed;
}

describe("memory", () => {
  const ROUNDS = 30;
  const PER_ROUND = 1_000;

  /** What is still in use after so many notifications of these messages, beyond what was after the first rounds. */
  async function grownBy(
    message: (serial: number) => object,
    handler: () => unknown,
  ): Promise<number> {
    const inbox = memoryInbox({ seenLimit: 500, deadLetterLimitBytes: 10_000 });
    const rig = await attacked({ inbox, hears: "status", unverifiedLimitBytes: 1e9 });
    rig.webhooks.on("message", handler);
    let before = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const messages = Array.from({ length: PER_ROUND }, (_, i) => message(round * PER_ROUND + i));
      expect((await rig.signed(cloudBody(messages))).status).toBe(200);
      await rig.webhooks.idle();
      rig.errors.splice(0);
      if (round === ROUNDS / 2) before = bytesInUse();
    }
    return bytesInUse() - before;
  }

  // Each of fourteen thousand notifications would have to leave a hundred bytes at least.
  const LEAK = 1_400_000;
  const number = (serial: number): string => String(12_125_550_000 + serial);

  test("does not grow with conversations", async () => {
    const grown = await grownBy(
      (n) => text("a", { from: number(n) }),
      () => {},
    );
    expect(grown).toBeLessThan(LEAK);
  });

  test("does not grow with ids and the keys made of them, long as they may be", async () => {
    const grown = await grownBy(
      (n) => text("a", { id: `wamid.${n}.${"x".repeat(2_000)}` }),
      () => {},
    );
    expect(grown).toBeLessThan(LEAK);
  });

  test("of a profile no more is remembered than tells whether it is another, long as it may be", async () => {
    const rig = await attacked({ hears: "contact" });
    const profile = (n: number): object => ({
      wa_id: number(n),
      profile: { name: `${n} ${"x".repeat(50_000)}` },
      brand_new: [`${n} ${"x".repeat(50_000)}`],
    });
    const send = async (from: number): Promise<void> => {
      const contacts = Array.from({ length: 30 }, (_, i) => profile(from + i));
      const [entry] = cloudBody([]).entry;
      const value = { ...entry?.changes[0]?.value, contacts };
      const body = {
        ...cloudBody([]),
        entry: [{ ...entry, changes: [{ field: "messages", value }] }],
      };
      expect((await rig.signed(body)).status).toBe(200);
      await rig.webhooks.idle();
    };
    for (let i = 0; i < 10; i++) await send(30 * i);
    expect(rig.events.splice(0)).toHaveLength(300);
    const before = bytesInUse();
    for (let i = 10; i < 40; i++) {
      await send(30 * i);
      rig.events.splice(0);
    }
    // Nine hundred profiles of a hundred thousand characters.
    expect(bytesInUse() - before).toBeLessThan(9_000_000);
    await send(0);
    expect(rig.events).toEqual([]);
  });

  test("does not grow with handlers that fail and notifications that are given up", async () => {
    const grown = await grownBy(
      (n) => text("a", { from: number(n) }),
      () => Promise.reject(new Error("no")),
    );
    expect(grown).toBeLessThan(LEAK);
  });
});
