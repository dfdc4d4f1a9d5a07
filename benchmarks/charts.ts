// The results as pictures, each in light and in dark: GitHub shows the one that fits the reader's page.
import { BarChart, type BarSeriesOption, LineChart, type LineSeriesOption } from "echarts/charts";
import {
  GridComponent,
  type GridComponentOption,
  LegendComponent,
  type LegendComponentOption,
  TitleComponent,
  type TitleComponentOption,
} from "echarts/components";
import { type ComposeOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

type Option = ComposeOption<
  | BarSeriesOption
  | LineSeriesOption
  | GridComponentOption
  | LegendComponentOption
  | TitleComponentOption
>;

export const themes = ["light", "dark"] as const;
export type Theme = (typeof themes)[number];

/** Text and lines that can be read on GitHub's page, and a colour for each kind of thing. */
const inks: Readonly<Record<Theme, { readonly text: string; readonly line: string }>> = {
  light: { text: "#1f2328", line: "#d1d9e0" },
  dark: { text: "#f0f6fc", line: "#3d444d" },
};
const colors: Readonly<Record<Theme, readonly string[]>> = {
  light: ["#8c959f", "#1a7f37", "#0969da", "#bc4c00"],
  dark: ["#656c76", "#3fb950", "#4493f8", "#db6d28"],
};

const WIDTH = 840;
const ROW_HEIGHT = 26;
const FRAME_HEIGHT = 110;
const LINES_HEIGHT = 320;

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** What is drawn in one colour; the legend tells which. */
  readonly kind: string;
}

/** Bars below each other, the first on top, with their values at their ends. */
export function barChart(
  theme: Theme,
  title: string,
  kinds: readonly string[],
  bars: readonly Bar[],
): string {
  const series = kinds.map(
    (kind): BarSeriesOption => ({
      type: "bar",
      name: kind,
      stack: "all",
      barWidth: 16,
      data: bars.map((bar) => (bar.kind === kind ? bar.value : "-")),
      label: { show: true, position: "right", color: inks[theme].text, textBorderWidth: 0 },
    }),
  );
  return render(theme, title, FRAME_HEIGHT + bars.length * ROW_HEIGHT, {
    grid: { left: 260, right: 70, top: 70, bottom: 30, outerBoundsMode: "none" },
    xAxis: { type: "value", ...axisOf(theme) },
    yAxis: {
      type: "category",
      inverse: true,
      data: bars.map(({ label }) => label),
      ...axisOf(theme),
    },
    series,
  });
}

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

export interface LineAxes {
  readonly x: string;
  readonly y: string;
  readonly isLogarithmic?: boolean;
}

/** Lines over a common axis, from zero on. */
export function lineChart(
  theme: Theme,
  title: string,
  axes: LineAxes,
  lines: readonly Line[],
): string {
  return render(theme, title, LINES_HEIGHT, {
    grid: { left: 60, right: 40, top: 90, bottom: 50, outerBoundsMode: "none" },
    xAxis: {
      type: axes.isLogarithmic === true ? "log" : "value",
      name: axes.x,
      nameLocation: "middle",
      nameGap: 28,
      ...axisOf(theme),
    },
    yAxis: { type: "value", min: 0, name: axes.y, ...axisOf(theme) },
    series: lines.map(
      ({ name, points }): LineSeriesOption => ({
        type: "line",
        name,
        data: points.map((point) => [...point]),
        color: colors[theme][1] ?? "",
        symbolSize: 7,
      }),
    ),
  });
}

function axisOf(theme: Theme) {
  const { text, line } = inks[theme];
  return {
    axisLabel: { color: text },
    axisLine: { lineStyle: { color: line } },
    splitLine: { lineStyle: { color: line } },
    nameTextStyle: { color: text },
  };
}

function render(theme: Theme, title: string, height: number, option: Option): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  const { text } = inks[theme];
  chart.setOption({
    animation: false,
    color: [...colors[theme]],
    title: { text: title, left: 12, top: 8, textStyle: { color: text, fontSize: 15 } },
    legend: { left: 12, top: 36, icon: "rect", textStyle: { color: text } },
    ...option,
  } satisfies Option);
  const svg = chart.renderToSVGString();
  // Else its clock keeps the process alive.
  chart.dispose();
  // For those who hear a picture.
  return tidy(svg).replace(/(?<=^<svg[^>]*>)/, `\n<title>${title}</title>`);
}

/** Without what only a page with a mouse needs, and without numbers that count the charts of the process. */
function tidy(svg: string): string {
  return `${svg
    .replace(/<style\s*>[\s\S]*?<\/style>\s*/g, "")
    .replace(/ (?:class|ecmeta_\w+|pointer-events)="[^"]*"/g, "")
    .replace(/\bzr\d+-/g, "")}\n`;
}
