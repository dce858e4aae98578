import type { KnowledgeChunk } from '../../contracts/knowledge/knowledge-source.ts';
import type { LoadedPart } from '../../contracts/knowledge/loader.ts';
import { embeddingTextOf } from '../../kernel/embedding-text.ts';
import { countInWindows, type CountTexts } from './count-texts.ts';
import { packSegments, type MeasuredSegment, type Range } from './pack-segments.ts';
import { sectionsOf, type Section } from './sections.ts';
import { codeSegments, cutEvenly, proseSegments, type Segment } from './segments.ts';

/** Sizes of passages, in tokens of what is embedded. */
interface SplitLimits {
  readonly maxTokens: number;
  readonly overlapTokens: number;
}

/** The passages of a document and the tokens of all of them. */
interface SplitDocument {
  readonly chunks: readonly KnowledgeChunk[];
  readonly tokens: number;
}

/** A range of a section with the headings that go with it. */
interface Draft extends Range {
  readonly section: Section;
  readonly headings: readonly string[];
}

/** A draft with its tokens as it will be embedded. */
interface CountedDraft extends Draft {
  readonly tokens: number;
}

/** Characters that are counted in one piece; segments share the count by their length. */
const BLOCK = 2000;
const PART_STRENGTH = 2.5;
/** Part of a passage that its headings may take. */
const HEADING_SHARE = 1 / 3;

/**
 * Cuts a document into passages by its structure. No passage, with its headings as it is embedded, counts more than
 * `maxTokens`; every character that is no white space is in a passage, in order. Throws what counting throws.
 */
export async function splitParts(
  parts: readonly LoadedPart[],
  limits: SplitLimits,
  count: CountTexts,
): Promise<SplitDocument> {
  const sections = sectionsOf(parts).filter(({ text }) => text.trim() !== '');
  if (sections.length === 0) return { chunks: [], tokens: 0 };
  const overhead = (await countInWindows(['a'], count))[0]! - 1;
  const headings = await fitHeadings(sections, {
    room: (limits.maxTokens - overhead) * HEADING_SHARE,
    overhead,
    count,
  });
  const segmented = await measure(sections, overhead, count);
  const drafts = sections.flatMap((section, at) => {
    const { path, tokens } = headings.get(JSON.stringify(section.headings))!;
    const budget = Math.max(1, limits.maxTokens - overhead - tokens);
    const segments = segmented[at]!.flatMap((segment) => shrink(section.text, segment, budget));
    return packSegments(segments, { budget, overlap: limits.overlapTokens })
      .map((range) => trim(section.text, range))
      .filter(({ from, to }) => to > from)
      .map((range): Draft => ({ ...range, section, headings: path }));
  });
  return finish(drafts, limits.maxTokens, count);
}

/** The heading path of each section, its outermost headings dropped while it takes too much room, and its tokens. */
async function fitHeadings(
  sections: readonly Section[],
  options: { readonly room: number; readonly overhead: number; readonly count: CountTexts },
): Promise<Map<string, { readonly path: readonly string[]; readonly tokens: number }>> {
  const fitted = new Map<string, { path: readonly string[]; tokens: number }>();
  let open = new Map(sections.map(({ headings }) => [JSON.stringify(headings), headings] as const));
  while (open.size > 0) {
    const entries = [...open];
    const counts = await countInWindows(
      entries.map(([, path]) => embeddingTextOf({ headings: path, text: '' })),
      options.count,
    );
    open = new Map();
    for (const [at, [key, path]] of entries.entries()) {
      const tokens = path.length === 0 ? 0 : Math.max(0, counts[at]! - options.overhead) + 1;
      if (tokens <= options.room) fitted.set(key, { path, tokens });
      else open.set(key, path.slice(1));
    }
  }
  return fitted;
}

/** Segments of each section, with tokens: blocks are counted, segments take their share of the characters. */
async function measure(
  sections: readonly Section[],
  overhead: number,
  count: CountTexts,
): Promise<MeasuredSegment[][]> {
  const blocks = sections.map((section) => blocksOf(segmentsOf(section)));
  const texts = sections.flatMap(({ text }, at) =>
    blocks[at]!.map((block) => text.slice(block[0]!.from, block.at(-1)!.to)),
  );
  const counts = (await countInWindows(texts, count)).values();
  return blocks.map((ofSection) =>
    ofSection.flatMap((block) => {
      const tokens = Math.max(1, counts.next().value! - overhead);
      const length = block.at(-1)!.to - block[0]!.from;
      return block.map((segment) => ({ ...segment, tokens: (tokens * (segment.to - segment.from)) / length }));
    }),
  );
}

