/** Control characters, further ends of lines, and what turns the direction of text around, so that it reads as something else. */
const suspect = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
const ESCAPE = "\u001b";
const colour = /^\[(?:[012]|22|3\d)m/;

/**
 * Text as a terminal may get it. What a receiver or an API answered can hold sequences that move the cursor, wipe out lines
 * or write to the clipboard: of these only line breaks, tabs and, if wanted, colours are left.
 */
export function printable(text: string, keepsColours = false): string {
  return text.replace(suspect, (character, at: number) => {
    if (character === "\n" || character === "\t") return character;
    const isColour = character === ESCAPE && colour.test(text.slice(at + 1, at + 5));
    return keepsColours && isColour ? character : "\ufffd";
  });
}

/** JSON that holds the same, and nothing that a terminal would act on: JSON.stringify leaves some of it as it is. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(
    suspect,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
