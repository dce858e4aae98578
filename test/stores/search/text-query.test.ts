import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { matchAny, textQueryOf } from '../../../src/stores/search/text-query.ts';

describe('a question as a query of full text', () => {
  let database: DatabaseSync;

  beforeAll(() => {
    database = new DatabaseSync(':memory:');
    database.exec(`CREATE VIRTUAL TABLE t USING fts5(text, tokenize = 'unicode61 remove_diacritics 2')`);
  });

  afterAll(() => database.close());

  // Letters that the tables of unicode61 (Unicode 6.1) know.
  const sentence = fc.string({
    unit: fc.constantFrom(...Array.from('abZ019éßÅøжЩλ中文日本한국 .,-_"*()\n\'…')),
    minLength: 1,
  });

  const find = (text: string): unknown[] => {
    const match = matchAny(textQueryOf(text).words);
    return match === '' ? [] : database.prepare('SELECT rowid FROM t WHERE t MATCH ?').all(match);
  };

  test('is any of its words, each once and quoted', () => {
    const { words, leftOut } = textQueryOf('How do I set up TLS? Set-up, NOT "how"');
    expect(leftOut).toBe(0);
    expect(matchAny(words)).toBe('"how" OR "do" OR "i" OR "set" OR "up" OR "tls" OR "not"');
  });

  test('is empty without a word', () => {
    expect(textQueryOf(' ?! *" ')).toEqual({ words: [], leftOut: 0 });
    expect(matchAny([])).toBe('');
  });

  test('tells how many words it leaves out of a very long text', () => {
    const text = Array.from({ length: 300 }, (_, at) => `word${at}`).join(' ');
    expect(textQueryOf(text).leftOut).toBe(44);
  });

  test('is never a fault of syntax, whatever the text is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string()), (text) => {
        expect(Array.isArray(find(text))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('finds a text by each of its own words', () => {
    fc.assert(
      fc.property(sentence, (text) => {
        database.exec('DELETE FROM t');
        database.prepare('INSERT INTO t (text) VALUES (?)').run(text);
        const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
        for (const word of words) expect([word, find(word)]).toEqual([word, [expect.anything()]]);
      }),
      { numRuns: 300 },
    );
  });
});
