import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRedisMissing, RedisServer } from "../../packages/bullmq/test/support/redis-server.ts";
import { loads, writeRequests } from "../requests.ts";
import { checkSubject } from "../sections/check.ts";
import { Subject } from "../subject.ts";
import { type SubjectRow, subjects } from "../subjects.ts";
import { load, missingTools } from "../wrk.ts";

const TIMEOUT_MS = 120_000;
/** No build is needed for trying. */
const flags = ["--conditions=@whatsapp-webhooks/source"];
const { CI } = process.env;
const isSkipped = isRedisMissing && CI === undefined;
if (isSkipped) console.warn("Skipped: there is no redis-server on this machine.");

let folder = "";
let redis: RedisServer | undefined;
let databases = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "benchmark-test-"));
  if (isSkipped) return;
  redis = new RedisServer();
  await redis.start();
}, TIMEOUT_MS);

afterAll(async () => {
  await redis?.end();
  rmSync(folder, { recursive: true, force: true });
});

function placeFor({ inbox }: SubjectRow): string {
  databases++;
  return inbox === "redis" ? `${redis?.url}/${databases % 16}` : join(folder, `${databases}.db`);
}

async function started<T>(row: SubjectRow, use: (subject: Subject) => Promise<T>): Promise<T> {
  const subject = await Subject.start(row.name, { flags, place: placeFor(row) });
  try {
    return await use(subject);
  } finally {
    await subject.stop();
  }
}

describe.concurrent("every server takes what is signed, refuses what is not, and sees of a batch what is said of it", () => {
  for (const row of subjects)
    test.skipIf(row.inbox === "redis" && isSkipped)(
      row.name,
      async () => {
        const found = await started(row, checkSubject);
        const sees = row.setup === "bare" || !row.takesBatches ? undefined : row.batchItems;
        expect(found).toEqual({
          subject: row.name,
          signed: 200,
          forged: row.setup === "octokit" ? 400 : 401,
          batchItems: sees,
        });
      },
      TIMEOUT_MS,
    );
});

describe("the load generator", () => {
  const isMissing = missingTools.length > 0 && CI === undefined;
  if (isMissing) console.warn(`Skipped: ${missingTools.join(" and ")} missing on this machine.`);

  test.skipIf(isMissing)(
    "sends each request of a file once, and every one of them is handled",
    async () => {
      const path = join(folder, "requests");
      const file = writeRequests(path, { sender: "whatsapp", ...loads["1 KB"] }, 50_000);
      const row = subjects.find(({ name }) => name === "node:http, ours, memory") as SubjectRow;
      await started(row, async (subject) => {
        const seen = await load(subject.port, file, { first: 0, connections: 4, seconds: 1 });
        expect(seen).toMatchObject({ notOk: 0, failed: 0 });
        expect(seen.requests).toBeGreaterThan(0);
        const { handled } = await subject.handled(seen.requests);
        // Those that wrk does not count, because it stopped meanwhile.
        expect(handled).toBeLessThanOrEqual(seen.requests + 4);
      });
    },
    TIMEOUT_MS,
  );
});
