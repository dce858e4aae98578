import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cite } from './citing.ts';
import { cutText } from '../cut-text.ts';

const PORT = 'The gateway listens on port 7777 and writes its log to /var/log/gateway.log.';
const HARBOUR = 'The harbour master of Port Ellen is Moira Campbell, who took office in 2019.';
const PASSAGES = [PORT, HARBOUR, 'Bananas grow in bunches.'];

/** Pieces of text from which answers are made, markers of all kinds and what looks like them among them. */
const piece = fc.constantFrom(
  ...`[1]|[2]|[7]|[1, 7]|[1][7]|[2-9]|([7])|([1], [3])|[|]|(|)|[1|1]|, | |  |. |.|! |- |## |**|12|7777|port|gateway|listens
  Moira Campbell|harbour|master|log|bunches of bananas|items[0]|[x]|[2024]|ü`.split(/\||\n +/),
  '\n',
  '\n\n',
);
const code = fc.constantFrom('`a[0]`', '`', '```\nb[9]\n```\n', '``c[5]``', '~~~\nd[8]', '\n~~~\n');
const answers = fc.array(fc.oneof({ weight: 5, arbitrary: piece }, { weight: 1, arbitrary: code }), { maxLength: 24 });
const plainAnswers = fc.array(piece, { maxLength: 24 });

function wordsOf(text: string): string[] {
  return text
    .replace(/\[[ ,;–^-]*\d{1,3}(?:[ ,;–^-]+\d{1,3})*[ ,;–^-]*\]/g, '')
    .split(/[^\p{L}\p{N}`]+/u)
    .filter((word) => /\p{L}/u.test(word));
}

describe('the citation filter', () => {
  test('gives the same text however the answer is cut into pieces', () => {
    fc.assert(
      fc.property(answers, fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 }), (words, sizes) => {
        const text = words.join('');
        expect(cite(cutText(text, sizes), PASSAGES)).toEqual(cite([text], PASSAGES));
      }),
    );
  });

  test('leaves only numbers that name a passage, and reports exactly those', () => {
    fc.assert(
      fc.property(plainAnswers, (words) => {
        const { text, numbers } = cite([words.join('')], PASSAGES);
        const written = [...text.matchAll(/\[([\d, ;–^-]*\d[\d, ;–^-]*)\]/g)]
          .filter(([marker]) => !/\d{4}/.test(marker))
          .flatMap(([, inner = '']) => (inner.match(/\d+/g) ?? []).map(Number));
        expect([...new Set(written)].sort((left, right) => left - right)).toEqual([...numbers]);
        for (const number of numbers) expect(PASSAGES[number - 1]).toBeDefined();
      }),
    );
  });

  test('changes no word of the answer', () => {
    fc.assert(
      fc.property(answers, (given) => {
        const text = given.join('');
        if (/[[(][\d ,;–^-]*(?:[[(]|$)/.test(text)) return;
        expect(wordsOf(cite([text], PASSAGES).text)).toEqual(wordsOf(text));
      }),
    );
  });

  test('gives back exactly what came in where there is nothing to cite', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          answers.map((words) => words.join('')),
        ),
        (text) => {
          expect(cite(text.split(''), [], { isActive: false }).text).toBe(text);
        },
      ),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (/[[(]/.test(text)) return;
        expect(cite(text.split(''), []).text).toBe(text);
      }),
    );
  });

  test('holds back no more than the end of a sentence and a possible marker', () => {
    fc.assert(
      fc.property(plainAnswers, (words) => {
        const text = words.join('');
        const longest = /(?:[.!…"')\]*_ ]|\n)*$/;
        for (let end = 1; end <= text.length; end += 1) {
          const before = text.slice(0, end);
          if (/[[(]/.test(before)) return;
          const { text: after } = cite([before], []);
          expect(after.startsWith(before.replace(longest, ''))).toBe(true);
        }
      }),
    );
  });

  test.each([
    ['The port is 7777 [7].', 'The port is 7777 [1].'],
    ['It is open [7] all day.', 'It is open all day.'],
    ['It is open[7] all day.', 'It is open all day.'],
    ['It is open [7]all day.', 'It is open all day.'],
    ['[7] It is open.', 'It is open.'],
    ['- [7] It is open.', '- It is open.'],
    ['It is open ([7]).', 'It is open.'],
    ['It is open ([2], [7]).', 'It is open ([2]).'],
    ['It is open [2, 7].', 'It is open [2].'],
    ['It is open [2][7].', 'It is open [2].'],
    ['It is open [2][2].', 'It is open [2].'],
    ['It is open [7][2].', 'It is open [2].'],
    ['It is open [2, ].', 'It is open [2].'],
    ['It is ([2`a[0]`', 'It is ([2`a[0]`'],
    ['It is open [2-4].', 'It is open [2, 3].'],
    ['It is open. [2] And so on.', 'It is open. [2] And so on.'],
    ['It was built in [2024].', 'It was built in [2024].'],
    ['Take `list[7]` of it [2].', 'Take `list[7]` of it [2].'],
    ['```\nlist[7]\n```\nThat is all [7].', '```\nlist[7]\n```\nThat is all.'],
    ['It is open [2', 'It is open'],
    ['See [the page](x.html) [2].', 'See [the page](x.html) [2].'],
  ])('mends %j', (given, wanted) => {
    expect(cite(given.split(''), PASSAGES).text.trimEnd()).toBe(wanted);
  });

  test('numbers each sentence that comes from a passage, before its sign, and the next only when it comes from another', () => {
    expect(
      cite(
        ['The gateway listens on port 7777. Its log is in /var/log/gateway.log. Moira Campbell is harbour master.'],
        PASSAGES,
      ),
    ).toEqual({
      text: 'The gateway listens on port 7777 [1]. Its log is in /var/log/gateway.log. Moira Campbell is harbour master [2].',
      numbers: [1, 2],
    });
  });

  test('starts anew with each paragraph, and leaves headings and tables alone', () => {
    const text =
      '## The gateway listens on port 7777\n\nThe gateway listens on port 7777.\n\n| port 7777 | gateway |\n';
    expect(cite([text], PASSAGES).text).toBe(
      '## The gateway listens on port 7777\n\nThe gateway listens on port 7777 [1].\n\n| port 7777 | gateway |\n',
    );
  });

  test('numbers the whole where no sentence could be', () => {
    expect(cite(['```\ngateway --port 7777\n```'], PASSAGES).text).toBe('```\ngateway --port 7777\n```\n[1]');
  });
});
