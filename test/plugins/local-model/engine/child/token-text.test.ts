import type { Token } from 'node-llama-cpp';
import { describe, expect, test } from '@jest/globals';
import { TokenText } from '../../../../../plugins/local-model/engine/child/token-text.ts';

/** A model whose tokens are bytes; it notes which tokens stood before those it was given. */
function byteModel() {
  const before: number[][] = [];
  const detokenize = (tokens: readonly Token[], _special?: boolean, lastTokens?: readonly Token[]): string => {
    before.push([...(lastTokens ?? [])].map(Number));
    return Buffer.from(tokens.map(Number)).toString('utf8');
  };
  return { before, model: { detokenize } as ConstructorParameters<typeof TokenText>[0] };
}

function tokensOf(text: string): Token[] {
  return [...Buffer.from(text)] as Token[];
}

describe('the text of tokens', () => {
  test('never holds half a character', () => {
    const text = new TokenText(byteModel().model);
    const pieces = tokensOf('é€😀!').map((token) => text.write(token));
    expect(pieces).toEqual(['', 'é', '', '', '€', '', '', '', '😀', '!']);
    expect(text.end()).toBe('');
  });

  test('gives out what does not heal, so that a broken token holds nothing up', () => {
    const text = new TokenText(byteModel().model);
    const broken = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] as Token[];
    expect(broken.map((token) => text.write(token).length > 0)).toEqual([false, false, false, false, false, true]);
    expect(text.write(tokensOf('a')[0]!)).toBe('a');
  });

  test('ends with what the pending tokens give', () => {
    const text = new TokenText(byteModel().model);
    expect(text.write(tokensOf('€')[0]!)).toBe('');
    expect(text.end()).toBe('\uFFFD');
    expect(text.end()).toBe('');
  });

  test('tells the model the last eight tokens, on which spaces depend', () => {
    const { before, model } = byteModel();
    const text = new TokenText(model);
    for (const token of tokensOf('abcdefghij')) text.write(token);
    expect(before[1]).toEqual(tokensOf('a'));
    expect(before.at(-1)).toEqual(tokensOf('bcdefghi'));
  });
});
