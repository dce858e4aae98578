const NUMBERS = String.raw`\[(?:[ ,;–^-]*(?<!\d)\d{1,3}(?!\d))+[ ,;–^-]*\]`;
const GROUP = String.raw`${NUMBERS}(?: *[,;]? *${NUMBERS})*`;
const OPEN_NUMBERS = String.raw`\[[\d ,;–^-]*`;

const WHOLE = new RegExp(String.raw`^(?:${NUMBERS}|\( *${GROUP} *\))$`);
const BEGINNING = new RegExp(String.raw`^(?:${OPEN_NUMBERS}|\( *(?:${GROUP} *[,;]? *)?(?:${OPEN_NUMBERS})?)$`);

/** Longer than any marker that means something; a text that goes on as one beyond it is taken as text. */
const LONGEST = 48;

/** `[1]`, `[1, 7]`, `[2-4]`, `[^1]`, or such in parentheses. A number of four digits, as of a year, is none. */
export function isMarker(text: string): boolean {
  return WHOLE.test(text);
}

/** Whether a text may yet become a marker. */
export function isMarkerBeginning(text: string): boolean {
  return text.length <= LONGEST && BEGINNING.test(text);
}

/** The end of a text that the next characters would make a marker; undefined when there is none. */
export function openMarkerAtEnd(text: string): string | undefined {
  const open = new RegExp(`${OPEN_NUMBERS}$`).exec(text);
  return open?.[0];
}

/** The numbers that a marker names, in order, each once; a range names all between. */
export function numbersOf(marker: string): readonly number[] {
  const numbers = [...marker.matchAll(/(\d+)(?: *[–-] *\^? *(\d+))?/g)].flatMap(([, first, last]) => {
    const from = Number(first);
    const to = last === undefined ? from : Number(last);
    return to < from ? [from, to] : Array.from({ length: to - from + 1 }, (_, offset) => from + offset);
  });
  return [...new Set(numbers)];
}

/** Writes numbers as a marker, in parentheses where the one that is replaced was. */
export function writeMarker(numbers: readonly number[], replaced = ''): string {
  const marker = `[${numbers.join(', ')}]`;
  return replaced.startsWith('(') ? `(${marker})` : marker;
}
