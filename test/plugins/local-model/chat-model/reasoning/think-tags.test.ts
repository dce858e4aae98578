import { describe, expect, test } from '@jest/globals';
import { assert, constantFrom, property } from 'fast-check';
import { ThinkTagSplitter } from '../../../../../plugins/local-model/chat-model/reasoning/think-tags.ts';
import type { Quirk } from '../../../../../plugins/local-model/client/quirks.ts';
import { cuts, pieces } from '../cuttings.ts';

interface Said {
  readonly text: string;
  readonly reasoning: string;
}

function split(parts: readonly string[], quirks: readonly Quirk[] = [], isCut = false): Said {
  const splitter = new ThinkTagSplitter(new Set(quirks));
  const said = [...parts.flatMap((part) => splitter.push(part)), ...splitter.end(isCut)];
  const of = (kind: string): string => said.map((each) => (each.kind === kind ? each.text : '')).join('');
  return { text: of('text'), reasoning: of('reasoning') };
}

const CASES: readonly (readonly [string, readonly Quirk[], Said])[] = [
  ['<think>two < three</think>\n\nFive.', [], { reasoning: 'two < three', text: 'Five.' }],
  ['\n<think></think>Yes.', [], { reasoning: '', text: 'Yes.' }],
  ['The tag <think> opens.', [], { reasoning: '', text: 'The tag <think> opens.' }],
  ['<think>never ends </thin', [], { reasoning: 'never ends </thin', text: '' }],
  ['<thinking', [], { reasoning: '', text: '<thinking' }],
  ['', [], { reasoning: '', text: '' }],
  ['One.<think>a</think> Two.<think>b</think>', ['think-tags'], { reasoning: 'ab', text: 'One.Two.' }],
  ['A < b <thi', ['think-tags'], { reasoning: '', text: 'A < b <thi' }],
  ['first this</think>\n\nFive.', ['opens-think'], { reasoning: 'first this', text: 'Five.' }],
  ['<think>first this</think>Five.', ['opens-think'], { reasoning: 'first this', text: 'Five.' }],
  ['Five.', ['opens-think'], { reasoning: 'Five.', text: 'Five.' }],
];

describe('think tags', () => {
  test('are told from the answer however the text is cut', () => {
    assert(
      property(constantFrom(...CASES), cuts, ([text, quirks, expected], points) => {
        expect(split(pieces(text, points), quirks)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('hold nothing back of an answer that does not begin with one', () => {
    const splitter = new ThinkTagSplitter(new Set());
    expect(splitter.push('Hello')).toEqual([{ kind: 'text', text: 'Hello' }]);
    expect(splitter.push(' <think>')).toEqual([{ kind: 'text', text: ' <think>' }]);
  });

  test('opened by the prompt leave an answer that was cut within them empty', () => {
    expect(split(['so much to'], ['opens-think'], true)).toEqual({ reasoning: 'so much to', text: '' });
  });
});
