/** A run of letters as pdf.js tells it. */
export interface PdfTextItem {
  readonly str: string;
  readonly hasEOL: boolean;
  readonly height: number;
  /** Last two: place from the left and from the bottom. */
  readonly transform: readonly number[];
}

/** A line of a page. */
export interface PdfLine {
  readonly text: string;
  /** Of its tallest letters, rounded to half a point. */
  readonly height: number;
  /** The line before is further away than lines of one paragraph are. */
  readonly isAfterGap: boolean;
}

const PARAGRAPH_GAP = 1.7;

/** The lines of a page in the order of the file, with words that were broken at a line's end put together. */
export function pdfLines(items: readonly PdfTextItem[]): PdfLine[] {
  const lines: PdfLine[] = [];
  let text = '';
  let height = 0;
  let bottom: number | undefined;
  let before: number | undefined;
  const end = (): void => {
    if (text.trim() !== '') {
      const size = Math.round(height * 2) / 2;
      const isAfterGap =
        before !== undefined && bottom !== undefined && Math.abs(before - bottom) > size * PARAGRAPH_GAP;
      append(lines, { text: text.trim(), height: size, isAfterGap });
      before = bottom;
    }
    text = '';
    height = 0;
    bottom = undefined;
  };
  for (const item of items) {
    text += item.str;
    if (item.str.trim() !== '') {
      height = Math.max(height, item.height);
      bottom ??= item.transform[5];
    }
    if (item.hasEOL) end();
  }
  end();
  return lines;
}

function append(lines: PdfLine[], line: PdfLine): void {
  const last = lines.at(-1);
  const isBroken = last !== undefined && !line.isAfterGap && last.height === line.height && /\p{Ll}-$/u.test(last.text);
  if (!isBroken || !/^\p{Ll}/u.test(line.text)) {
    lines.push(line);
    return;
  }
  const [end = ''] = line.text.split(/\s/, 1);
  const rest = line.text.slice(end.length).trim();
  lines[lines.length - 1] = { ...last, text: last.text.slice(0, -1) + end };
  if (rest !== '') lines.push({ ...line, text: rest });
}
