import type { LoadedPart, LoaderInput } from '../../../contracts/knowledge/loader.ts';
import { Outline } from '../outline.ts';

/** A longer line is no heading, and patterns need not be tried on it. */
const MAX_HEADING_LINE = 1000;

const RULE = /^([=\-`:.'"~^_*+#<>])\1{2,}\s*$/;

/** reStructuredText: a title is underlined, or has a line above it too; each style is a level, in order of appearance. */
export function loadRestructuredText(input: LoaderInput): readonly LoadedPart[] {
  const outline = new Outline();
  const lines = input.text().split('\n');
  const styles: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const over = RULE.exec(lines[at]!)?.[1];
    const title = (over === undefined ? lines[at] : lines[at + 1]) ?? '';
    const under = RULE.exec(lines[at + (over === undefined ? 1 : 2)] ?? '');
    const isLongEnough = under !== null && under[0].trimEnd().length >= Math.min(title.trim().length, 4);
    const isTitle =
      isLongEnough && title.trim() !== '' && RULE.exec(title) === null && (over === undefined || under[1] === over);
    if (!isTitle || (over === undefined && /^\s/.test(title))) {
      outline.line(lines[at]!, at + 1);
      continue;
    }
    const style = `${over ?? ''}${under[1]!}`;
    if (!styles.includes(style)) styles.push(style);
    outline.heading(styles.indexOf(style) + 1, title, at + 1);
    at += over === undefined ? 1 : 2;
  }
  return outline.end();
}

/** AsciiDoc: `= Title`, `== Section`; blocks between four or more equal signs are no headings. */
export function loadAsciiDoc(input: LoaderInput): readonly LoadedPart[] {
  return outlineLines(input.text(), /^(={1,6})\s+(\S.*?)(?:\s+=+)?\s*$/, /^(-{4,}|\.{4,}|\/{4,}|\+{4,})\s*$/);
}

/** Org: stars are headings; tags and states are left off. */
export function loadOrg(input: LoaderInput): readonly LoadedPart[] {
  return outlineLines(
    input.text(),
    /^(\*+)\s+(?:(?:TODO|DONE)\s+)?(\S.*?)(?:\s+:[\w:@]+:)?\s*$/,
    /^\s*#\+(?:begin|end)_/i,
  );
}

function outlineLines(text: string, heading: RegExp, fence: RegExp): readonly LoadedPart[] {
  const outline = new Outline();
  let isFenced = false;
  for (const [at, line] of text.split('\n').entries()) {
    const found = isFenced || line.length > MAX_HEADING_LINE ? null : heading.exec(line);
    if (found !== null) outline.heading(found[1]!.length, found[2]!, at + 1);
    else outline.line(line, at + 1);
    if (fence.test(line)) isFenced = !isFenced;
  }
  return outline.end();
}

const LATEX_LEVELS = ['part', 'chapter', 'section', 'subsection', 'subsubsection', 'paragraph'];
const LATEX_HEADING =
  /^\s*\\(part|chapter|(?:sub){0,2}section|paragraph)\*?(?:\[[^\]]*\])?\{(.+?)\}\s*(?:\\label\{[^}]*\})?\s*(.*)$/;

/** LaTeX as it stands, below its sections. */
export function loadLatex(input: LoaderInput): readonly LoadedPart[] {
  const outline = new Outline();
  for (const [at, line] of input.text().split('\n').entries()) {
    const found = line.length > MAX_HEADING_LINE ? null : LATEX_HEADING.exec(line);
    if (found === null) outline.line(line, at + 1);
    else {
      outline.heading(LATEX_LEVELS.indexOf(found[1]!) + 1, found[2]!, at + 1);
      outline.line(found[3]!, at + 1);
    }
  }
  return outline.end();
}
