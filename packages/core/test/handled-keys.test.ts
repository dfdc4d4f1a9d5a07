import { expect, test } from "vitest";
import { HandledKeys } from "../src/handled-keys.ts";

test("a key is known from its success on, while its record goes on and when that has gone to the inbox", () => {
  const handled = new HandledKeys();
  expect(handled.has("a")).toBe(false);
  handled.add("a");
  expect(handled.has("a")).toBe(true);
  handled.settle(["a", "b"]);
  expect(handled.has("a")).toBe(true);
  expect(handled.has("b")).toBe(true);
  expect(handled.has("c")).toBe(false);
});

test("what went to the inbox long ago is forgotten: the inbox knows it", () => {
  const handled = new HandledKeys();
  handled.add("a");
  handled.settle(["a"]);
  handled.settle(Array.from({ length: 20_000 }, (_, i) => String(i)));
  expect(handled.has("a")).toBe(false);
});

test("the number of changes grows with every key: what was asked before may be known now", () => {
  const handled = new HandledKeys();
  const numbers = [handled.changes];
  handled.add("a");
  numbers.push(handled.changes);
  handled.settle(["a"]);
  numbers.push(handled.changes);
  handled.settle([]);
  numbers.push(handled.changes);
  handled.settle(["b", "c"]);
  numbers.push(handled.changes);
  expect(numbers).toEqual([0, 1, 2, 2, 4]);
});
