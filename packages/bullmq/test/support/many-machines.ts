import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { batch, notification, signed } from "@whatsapp-webhooks/testing";
import { Redis } from "ioredis";
import { Member } from "./crew.ts";
import { DURABLE, RedisServer } from "./redis-server.ts";

export interface ManyMachinesOptions {
  /** Messages to be sent, in notifications of several, as the platform sends them under load. */
  readonly items: number;
  /** How many processes are killed, one after another; at half of it Redis is. */
  readonly kills: number;
  readonly receivers?: number;
  readonly workers?: number;
}

export interface ManyMachinesReport {
  readonly notifications: number;
  /** Messages whose notification was answered 200. */
  readonly acknowledged: number;
  /** Of these, those without an effect at the end. */
  readonly lost: readonly string[];
  /** Effects that came before an earlier one of their conversation. */
  readonly disordered: readonly string[];
  /** Handlers that ran again: after the process was killed in which they had run, and after anything else. */
  readonly repeated: number;
  readonly unexplained: readonly string[];
  readonly refused: number;
  readonly longestMs: number;
  /** What Redis counts as waiting when nothing does. */
  readonly counted: Readonly<Record<string, string>>;
  readonly kills: number;
  readonly redisKills: number;
  readonly seconds: number;
}

const CONVERSATIONS = 400;
const SENDERS = 20;
/** Begins a line among the effects: who was killed, a process or Redis, and when. */
const KILLED = "killed";
/** What ran so long before a kill has been noted in Redis by then. */
const NOTED_MS = 3_000;

/**
 * Several processes that receive and several that work, each killed and started again at random under load, Redis too; and
 * what came of every acknowledged message.
 */
