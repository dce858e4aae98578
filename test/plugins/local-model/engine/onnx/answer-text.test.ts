import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { AnswerText } from '../../../../../plugins/local-model/engine/onnx/answer-text.ts';

/** A tokenizer of bytes: half a character is shown as the replacement character. */
const ofBytes = (tokens: readonly number[]): string => Buffer.from(tokens).toString('utf8');

/** A tokenizer of words that puts a blank before each but the first, as sentencepiece does. */
const WORDS = ['the', 'red', 'boat'];
const ofWords = (tokens: readonly number[]): string => tokens.map((token) => WORDS[token]).join(' ');

function written(decode: (tokens: readonly number[]) => string, tokens: readonly number[]): string[] {
  const text = new AnswerText(decode);
  return [...tokens.map((token) => text.write(token)), text.end()];
}

test('the pieces of an answer make up its text, and none of them ends in half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      fc.pre(!text.includes('\uFFFD'));
      const pieces = written(ofBytes, [...Buffer.from(text)]);
      expect(pieces.join('')).toBe(text.trimStart());
      expect(pieces.filter((piece) => piece.includes('\uFFFD'))).toEqual([]);
    }),
  );
});

test('words keep the blanks between them, and the answer begins with none', () => {
  expect(written(ofWords, [0, 1, 2, 0])).toEqual(['the', ' red', ' boat', ' the', '']);
  expect(written((tokens) => tokens.map((token) => ` ${WORDS[token]}`).join(''), [1, 2])).toEqual(['red', ' boat', '']);
});

test('what never becomes a character is given out as it is', () => {
  expect(written(ofBytes, [0xf0, 0x9f]).join('')).toContain('\uFFFD');
  expect(
    written(
      ofBytes,
      Array.from({ length: 9 }, () => 0xff),
    ).join(''),
  ).toContain('\uFFFD');
});
