/** A run of characters that is not cut further unless it must be; segments cover a text without gaps. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  /** How good it is to begin a passage here: 3 a paragraph or declaration, 2 a list item, 1.5 a sentence, 0 inside a word. */
  readonly strength: number;
}

/** Characters of a segment at most, so that what is counted at once stays small. */
const MAX_SEGMENT = 1000;

const FENCE = /^\s{0,3}(```|~~~)/;
const LIST_ITEM = /^\s*(?:[-*+•]|\d{1,3}[.)])\s/;
const SENTENCE_END = /[.!?…]["'”’)\]]*\s+(?=["'“‘([]?[\p{Lu}\p{Lo}\p{N}])|[。！？]/gu;

/** Segments of running text: paragraphs, list items, sentences; the lines of a fenced block hold together best. */
export function proseSegments(text: string): Segment[] {
  const found: Segment[] = [];
  let isFenced = false;
  let isAfterBreak = true;
  for (const { from, to } of linesOf(text)) {
    const line = text.slice(from, to);
    const isBlank = line.trim() === '';
    const isFence = FENCE.test(line);
    if (isBlank && found.length > 0) {
      // Blank lines belong to what they end.
      extend(found, to);
    } else if (isFenced) {
      push(found, text, { from, to, strength: isAfterBreak && !isFence ? 1 : 0.4 });
    } else if (isFence || isAfterBreak) {
      pushSentences(found, text, { from, to, strength: 3 });
    } else {
      pushSentences(found, text, { from, to, strength: LIST_ITEM.test(line) ? 2 : 0.8 });
    }
    isAfterBreak = isBlank || (isFence && isFenced);
    if (isFence) isFenced = !isFenced;
  }
  return found;
}

const DECLARATION =
  /^(?:(?:export|public|private|protected|internal|static|abstract|async|final|default|declare|pub|unsafe|extern|inline|virtual|override|def|defp|defmodule|class|function|func|fun|fn|interface|type|enum|struct|union|trait|impl|module|namespace|package|const|let|var|val|sub|proc|procedure|template|typedef|object|record|protocol|extension|create|alter|resource)\b|\w[\w\s*&<>:,~]*\([^;]*$)/i;
const COMMENT = /^(?:\/\/|\/\*|\*|#(?!include|define|if|end|else|pragma)|--|;|%|@|\[\w|"""|''')/;
const CLOSING = /^(?:[)\]}]|end\b|fi\b|done\b|esac\b)/;

/** Segments of a program, a line each: best cut before a declaration, with the comment above it. */
export function codeSegments(text: string): Segment[] {
  const found: Segment[] = [];
  let isAfterBlank = true;
  let isAfterComment = false;
  for (const { from, to } of linesOf(text)) {
    const line = text.slice(from, to);
    const body = line.trim();
    if (body === '' && found.length > 0) {
      extend(found, to);
      isAfterBlank = true;
      isAfterComment = false;
      continue;
    }
    const depth = Math.min(4, (line.length - line.trimStart().length) / (line.startsWith('\t') ? 1 : 4));
    const isComment = COMMENT.test(body);
    push(found, text, { from, to, strength: strengthOfCode(body, { depth, isAfterBlank, isAfterComment }) });
    isAfterBlank = false;
    isAfterComment = isComment;
  }
  return found;
}

function strengthOfCode(
  body: string,
  place: { readonly depth: number; readonly isAfterBlank: boolean; readonly isAfterComment: boolean },
): number {
  if (CLOSING.test(body)) return 0.1;
  if (place.isAfterComment) return 0.3;
  const base = DECLARATION.test(body) || (COMMENT.test(body) && place.isAfterBlank) ? 3 : 1.4;
  return (base + (place.isAfterBlank ? 0.5 : 0)) / (1 + place.depth * 0.6);
}

function* linesOf(text: string): Generator<{ readonly from: number; readonly to: number }> {
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    const to = end === -1 ? text.length : end + 1;
    yield { from, to };
    from = to;
  }
}

function extend(segments: Segment[], to: number): void {
  const last = segments.pop()!;
  segments.push({ ...last, to });
}

function pushSentences(segments: Segment[], text: string, line: Segment): void {
  let { from, strength } = line;
  for (const match of text.slice(line.from, line.to).matchAll(SENTENCE_END)) {
    const to = line.from + match.index + match[0].length;
    if (to >= line.to) break;
    push(segments, text, { from, to, strength });
    from = to;
    strength = 1.5;
  }
  push(segments, text, { from, to: line.to, strength });
}

function push(segments: Segment[], text: string, segment: Segment): void {
  const pieces = Math.ceil((segment.to - segment.from) / MAX_SEGMENT);
  if (pieces <= 1) segments.push(segment);
  else segments.push(...cutEvenly(text, segment, pieces));
}

/** Cuts a segment into about so many pieces, at white space where there is any near, and never through a character. */
export function cutEvenly(text: string, segment: Segment, pieces: number): Segment[] {
  const step = Math.max(1, Math.ceil((segment.to - segment.from) / pieces));
  const found: Segment[] = [];
  let { from, strength } = segment;
  while (segment.to - from > step) {
    const cut = cutNear(text, from, from + step);
    if (cut.at >= segment.to) break;
    found.push({ from, to: cut.at, strength });
    from = cut.at;
    strength = cut.strength;
  }
  found.push({ from, to: segment.to, strength });
  return found;
}

function cutNear(text: string, from: number, wanted: number): { readonly at: number; readonly strength: number } {
  const lowest = wanted - Math.floor((wanted - from) / 3);
  for (let at = wanted; at > lowest; at -= 1) {
    if (/\s/.test(text.charAt(at - 1))) return { at, strength: 0.2 };
  }
  // The second half of a pair is not a character of its own.
  const isInsidePair = /[\uDC00-\uDFFF]/.test(text.charAt(wanted)) && /[\uD800-\uDBFF]/.test(text.charAt(wanted - 1));
  return { at: isInsidePair ? wanted + 1 : wanted, strength: 0 };
}