/** Segments by the kind of text; where a part begins is as good as a new paragraph. */
function segmentsOf({ text, language, starts }: Section): Segment[] {
  const segments = language === undefined ? proseSegments(text) : codeSegments(text);
  return segments.map((segment) =>
    starts.has(segment.from) ? { ...segment, strength: Math.max(segment.strength, PART_STRENGTH) } : segment,
  );
}

function blocksOf(segments: readonly Segment[]): Segment[][] {
  const blocks: Segment[][] = [];
  for (const segment of segments) {
    const block = blocks.at(-1);
    if (block === undefined || segment.to - block[0]!.from > BLOCK) blocks.push([segment]);
    else block.push(segment);
  }
  return blocks;
}

/** A segment above the budget in pieces below it. */
function shrink(text: string, segment: MeasuredSegment, budget: number): MeasuredSegment[] {
  if (segment.tokens <= budget) return [segment];
  const length = segment.to - segment.from;
  return cutEvenly(text, segment, Math.ceil((segment.tokens / budget) * 1.2)).map((piece) => ({
    ...piece,
    tokens: Math.min(budget, (segment.tokens * (piece.to - piece.from)) / length),
  }));
}

function trim(text: string, { from, to }: Range): Range {
  const slice = text.slice(from, to);
  const start = from + slice.length - slice.trimStart().length;
  return { from: start, to: Math.max(start, to - (slice.length - slice.trimEnd().length)) };
}

/** Counts the passages as they will be embedded and halves those that shares of blocks have misjudged. */
async function finish(drafts: Draft[], maxTokens: number, count: CountTexts): Promise<SplitDocument> {
  const done: CountedDraft[] = [];
  for (let open = drafts; open.length > 0;) {
    const counts = await countInWindows(open.map(textOf), count);
    const over: Draft[] = [];
    for (const [at, draft] of open.entries()) {
      const smaller = counts[at]! > maxTokens ? halve(draft) : [];
      if (smaller.length > 0) over.push(...smaller);
      else done.push({ ...draft, tokens: counts[at]! });
    }
    open = over;
  }
  const kept = withoutContained(done);
  return { chunks: kept.map(toChunk), tokens: kept.reduce((sum, { tokens }) => sum + tokens, 0) };
}

/**
 * The passages in order, without those that lie within another: trimming and halving can leave of a passage no more
 * than what its neighbour repeats.
 */
function withoutContained(drafts: readonly CountedDraft[]): CountedDraft[] {
  let covered = -1;
  return drafts
    .toSorted((one, other) => startOf(one) - startOf(other) || endOf(other) - endOf(one))
    .filter((draft) => {
      if (endOf(draft) <= covered) return false;
      covered = endOf(draft);
      return true;
    });
}

function startOf({ section, from }: Draft): number {
  return section.from + from;
}

function endOf({ section, to }: Draft): number {
  return section.from + to;
}

/** Two halves; a single character that is still too long loses its headings; nothing when there is nothing left to do. */
function halve(draft: Draft): Draft[] {
  const { section, from, to, headings } = draft;
  const halves = cutEvenly(section.text, { from, to, strength: 0 }, 2)
    .map((range) => ({ ...draft, ...trim(section.text, range) }))
    .filter((half) => half.to > half.from);
  if (halves.length > 1) return halves;
  return headings.length > 0 ? [{ ...draft, headings: [] }] : [];
}

function textOf({ section, from, to, headings }: Draft): string {
  return embeddingTextOf({ headings, text: section.text.slice(from, to) });
}

function toChunk({ section, from, to, headings }: Draft, ordinal: number): KnowledgeChunk {
  const { text, page } = section;
  const line = section.lineAt(from);
  return {
    ordinal,
    text: text.slice(from, to),
    from: section.from + from,
    to: section.from + to,
    headings,
    ...(line === undefined ? {} : { line }),
    ...(page === undefined ? {} : { page }),
  };
}
