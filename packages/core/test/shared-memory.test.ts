import { expect, test } from "vitest";
import { inOwnMemory, SharedMemory } from "../src/inbox/shared-memory.ts";
import type { InboxRecord } from "../src/index.ts";
import { record } from "./support/notifications.ts";

const filled = (bytes: number, byte: number): InboxRecord => ({
  ...record(""),
  body: new Uint8Array(bytes).fill(byte),
});

test("small bodies share memory until it is full, and each is what it was", () => {
  const memory = new SharedMemory();
  const sent = [filled(4_096, 1), filled(4_000, 2), filled(96, 3), filled(1, 4)];
  const taken = sent.map((each) => memory.take(each));
  expect(taken).toEqual(sent);
  const [first, ...others] = taken.map(({ body }) => body.buffer);
  expect(first).not.toBe(sent[0]?.body.buffer);
  expect(others.map((buffer) => buffer === first)).toEqual([true, true, false]);
});

test("a body that would take more than half of it stays where it is, others go on sharing", () => {
  const memory = new SharedMemory();
  const large = [filled(4_097, 1), filled(100_000, 1)];
  const first = memory.take(filled(10, 2));
  for (const each of large) expect(memory.take(each)).toBe(each);
  expect(memory.take(filled(10, 3)).body.buffer).toBe(first.body.buffer);
});

test("what moves out of shared memory is the same in memory of its own; what has its own stays", () => {
  const sent = filled(10, 1);
  const shared = new SharedMemory().take(sent);
  const own = inOwnMemory(shared);
  expect(own).toEqual(sent);
  expect(own.body.buffer.byteLength).toBe(10);
  expect(inOwnMemory(own)).toBe(own);
});
