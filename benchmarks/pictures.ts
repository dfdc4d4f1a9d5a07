// Which pictures the results give, and what is drawn in each.
import { type Bar, barChart, lineChart, type Theme, themes } from "./charts.ts";
import { mainResult } from "./goals.ts";
import { runName } from "./page.ts";
import type { Results } from "./results.ts";
import { type SubjectRow, subjects } from "./subjects.ts";

export interface Picture {
  /** Of the file, without the theme and the ending. */
  readonly name: string;
  /** For those who cannot see it. */
  readonly alt: string;
  draw(theme: Theme): string;
}

const KINDS = ["the bare framework", "this library", "others"] as const;

function kindOf({ setup }: SubjectRow): (typeof KINDS)[number] {
  if (setup === "bare") return "the bare framework";
  return setup === "ours" ? "this library" : "others";
}

/** Those of the newest Node.js that was measured. */
export function picturesOf(runs: readonly Results[]): readonly Picture[] {
  const results = runs.at(-1);
  if (results === undefined) return [];
  return [...httpPictures(results), ...growthPictures(results)];
}

function httpPictures(results: Results): Picture[] {
  const found = subjects.flatMap((row) => {
    const result = mainResult(results, row.name);
    return result === undefined ? [] : [{ row, result }];
  });
  if (found.length === 0) return [];
  const bars = (of: (result: (typeof found)[number]["result"]) => number): Bar[] =>
    found
      .map(({ row, result }) => ({ label: row.name, value: of(result), kind: kindOf(row) }))
      .sort((a, b) => a.value - b.value);
  const name = runName(results);
  return [
    {
      name: "cpu",
      alt: "CPU time for each notification of 1 KB, by server: the figures of the table below",
      draw: (theme) =>
        barChart(
          theme,
          `CPU for each notification of 1 KB, µs: shorter is better. ${name}`,
          KINDS,
          bars(({ cpuUs }) => Math.round(cpuUs)),
        ),
    },
    {
      name: "answers",
      alt: "Answers a second on one core, by server: the figures of the table below",
      draw: (theme) =>
        barChart(
          theme,
          `Answers a second on one core, 1 KB, 256 connections: longer is better. ${name}`,
          KINDS,
          bars(({ perSecond }) => Math.round(perSecond)).reverse(),
        ),
    },
  ];
}

function growthPictures({ items = [], stored = [] }: Results): Picture[] {
  const pictures: Picture[] = [];
  if (items.length > 0)
    pictures.push({
      name: "items",
      alt: "CPU time for each item, by the number of items in a body",
      draw: (theme) =>
        lineChart(
          theme,
          "CPU for each item, by how many are in a body",
          { x: "items in a body", y: "µs", isLogarithmic: true },
          [{ name: "node:http, memory", points: items.map((one) => [one.items, one.cpuUs]) }],
        ),
    });
  if (stored.length > 0)
    pictures.push({
      name: "stored",
      alt: "CPU time for each notification, by how many the SQLite file remembers",
      draw: (theme) =>
        lineChart(
          theme,
          "CPU for each notification, by how many the SQLite file remembers",
          { x: "notifications remembered", y: "µs" },
          [{ name: "node:http, SQLite", points: stored.map((one) => [one.stored, one.cpuUs]) }],
        ),
    });
  return pictures;
}

/** The file of a picture in one theme. */
export function pictureFile({ name }: Picture, theme: Theme): string {
  return `${name}-${theme}.svg`;
}

/** All files with what is in them. */
export function drawAll(runs: readonly Results[]): ReadonlyMap<string, string> {
  return new Map(
    picturesOf(runs).flatMap((picture) =>
      themes.map((theme) => [pictureFile(picture, theme), picture.draw(theme)] as const),
    ),
  );
}
