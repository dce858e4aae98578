import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { LoadedPart } from '../../../src/contracts/knowledge/loader.ts';
import { embeddingTextOf } from '../../../src/kernel/embedding-text.ts';
import type { CountTexts } from '../../../src/ingest/split/count-texts.ts';
import { splitParts } from '../../../src/ingest/split/split-parts.ts';

/** A token a word piece of four letters, a sign, an ideograph; and two for the ends. */
const count: CountTexts = (texts) =>
  Promise.resolve({
    counts: texts.map((text) => (text.match(/[\p{L}\p{N}]{1,4}|\S/gu) ?? []).length + 2),
    precision: 'exact',
  });

const limits = { maxTokens: 40, overlapTokens: 8 };

const words = fc.array(
  fc.oneof(
    fc.lorem({ maxCount: 5 }),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.constantFrom('\n', '\n\n', '```', '- a', 'export function a() {', '}', '港の朝は早い。', 'x'.repeat(500), '. '),
  ),
  { maxLength: 40 },
);
const anyText = words.map((pieces) => pieces.join(' '));
const part = fc.record(
  {
    text: anyText,
    headings: fc.array(fc.oneof(fc.constantFrom('Install', 'Windows', 'Linux'), fc.string({ maxLength: 300 })), {
      maxLength: 4,
    }),
    page: fc.integer({ min: 1, max: 3 }),
    line: fc.integer({ min: 1, max: 99 }),
    language: fc.constantFrom('python'),
  },
  { requiredKeys: ['text', 'headings'] },
);

/** The text that offsets are of: parts with a line end behind each. */
function documentOf(parts: readonly LoadedPart[]): string {
  return parts.map((each) => `${each.text.replaceAll('\0', ' ').toWellFormed()}\n`).join('');
}

async function passagesOf(content: string, language?: string): Promise<string[]> {
  const { chunks } = await splitParts([{ text: content, headings: [], language }], limits, count);
  return chunks.map((chunk) => chunk.text);
}

describe('splitting', () => {
  test('covers the text in order, within the limit, with offsets that give back the passage', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
        const { chunks, tokens } = await splitParts(parts, limits, count);
        const whole = documentOf(parts);
        const covered = new Uint8Array(whole.length);
        let last = -1;
        for (const [at, chunk] of chunks.entries()) {
          expect(chunk.ordinal).toBe(at);
          expect(chunk.text).toBe(whole.slice(chunk.from, chunk.to));
          expect(chunk.text).toBe(chunk.text.trim());
          expect(chunk.text.isWellFormed()).toBe(true);
          expect(chunk.from).toBeGreaterThan(last);
          last = chunk.from;
          covered.fill(1, chunk.from, chunk.to);
        }
        const lost = [...covered].findIndex((isCovered, at) => isCovered === 0 && whole[at]!.trim() !== '');
        expect(lost).toBe(-1);
        const counts = (await count(chunks.map(embeddingTextOf))).counts;
        expect(Math.max(0, ...counts)).toBeLessThanOrEqual(limits.maxTokens);
        expect(tokens).toBe(counts.reduce((sum, each) => sum + each, 0));
      }),
      { numRuns: 300 },
    );
  });

  test('gives no passage that lies within the one behind it', async () => {
    const text =
      '\n nulla enim id vitae \n ! 港の朝は早い。 !!!!!! elementum pellentesque vestibulum magna justo vitae pede \n }';
    const { chunks } = await splitParts(
      [{ text, headings: ['Install', 'Install'], language: 'python' }],
      limits,
      count,
    );
    const starts = chunks.map(({ from }) => from);
    expect(starts).toEqual([...new Set(starts)]);
    expect(chunks.length).toBeGreaterThan(1);
  });

  test('keeps a short document whole and prefers to cut between paragraphs', async () => {
    expect(await passagesOf('One.\n\nTwo.\n')).toEqual(['One.\n\nTwo.']);
    const paragraph = 'abcd '.repeat(24).trim();
    expect(await passagesOf(`${paragraph}\n\n${paragraph}`)).toEqual([paragraph, paragraph]);
  });

  test('repeats the end of a passage only inside a paragraph', async () => {
    const sentences = Array.from({ length: 12 }, (_, at) => `Word word number ${at + 10}.`).join(' ');
    const passages = await passagesOf(sentences);
    expect(passages.length).toBeGreaterThan(1);
    const end = passages[0]!.split(/(?<=\.) /).at(-1)!;
    expect(passages[1]!.startsWith(end)).toBe(true);
  });

  test('keeps a fence in one piece where it fits, and a comment with its declaration', async () => {
    const fence = '```\na b c d e f\ng h i j\n```';
    const passages = await passagesOf(`${'word '.repeat(28).trim()}.\n\n${fence}\n`);
    expect(passages.at(-1)).toBe(fence);
    const body = Array.from({ length: 8 }, (_, at) => `  call ${at};`).join('\n');
    const code = `function one() {\n${body}\n}\n\n// Says why.\nfunction two() {\n${body}\n}\n`;
    const cut = await passagesOf(code, 'typescript');
    expect(cut).toHaveLength(2);
    expect(cut[1]).toMatch(/^\/\/ Says why\.\nfunction two/);
  });

  test('tells the line of a passage in the file, over parts of one heading', async () => {
    const rows = Array.from({ length: 30 }, (_, at) => ({
      text: `name: n${at}; size: ${at}`,
      headings: [],
      line: at * 2 + 2,
    }));
    const { chunks } = await splitParts(rows, limits, count);
    for (const chunk of chunks) {
      const row = Number(/name: n(\d+)/.exec(chunk.text)![1]);
      expect(chunk.line).toBe(row * 2 + 2);
      expect(chunk.text.startsWith('name:')).toBe(true);
    }
    expect(chunks.length).toBeLessThan(15);
  });

  test('counts in few calls', async () => {
    let calls = 0;
    const counting: CountTexts = (texts) => {
      calls += 1;
      return count(texts);
    };
    const parts = Array.from({ length: 100 }, (_, at) => ({
      text: `Some words of part ${at}. `.repeat(10),
      headings: [`${at}`],
    }));
    await splitParts(parts, limits, counting);
    expect(calls).toBeLessThan(10);
  });
});
