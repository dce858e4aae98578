import type { LoadedPart } from '../../contracts/knowledge/loader.ts';

const MAX_HEADING = 160;
const JOINER = '\n';

/** Neighbouring parts that passages may span: one heading path, one page, one language. */
export interface Section {
  readonly text: string;
  /** Offset of the section in the text of the document. */
  readonly from: number;
  readonly headings: readonly string[];
  readonly page?: number;
  readonly language?: string;
  /** Offsets in the section at which a part begins: a row, a record, a cell. */
  readonly starts: ReadonlySet<number>;
  /** Line in the file of an offset of the section; undefined where the file has no lines. */
  lineAt(offset: number): number | undefined;
}

/** Where a part begins in its section. */
interface Anchor {
  readonly at: number;
  readonly line: number | undefined;
}

function headingsOf(part: LoadedPart): string[] {
  return part.headings
    .map((heading) => heading.replace(/\s+/g, ' ').trim().toWellFormed())
    .map((heading) => (heading.length > MAX_HEADING ? `${heading.slice(0, MAX_HEADING - 1).toWellFormed()}…` : heading))
    .filter((heading) => heading !== '');
}

/** Text that survives being stored and hashed: no zero characters and no halves of pairs. */
function clean(text: string): string {
  return text.replaceAll('\0', ' ').toWellFormed();
}

/** Joins the parts of a document into sections; the document's text is its parts, each with a line end behind it. */
export function sectionsOf(parts: readonly LoadedPart[]): Section[] {
  const sections: Section[] = [];
  let from = 0;
  for (let at = 0; at < parts.length;) {
    const first = parts[at]!;
    const key = keyOf(first);
    const texts: string[] = [];
    const anchors: Anchor[] = [];
    let length = 0;
    for (; at < parts.length && keyOf(parts[at]!) === key; at += 1) {
      const text = clean(parts[at]!.text) + JOINER;
      anchors.push({ at: length, line: parts[at]!.line });
      texts.push(text);
      length += text.length;
    }
    const text = texts.join('');
    const { page, language } = first;
    const starts = new Set(anchors.map((anchor) => anchor.at));
    const headings = headingsOf(first);
    sections.push({ text, from, headings, page, language, starts, lineAt: lineFinder(text, anchors) });
    from += length;
  }
  return sections;
}

function keyOf(part: LoadedPart): string {
  return JSON.stringify([part.headings, part.page, part.language]);
}

/** Asked for rising offsets, so that no line end is counted twice. */
function lineFinder(text: string, anchors: readonly Anchor[]): (offset: number) => number | undefined {
  let index = 0;
  let counted = 0;
  let lines = 0;
  return (offset) => {
    while (index + 1 < anchors.length && anchors[index + 1]!.at <= offset) {
      index += 1;
      counted = anchors[index]!.at;
      lines = 0;
    }
    if (offset < counted) {
      counted = anchors[index]!.at;
      lines = 0;
    }
    for (; counted < offset; counted += 1) if (text.charCodeAt(counted) === 10) lines += 1;
    const { line } = anchors[index]!;
    return line === undefined ? undefined : line + lines;
  };
}
