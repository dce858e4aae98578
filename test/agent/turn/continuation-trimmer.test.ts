import { describe, expect, test } from '@jest/globals';
import { array, assert, constantFrom, integer, nat, pre, property, string, type Arbitrary } from 'fast-check';
import { ContinuationTrimmer } from '../../../src/agent/turn/continuation-trimmer.ts';
import { cutText } from '../cut-text.ts';

function carryOn(shown: string, pieces: readonly string[]): string {
  const trimmer = new ContinuationTrimmer(shown);
  return shown + pieces.map((piece) => trimmer.push(piece)).join('') + trimmer.end();
}

const sizes = array(integer({ min: 0, max: 9 }), { maxLength: 60 });
const words = (letters: string, minLength = 1): Arbitrary<string> =>
  array(string({ unit: constantFrom(...letters.split('')), minLength: 4, maxLength: 8 }), {
    minLength,
    maxLength: 40,
  }).map((all) => all.join(' '));

describe('a continuation', () => {
  test.each([
    ['goes on as it is', 'The capital is', [' Paris', '.'], 'The capital is Paris.'],
    ['leaves the space out gets one', 'The capital is', ['Paris'], 'The capital is Paris'],
    ['behind a shown space has none of its own', 'The capital is ', [' Paris'], 'The capital is Paris'],
    ['keeps a second line break', 'One:\n', ['\n\n- a'], 'One:\n\n- a'],
    ['repeats the last words', 'The capital of France is', ['France', ' is Paris.'], 'The capital of France is Paris.'],
    ['repeats the last word, which was half there', 'It is Par', ['Pa', 'ris.'], 'It is Paris.'],
    ['begins the whole anew', 'The capital is Pa', ['The cap', 'ital is Paris.'], 'The capital is Paris.'],
    ['begins anew after line breaks', 'The capital is Pa', ['\n\nThe capital is Paris.'], 'The capital is Paris.'],
    ['begins with dots and the last words', 'It is in the', ['...in the north'], 'It is in the north'],
    ['follows a full stop', 'It is.', ['Then'], 'It is. Then'],
    ['does not part a number', 'Pi is 3.', ['14'], 'Pi is 3.14'],
    ['does not take half a word for a repetition', 'It is a', ['nice day'], 'It is a nice day'],
    ['keeps the second of two signs', 'f() {\n}', ['}\n'], 'f() {\n}}\n'],
    ['of a language without spaces', '東京は日本の', ['日本の首都です'], '東京は日本の首都です'],
    ['of a language without spaces that repeats nothing', '東京は', ['首都です'], '東京は首都です'],
    ['only repeats adds nothing', 'It is Paris.', ['Paris.'], 'It is Paris.'],
    ['is empty adds nothing', 'It is ', [''], 'It is '],
    ['stops in the midst of a repetition is shown', 'one two three', ['two'], 'one two three two'],
  ])('that %s', (_name, shown, pieces, expected) => {
    expect(carryOn(shown, pieces)).toBe(expected);
  });

  test('is held back only while it may be a repetition', () => {
    const trimmer = new ContinuationTrimmer('The capital of France is');
    expect(trimmer.push('France')).toBe('');
    expect(trimmer.push(' was')).toBe(' France was');
    expect(trimmer.push(' France')).toBe(' France');
  });

  test('which begins a long answer anew is still not shown twice', () => {
    const long = Array.from({ length: 900 }, (_each, at) => `word${at}`).join(' ');
    const shown = long.slice(0, 5_000);
    expect(carryOn(shown, cutText(long, Array<number>(900).fill(7)))).toBe(long);
  });

  test('is never held back for more than the window, unless it begins the answer anew', () => {
    const line = 'again and again ';
    const trimmer = new ContinuationTrimmer(`first ${line.repeat(100)}`);
    let held = 0;
    while (trimmer.push(line) === '') held += line.length;
    expect(held).toBeLessThanOrEqual(400 + line.length);
  });

  test('loses no character and gains at most a space when it repeats nothing', () => {
    assert(
      property(words('abcd'), constantFrom('', ' ', '\n'), words('wxyz'), sizes, (shown, gap, more, at) => {
        const text = carryOn(shown + gap, cutText(more, at));
        expect([`${shown}${gap}${more}`, `${shown}${gap} ${more}`]).toContain(text);
      }),
    );
  });

  test('is shown once from whichever word on it repeats what was shown', () => {
    assert(
      property(words('abcdefgh', 2), words('wxyz'), nat(), sizes, (shown, more, seed, at) => {
        const starts = [...shown.matchAll(/(?<= |^)\w/g)].map(({ index }) => index);
        const start = starts[seed % starts.length] ?? 0;
        const repeated = shown.slice(start);
        pre(repeated.length <= 400 || start === 0);
        pre(shown.indexOf(repeated) === start || start === 0);
        expect(carryOn(shown, cutText(`${repeated} ${more}`, at))).toBe(`${shown} ${more}`);
      }),
    );
  });

  test('says the same however it is cut into pieces', () => {
    const any = string({ unit: constantFrom('a', 'b', ' ', '.', '\n', '中', '3'), maxLength: 40 });
    assert(
      property(any, any, sizes, (shown, more, at) => {
        expect(carryOn(shown, cutText(more, at))).toBe(carryOn(shown, [more]));
      }),
      { numRuns: 500 },
    );
  });
});
