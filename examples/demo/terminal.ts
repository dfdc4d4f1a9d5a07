import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Asked of Node, which knows NO_COLOR and dumb terminals; what is no terminal gets no colour. */
const hasColour = process.stdout.isTTY && process.stdout.hasColors();
const columns = Math.min(Math.max(process.stdout.columns ?? 80, 60), 120);

export function paint(style: Style, text: string): string {
  return hasColour ? styleText(style, text, { validateStream: false }) : text;
}

export function print(line = ""): void {
  process.stdout.write(`${line.trimEnd()}\n`);
}

/** Fills or cuts a text to a width, in columns as terminals count them. */
export function fit(text: string, width: number): string {
  const clean = text.replace(/[\p{Cc}\s]+/gu, " ");
  const full = widthOf(clean);
  if (full <= width) return clean + " ".repeat(width - full);
  let cut = "";
  for (const char of clean) {
    if (widthOf(cut + char) > width - 2) break;
    cut += char;
  }
  return `${cut}..${" ".repeat(width - 2 - widthOf(cut))}`;
}

/** What is left of the line after so many columns. */
export function rest(used: number): number {
  return columns - used;
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}]/u;
const NARROW = /[\p{Mn}\p{Me}\p{Cf}]/u;

function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += WIDE.test(char) ? 2 : NARROW.test(char) ? 0 : 1;
  return width;
}

/** Prints an uncoloured text beside a label, on as many lines as it needs. */
export function printBeside(label: string, text: string): void {
  const indent = widthOf(label);
  let line = label;
  for (const word of text.split(" ")) {
    if (widthOf(line) + 1 + widthOf(word) > columns) {
      print(line);
      line = " ".repeat(indent);
    }
    line += line.length === indent ? word : ` ${word}`;
  }
  print(line);
}
