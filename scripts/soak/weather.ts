// The sample apps of all frameworks, on SQLite or on Redis, through the emulator's whole weather, killed and started again all
// the while: `weather.ts [items for each framework] [sqlite or redis] [one framework alone]`. Every item has to be handled, and
// none again, unless the process was killed in which it had been.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createEmulator, fastClock, type Verdict } from "@whatsapp-webhooks/emulator";
import { DURABLE, RedisServer } from "../../packages/bullmq/test/support/redis-server.ts";
import { again, count, range, saveReport, soakArguments } from "./report.ts";
import { SampleApp } from "./sample-app.ts";

const [items = "100000", engine, only] = soakArguments;
const ITEMS = Number(items);
const redis = engine === "redis" ? new RedisServer(DURABLE) : undefined;
const FRAMEWORKS = ["express", "koa", "fastify"] as const;
const RESTARTS = 6;
const LOTS = 50;
const weather = {
  batchItems: 200,
  duplicates: 0.05,
  reordering: 0.05,
  burst: 8,
  slowUploads: 0.02,
  cutUploads: 0.02,
  cutBeforeAnswer: 0.02,
  lostAnswers: 0.02,
};

interface Soaked {
  readonly isGood: boolean;
  readonly repetitions: number;
  readonly answerMs: Verdict["answerMs"];
}

async function soak(framework: (typeof FRAMEWORKS)[number]): Promise<Soaked> {
  const folder = mkdtempSync(join(tmpdir(), "weather-"));
  const inbox =
    redis === undefined
      ? `sqlite:${join(folder, "inbox.db")}`
      : `${redis.url}/${FRAMEWORKS.indexOf(framework)}`;
  const app = new SampleApp(framework, inbox);
  await app.start();
  // A minute of waiting for the next attempt takes a second.
  const emulator = createEmulator({
    appSecret: app.secret,
    clock: fastClock(60),
    weather,
    seed: framework,
    statuses: { reach: "read" },
  });
  await emulator.start();
  await emulator.subscribe({ callbackUrl: app.url, verifyToken: app.verifyToken });
  const began = performance.now();
  const perLot = Math.ceil(ITEMS / LOTS / 4);
  for (let lot = 0; lot < LOTS; lot++) {
    for (let i = 0; i < perLot; i++) {
      const phone = String(12125550000 + (i % 500));
      emulator.customer({ phone }).text(`Lot ${lot}, ${i}: äöü / <>`);
      // Sent, delivered and read.
      emulator.send({ to: phone, text: { body: "Thank you" } });
    }
    await sleep(200);
    if (lot % Math.ceil(LOTS / RESTARTS) !== 3) continue;
    // Between requests, those that the weather repeats included, so that the verdict is on the receiver and not on whoever kills
    // it; what it has answered it has not handled yet. (Under load the other soak kills.)
    await emulator.idle({ retries: true });
    await app.restart(lot % 2 === 0 ? "SIGKILL" : "SIGTERM");
  }
  await emulator.idle({ retries: true });
  await app.settled();
  const { ok, missing, doubled, unexpected, undelivered, handled } = emulator.audit(app.effects());
  const verdict = emulator.verdict();
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(
    `${framework}: ${handled} items handled in ${seconds} s, ${missing.length} missing, ${doubled.length} taken for two events, ` +
      `${unexpected.length} unexpected, ${undelivered.length} undelivered, ${app.repetitions} handled again, ` +
      `${app.unexplained.length} of them without a crash\n${verdict.text}`,
  );
  await emulator.stop();
  await app.stop();
  rmSync(folder, { recursive: true });
  if (app.unexplained.length > 0) console.log({ unexplained: app.unexplained.slice(0, 10) });
  return {
    isGood: ok && undelivered.length === 0 && app.unexplained.length === 0 && verdict.ok,
    repetitions: app.repetitions,
    answerMs: verdict.answerMs,
  };
}

const frameworks = FRAMEWORKS.filter((name) => only === undefined || name === only);
if (frameworks.length === 0)
  throw new Error(`There is no sample app on "${only}": take one of ${FRAMEWORKS.join(", ")}.`);
await redis?.start();
const soaked: Soaked[] = [];
for (const framework of frameworks) soaked.push(await soak(framework));
await redis?.end();
if (soaked.some(({ isGood }) => !isGood)) process.exit(1);
const longestMs = Math.max(...soaked.map(({ answerMs }) => answerMs.max));
saveReport("weather", {
  what:
    `the sample apps (${frameworks.join(", ")}) on ${redis === undefined ? "SQLite" : "Redis"}, ${count(ITEMS)} items each, in batches, some twice, out of order, ` +
    "over connections that break, with restarts between requests, half of them `kill -9`",
  result:
    `every item handled, ${again(soaked.reduce((sum, { repetitions }) => sum + repetitions, 0))}; every answer 200, ` +
    `median ${range(soaked.map(({ answerMs }) => Math.round(answerMs.median)))} ms, none above ${(Math.ceil(longestMs / 100) / 10).toFixed(1)} s`,
});
process.exit();
