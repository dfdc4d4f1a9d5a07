import { expect, test } from "vitest";
import { Journal } from "../src/delivery/journal.ts";
import type { Notification } from "../src/delivery/notification.ts";

function notification(id: number, body: string): Notification {
  return { id: `${id}`, api: "cloud", body, units: [], createdAt: 0, failures: 0, dueAt: 0 };
}

function kept(journal: Journal): string[] {
  return journal.deliveries.map(({ notificationId }) => notificationId);
}

test("of large bodies, the newest 100 MB are kept", () => {
  const journal = new Journal();
  // One string for all: the test needs no memory, and the journal cannot know.
  const body = "x".repeat(3_000_000);
  for (let id = 1; id <= 50; id++) journal.begun(notification(id, body), "app");
  expect(kept(journal)).toEqual(Array.from({ length: 33 }, (_, i) => `${i + 18}`));
  // What is small again has room as before.
  for (let id = 51; id <= 150; id++) journal.begun(notification(id, "{}"), "app");
  expect(kept(journal)).toHaveLength(133);
});

test("what is beyond ASCII counts by its bytes, and one body is kept, however large it is", () => {
  const journal = new Journal();
  const body = "ü".repeat(30_000_000);
  for (let id = 1; id <= 3; id++) journal.begun(notification(id, body), "app");
  expect(kept(journal)).toEqual(["3"]);
  journal.begun(notification(4, "x".repeat(101_000_000)), "app");
  expect(kept(journal)).toEqual(["4"]);
});

test("of small bodies, the newest 20,000 are kept", () => {
  const journal = new Journal();
  for (let id = 1; id <= 20_010; id++) journal.begun(notification(id, "{}"), "app");
  expect(journal.deliveries).toHaveLength(20_000);
  expect(journal.deliveries[0]?.notificationId).toBe("11");
});
