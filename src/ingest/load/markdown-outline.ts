import type { LoadedPart } from '../../contracts/knowledge/loader.ts';
import { Outline } from './outline.ts';

const FENCE = /^\s{0,3}(`{3,}|~{3,})(.*)$/;
const ATX_HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/;
const NOT_A_TITLE = /^(?:\s*$|\s{4}|\s*[-*+>|#]|\s*\d+[.)]\s|\s*<)/;

/** A longer line is no heading, and patterns need not be tried on it. */
const MAX_HEADING_LINE = 1000;

/** The words of a heading without its marks: links, code, emphasis, anchors. */
function plainTitle(title: string): string {
  return title
    .replace(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/<\/?\w[^>]*>/g, '')
    .replace(/\{#[^}]*\}\s*$/, '')
    .replace(/(\*\*|__|`+)(.+?)\1/g, '$2')
    .replace(/(?<!\w)([*_])(\S(?:.*?\S)?)\1(?!\w)/g, '$2')
    .replace(/\\([\\`*_{}[\]()#+\-.!])/g, '$1')
    .trim();
}

/** What a text of Markdown begins with and where its headings hang. */
interface MarkdownFrame {
  readonly root?: readonly string[];
  /** Lines before the text in the file; undefined where the lines are not those of a file. */
  readonly linesBefore?: number;
}

/** Reads Markdown into parts below their headings, both forms of headings; what is inside a fence is never a heading. */
export function outlineMarkdown(text: string, frame: MarkdownFrame = {}): readonly LoadedPart[] {
  const outline = new Outline(frame.root);
  addMarkdown(outline, text, frame.linesBefore);
  return outline.end();
}

/** Adds Markdown to an outline that may have more before and behind it. */
export function addMarkdown(outline: Outline, text: string, linesBefore?: number): void {
  const lines = text.split('\n');
  const lineOf = (at: number): number | undefined => (linesBefore === undefined ? undefined : linesBefore + at + 1);
  let fence: string | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!;
    const mark = FENCE.exec(line);
    if (mark !== null && (fence === undefined || (mark[1]!.startsWith(fence) && mark[2]!.trim() === ''))) {
      fence = fence === undefined ? mark[1] : undefined;
    }
    const isText = fence !== undefined || mark !== null || line.length > MAX_HEADING_LINE;
    const atx = isText ? null : ATX_HEADING.exec(line);
    const underline = isText || NOT_A_TITLE.test(line) ? null : UNDERLINE.exec(lines[at + 1] ?? '');
    const isParagraphStart = at === 0 || lines[at - 1]!.trim() === '';
    if (atx !== null) outline.heading(atx[1]!.length, plainTitle(atx[2] ?? ''), lineOf(at));
    else if (underline !== null && isParagraphStart) {
      outline.heading(underline[1]!.startsWith('=') ? 1 : 2, plainTitle(line), lineOf(at));
      at += 1;
    } else outline.line(line, lineOf(at));
  }
}
