import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { Lanes, type Task } from "../src/lanes.ts";
import { gate, settled } from "./support/notifications.ts";

const log: string[] = [];
beforeEach(() => log.splice(0));
afterEach(() => vi.useRealTimers());

function task(name: string, until?: Promise<void>, owner = name): Task {
  return {
    owner,
    run: async () => {
      log.push(`${name} begins`);
      await until;
      log.push(`${name} ends`);
    },
    skip: () => log.push(`${name} is skipped`),
  };
}

test("tasks of one lane run one at a time, in order", async () => {
  const lanes = new Lanes(10);
  const first = gate();
  lanes.add("ann", [task("1", first.promise)]);
  lanes.add("ann", [task("2")]);
  await settled();
  expect(log).toEqual(["1 begins"]);
  first.open();
  await settled();
  expect(log.toSorted()).toEqual(["1 begins", "1 ends", "2 begins", "2 ends"]);
});

test("tasks of different lanes run side by side, up to the limit", async () => {
  const lanes = new Lanes(2);
  const gates = [gate(), gate(), gate()];
  for (const [i, { promise }] of gates.entries())
    lanes.add(`lane ${i}`, [task(String(i), promise)]);
  await settled();
  expect(log).toEqual(["0 begins", "1 begins"]);
  gates[1]?.open();
  await settled();
  expect(log).toEqual(["0 begins", "1 begins", "1 ends", "2 begins"]);
});

test("it tells how many have not begun, those that a hold takes out and brings back included", async () => {
  const lanes = new Lanes(1);
  const first = gate();
  lanes.add("ann", [task("1", first.promise, "a"), task("2", undefined, "a"), task("3")]);
  lanes.add("bob", [task("4", gate().promise), task("5")]);
  expect(lanes.waiting).toBe(4);
  const mine = lanes.hold("ann", "a", 60_000);
  expect(lanes.waiting).toBe(3);
  first.open();
  await settled();
  expect(lanes.waiting).toBe(2);
  lanes.release("ann", "a", mine);
  expect(lanes.waiting).toBe(3);
  lanes.stop();
  expect(lanes.waiting).toBe(0);
});

/** How many turns of the event loop so many tasks share, of lanes of their own, if each keeps it busy for so long. */
async function turnsOf(count: number, busyMs: number): Promise<number> {
  let now = performance.now();
  vi.spyOn(performance, "now").mockImplementation(() => now);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const lanes = new Lanes(100_000);
  let [turns, left] = [0, count];
  const run = (): void => {
    now += busyMs;
    left--;
  };
  for (let i = 0; i < count; i++) lanes.add(`lane ${i}`, [{ owner: "", run, skip() {} }]);
  for (; left > 0; turns++) await new Promise((resolve) => setImmediate(resolve));
  return turns;
}

test("slow synchronous tasks leave the event loop free between each other, quick ones share a turn", async () => {
  expect(await turnsOf(20, 2)).toBeGreaterThan(15);
  expect(await turnsOf(20, 0)).toBeLessThan(3);
});

test("a queue that grows long gets longer slices", async () => {
  // 200 ms of work: two hundred slices of one millisecond, a dozen of growing ones.
  expect(await turnsOf(20_000, 0.01)).toBeLessThan(60);
});

test("a held lane waits for its owner, whose tasks then come first", async () => {
  const lanes = new Lanes(10);
  lanes.add("ann", [
    {
      owner: "a",
      skip() {},
      run: () => {
        lanes.hold("ann", "a", 60_000);
      },
    },
  ]);
  lanes.add("ann", [task("later", undefined, "b")]);
  lanes.add("bob", [task("bob")]);
  await settled();
  expect(log).toEqual(["bob begins", "bob ends"]);
  expect(lanes.isHeldBy("ann", "a")).toBe(true);
  expect(lanes.isHeldBy("ann", "b")).toBe(false);
  lanes.release("ann", "b");
  await settled();
  expect(log).toHaveLength(2);
  lanes.release("ann", "a", [task("again", undefined, "a")]);
  await settled();
  expect(log.slice(2)).toEqual(["again begins", "again ends", "later begins", "later ends"]);
  expect(lanes.isHeldBy("ann", "a")).toBe(false);
});