export async function manyMachines({
  items,
  kills,
  receivers = 2,
  workers = 3,
}: ManyMachinesOptions): Promise<ManyMachinesReport> {
  const folder = mkdtempSync(join(tmpdir(), "many-machines-"));
  const effects = join(folder, "effects");
  const redis = new RedisServer(DURABLE);
  await redis.start();
  const webs = range(receivers).map(() => new Member("receiver.ts", redis.url, "{soak}"));
  const crew = range(workers).map(() => new Member("worker.ts", redis.url, "{soak}", effects));
  const load = new Load(webs, items);
  try {
    await Promise.all([...webs, ...crew].map((member) => member.start()));
    const began = performance.now();
    const sending = load.send();
    let redisKills = 0;
    for (let kill = 0; kill < kills; kill++) {
      // Spread over the load.
      while (load.sent < ((kill + 0.5) * items) / kills) await sleep(20);
      await sleep(Math.random() * 300);
      if (kill === Math.floor(kills / 2)) {
        const killedAt = Date.now();
        await redis.kill();
        await sleep(500 + Math.random() * 1_000);
        await redis.start();
        // What ran meanwhile could not be noted either.
        appendFileSync(effects, `${KILLED} redis ${killedAt}\n`);
        redisKills++;
      }
      const isWeb = kill % (receivers + workers) < receivers;
      const [member] = (isWeb ? webs : crew).splice(0, 1) as [Member];
      (isWeb ? webs : crew).push(member);
      const { pid } = member;
      const killedAt = Date.now();
      await member.stop("SIGKILL");
      appendFileSync(effects, `${KILLED} ${pid} ${killedAt}\n`);
      // A receiver comes back where it was.
      await member.start(...(isWeb ? [member.word] : []));
    }
    await sending;
    const report = await settled(effects, load);
    const seconds = Math.round((performance.now() - began) / 1_000);
    const counted = await countedIn(redis.url);
    return { ...report, counted, kills, redisKills, seconds };
  } finally {
    await Promise.all([...webs, ...crew].map((member) => member.stop("SIGKILL")));
    await redis.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** When what dead workers had has been delivered again, which takes a while. */
async function countedIn(url: string): Promise<Record<string, string>> {
  const client = new Redis(url);
  let counted: Record<string, string> = {};
  for (let looks = 0; looks < 60 && counted.count !== "0"; looks++) {
    await sleep(500);
    counted = await client.hgetall("{soak}:totals");
  }
  client.disconnect();
  return counted;
}

/** Posts messages of many conversations, of each the next when the last was taken. */
class Load {
  readonly #webs: readonly Member[];
  readonly #items: number;
  readonly acknowledged = new Set<string>();
  sent = 0;
  notifications = 0;
  refused = 0;
  longestMs = 0;

  constructor(webs: readonly Member[], items: number) {
    this.#webs = webs;
    this.#items = items;
  }

  async send(): Promise<void> {
    await Promise.all(range(SENDERS).map((sender) => this.#sender(sender)));
  }

  async #sender(sender: number): Promise<void> {
    const mine = range(CONVERSATIONS).filter((conversation) => conversation % SENDERS === sender);
    const next = new Map(mine.map((conversation) => [conversation, 0]));
    while (this.sent < this.#items) {
      const some = mine.filter(() => Math.random() < 0.5);
      const texts = some.map((conversation) => {
        const serial = next.get(conversation) ?? 0;
        next.set(conversation, serial + 1);
        return `${conversation}/${serial}`;
      });
      if (texts.length === 0) continue;
      this.sent += texts.length;
      await this.#post(texts);
      for (const text of texts) this.acknowledged.add(text);
    }
  }

  /** As the platform does it: again, until it is taken. */
  async #post(texts: readonly string[]): Promise<void> {
    const messages = texts.map((text) =>
      notification({ text, from: String(12125550000 + Number(text.split("/")[0])) }),
    );
    const { body, headers } = signed(batch(...messages), "secret");
    this.notifications++;
    for (;;) {
      const { word } = this.#webs[Math.floor(Math.random() * this.#webs.length)] as Member;
      const began = performance.now();
      const status = await fetch(`http://127.0.0.1:${word}/webhooks/whatsapp`, {
        method: "POST",
        body,
        headers,
      }).then(
        async (response) => {
          await response.arrayBuffer();
          this.longestMs = Math.max(this.longestMs, Math.round(performance.now() - began));
          return response.status;
        },
        () => 0,
      );
      if (status === 200) return;
      if (status !== 0) this.refused++;
      await sleep(50);
    }
  }
}

async function settled(effects: string, load: Load) {
  const { acknowledged, notifications, refused, longestMs } = load;
  const judged = () =>
    judge(existsSync(effects) ? readFileSync(effects, "utf8") : "", acknowledged);
  let report = judged();
  let lines = report.lines;
  for (let quiet = 0; report.lost.length > 0 && quiet < 40; quiet++) {
    await sleep(500);
    report = judged();
    if (report.lines > lines) quiet = 0;
    lines = report.lines;
  }
  // What would come twice has the time to.
  await sleep(1_000);
  const { lines: _, ...last } = judged();
  return { notifications, acknowledged: acknowledged.size, refused, longestMs, ...last };
}

/** What came of the messages, by the lines of the effects: `<text> <process id> <ms>`, `killed <process id or redis> <ms>`. */
export function judge(effects: string, acknowledged: ReadonlySet<string>) {
  const lines = effects.split("\n").slice(0, -1);
  const ran = new Map<string, { readonly by: string; readonly at: number }>();
  const last = new Map<string, number>();
  const disordered: string[] = [];
  const unexplained: string[] = [];
  /** What ran just before a kill, or while Redis was away: whether it was noted is not known. */
  const doubtful = new Set<string>();
  let repeated = 0;
  for (const line of lines) {
    const [text = "", by = "", ms = ""] = line.split(" ");
    const at = Number(ms);
    if (text === KILLED) {
      for (const [each, run] of ran)
        if ((by === "redis" || by === run.by) && run.at > at - NOTED_MS) doubtful.add(each);
      continue;
    }
    const isRepetition = ran.has(text);
    ran.set(text, { by, at });
    if (isRepetition) {
      repeated++;
      if (!doubtful.delete(text)) unexplained.push(text);
      continue;
    }
    const [conversation = "", serial = ""] = text.split("/");
    if (Number(serial) < (last.get(conversation) ?? -1)) disordered.push(text);
    last.set(conversation, Number(serial));
  }
  const lost = [...acknowledged].filter((text) => !ran.has(text));
  return { lines: lines.length, lost, disordered, repeated, unexplained };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
