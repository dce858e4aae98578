import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { ContentDetector } from '../../src/index.ts';

/** What a detector is shown. */
interface DetectorCases {
  readonly detector: ContentDetector;
  /** Texts and what is found in them, in order. */
  readonly found: Readonly<Record<string, readonly string[]>>;
  /** A text in which something is found, and where a long text may hold it. */
  readonly sample: string;
}

const HARMLESS = 'The ferry leaves at nine, and the harbour is quiet. ';

/** Longest that work keeps the event loop to itself, milliseconds. */
async function longestHold(work: () => Promise<unknown>): Promise<number> {
  let [longest, last] = [0, performance.now()];
  const look = (): void => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(look, 1);
  try {
    await work();
    look();
  } finally {
    clearInterval(timer);
  }
  return longest;
}

/** What every detector of content does. */
export function contentDetectorSuite(name: string, { detector, found, sample }: DetectorCases): void {
  const { signal } = new AbortController();
  const detect = (text: string) => detector.detect(text, signal);
  const valuesIn = async (text: string) => (await detect(text)).map(({ start, end }) => text.slice(start, end));

  describe(`${name}, as a detector of content`, () => {
    test('has an id in kebab-case, and says what it finds', () => {
      expect(detector.id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(detector.summary.length).toBeGreaterThan(5);
    });

    test.each(Object.entries(found).map(([text, values]) => [text.slice(0, 40), text, values] as const))(
      'finds in %j all of it and nothing else',
      async (_, text, values) => {
        expect(await valuesIn(text)).toEqual(values);
      },
    );

    test('names what it finds without the content', async () => {
      for (const [text, values] of Object.entries(found)) {
        for (const { kind } of await detect(text)) expect(values.some((value) => kind.includes(value))).toBe(false);
      }
    });

    test('finds nothing in prose, in an empty text and in spaces', async () => {
      for (const text of ['', ' '.repeat(5_000), HARMLESS.repeat(500)]) expect(await detect(text)).toEqual([]);
    });

    test('gives spans in order, within the text and none within another, for any text', async () => {
      const parts = fc.array(fc.oneof(fc.constantFrom(sample, ...Object.keys(found)), fc.string({ unit: 'binary' })), {
        maxLength: 6,
      });
      await fc.assert(
        fc.asyncProperty(parts, async (texts) => {
          const text = texts.join(' ');
          let last = 0;
          for (const { kind, start, end } of await detect(text)) {
            expect(kind).not.toBe('');
            expect(start).toBeGreaterThanOrEqual(last);
            expect(end).toBeGreaterThan(start);
            last = end;
          }
          expect(last).toBeLessThanOrEqual(text.length);
        }),
        { numRuns: 60 },
      );
    });

    test('finds the same in the middle of a long text, wherever it stands', async () => {
      const values = await valuesIn(sample);
      expect(values.length).toBeGreaterThan(0);
      for (const length of [16_100, 24_570, 32_700, 65_500, 130_000]) {
        const front = HARMLESS.repeat(Math.ceil(length / HARMLESS.length)).slice(0, length - 1);
        expect(await valuesIn(`${front}\n${sample}\n${HARMLESS}`)).toEqual(values);
      }
    });

    test('lets others run while it looks into a large text', async () => {
      const text = `${HARMLESS.repeat(10_000)}${sample}`;
      await detect(sample);
      let longest = Infinity;
      // The least of several: the machine may be busy.
      for (let round = 0; round < 10 && longest >= 50; round += 1) {
        longest = Math.min(longest, await longestHold(() => detect(text)));
      }
      expect(longest).toBeLessThan(50);
    });

    test('stops when it is told to', async () => {
      const controller = new AbortController();
      const looking = detector.detect(HARMLESS.repeat(20_000), controller.signal);
      controller.abort(new Error('enough'));
      await expect(looking).rejects.toThrow('enough');
    });
  });
}