test("a hold takes the owner's other tasks out and leaves those of others", async () => {
  const lanes = new Lanes(10);
  let taken: Task[] = [];
  const began = gate();
  lanes.add("ann", [
    {
      owner: "a",
      skip() {},
      run: async () => {
        await began.promise;
        taken = lanes.hold("ann", "a", 60_000);
      },
    },
  ]);
  lanes.add("ann", [task("a2", undefined, "a")]);
  lanes.add("ann", [task("b", undefined, "b")]);
  began.open();
  await settled();
  expect(taken.map(({ owner }) => owner)).toEqual(["a"]);
  lanes.release("ann", "a");
  await settled();
  expect(log).toEqual(["b begins", "b ends"]);
});

test("a hold ends by itself when its time is over", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const lanes = new Lanes(10);
  lanes.hold("ann", "a", 1_000);
  lanes.add("ann", [task("1")]);
  await settled();
  expect(log).toEqual([]);
  vi.advanceTimersByTime(1_000);
  await settled();
  expect(log).toEqual(["1 begins", "1 ends"]);
});

test("releasing what nobody holds changes nothing", async () => {
  const lanes = new Lanes(10);
  lanes.release("ann", "a", [task("1")]);
  const held = gate();
  lanes.add("bob", [task("2", held.promise)]);
  lanes.release("bob", "a", [task("3")]);
  held.open();
  await settled();
  expect(log).toEqual(["2 begins", "2 ends"]);
});

test("many quick tasks of one lane follow each other, and not one out of the other", async () => {
  const lanes = new Lanes(10);
  let left = 20_000;
  const quick: Task = { owner: "", run: () => void left--, skip() {} };
  lanes.add("ann", new Array<Task>(left).fill(quick));
  while (left > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(lanes.waiting).toBe(0);
});

test("a lane that is done leaves nothing behind", async () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  const lanes = new Lanes(10);
  const megabyte = 1_000_000;
  for (let i = 0; i < 100; i++)
    lanes.add(String(i).padEnd(megabyte, "."), [{ owner: "", run() {}, skip() {} }]);
  while (lanes.waiting > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(heap() - before).toBeLessThan(50 * megabyte);
});

test("a hold that is renewed begins anew, and one that ended ends nothing later", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const lanes = new Lanes(10);
  lanes.hold("ann", "a", 1_000);
  vi.advanceTimersByTime(900);
  lanes.hold("ann", "a", 1_000);
  vi.advanceTimersByTime(900);
  expect(lanes.isHeldBy("ann", "a")).toBe(true);
  lanes.release("ann", "a");
  expect(vi.getTimerCount()).toBe(0);
  lanes.hold("ann", "a", 1_000);
  lanes.stop();
  expect(vi.getTimerCount()).toBe(0);
  expect(lanes.isHeldBy("ann", "a")).toBe(false);
});

test("stop takes out what has not begun, and tells it", async () => {
  const lanes = new Lanes(1);
  const first = gate();
  lanes.add("ann", [task("1", first.promise)]);
  lanes.add("bob", [task("2")]);
  lanes.add("ann", [task("3")]);
  lanes.stop();
  first.open();
  await settled();
  expect(log).toEqual(["1 begins", "3 is skipped", "2 is skipped", "1 ends"]);
});

test("an owner may bring back more tasks than a call takes arguments", async () => {
  const lanes = new Lanes(1);
  const first = gate();
  lanes.add("ann", [task("1", first.promise, "A")]);
  lanes.hold("ann", "A", 60_000);
  const many = new Array<Task>(300_000).fill(task("0", gate().promise));
  lanes.release("ann", "A", many);
  first.open();
  await settled();
  expect(log).toEqual(["1 begins", "1 ends", "0 begins"]);
});

test.each([
  ["throws", (): void => expect.fail("a bug")],
  ["rejects", () => Promise.reject(new Error("a bug"))],
])("a task that %s against all promises stops no lane, not even its own", async (_what, run) => {
  const lanes = new Lanes(1);
  try {
    lanes.add("ann", [{ owner: "a", run, skip() {} }]);
  } catch (error) {
    expect(error).toMatchObject({ message: "a bug" });
  }
  lanes.add("ann", [task("1")]);
  lanes.add("bob", [task("2")]);
  await settled();
  expect(log.toSorted()).toEqual(["1 begins", "1 ends", "2 begins", "2 ends"]);
});
