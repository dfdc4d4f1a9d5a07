import { useEffect, useRef } from "preact/hooks";
import UPlot from "uplot";
import type { AnswerTime } from "./store.ts";

/** What the platform's page on throughput demands. */
const MEDIAN_LIMIT_MS = 250;
const SLOW_MS = 1000;
const HEIGHT = 200;

/** A point for each of the newest answers, on a logarithmic scale, with the platform's limits as lines. */
export function Plot({
  times,
  label,
}: {
  readonly times: readonly AnswerTime[];
  readonly label: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | undefined>(undefined);
  const data = dataOf(times);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const make = (): void => {
      const shown = plot.current?.data ?? data;
      plot.current?.destroy();
      plot.current = new UPlot(optionsFor(element), shown, element);
    };
    make();
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", make);
    const resized = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0) plot.current?.setSize({ width, height: HEIGHT });
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      dark.removeEventListener("change", make);
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(data), [times]);
  return <div class="plot" ref={place} role="img" aria-label={label} />;
}

/** The answers' numbers, the good ones, the others, and the two limits. */
function dataOf(times: readonly AnswerTime[]): UPlot.AlignedData {
  const points = times.map(({ ms }) => Math.max(0.1, ms));
  // Lines need two ends, with or without answers.
  const count = Math.max(2, points.length);
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const pick = (isGood: boolean): (number | null)[] =>
    numbers.map((_, index) => (times[index]?.isGood === isGood ? (points[index] ?? null) : null));
  const flat = (ms: number): number[] => numbers.map(() => ms);
  return [numbers, pick(true), pick(false), flat(MEDIAN_LIMIT_MS), flat(SLOW_MS)];
}

function optionsFor(element: HTMLElement): UPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const dots = (name: string): UPlot.Series => ({
    label: name,
    stroke: colour(name),
    paths: () => null,
    points: { show: true, size: 5, fill: colour(name), width: 0 },
  });
  const limit = (label: string, name: string): UPlot.Series => ({
    label,
    stroke: colour(name),
    width: 1.5,
    dash: [6, 4],
    points: { show: false },
  });
  const axis: UPlot.Axis = {
    stroke: colour("faint"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
  };
  return {
    width: element.clientWidth || 300,
    height: HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    padding: [8, 8, 0, 0],
    scales: {
      x: { time: false },
      y: { distr: 3, range: (_plot, _low, high) => [0.1, Math.max(3000, high * 1.5)] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        values: (_plot, ticks) => ticks.map((n) => (n % 1 === 0 ? `${n}` : "")),
      },
      {
        ...axis,
        size: 48,
        splits: () => [0.1, 1, 10, 100, 1000, 10_000],
        filter: (_plot, splits) => splits,
        values: (_plot, ticks) => ticks.map(scaleLabel),
      },
    ],
    series: [
      {},
      dots("good"),
      dots("bad"),
      limit("limit of the median", "median-limit"),
      limit("slow", "slow-limit"),
    ],
    hooks: { draw: [writeLimits] },
  };
}

/** The lines say what they are, so that no legend is needed. */
function writeLimits(plot: UPlot): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "right";
  for (const [ms, text, series] of [
    [MEDIAN_LIMIT_MS, "median at most 250 ms", 3],
    [SLOW_MS, "less than 1 % above 1 s", 4],
  ] as const) {
    const { stroke } = plot.series[series] ?? {};
    ctx.fillStyle = typeof stroke === "function" ? String(stroke(plot, series)) : String(stroke);
    ctx.fillText(
      text,
      bbox.left + bbox.width - 4 * ratio,
      plot.valToPos(ms, "y", true) - 6 * ratio,
    );
  }
  ctx.restore();
}

function scaleLabel(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}
