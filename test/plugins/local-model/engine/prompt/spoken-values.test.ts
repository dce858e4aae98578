import { describe, expect, test } from '@jest/globals';
import { spokenIn } from '../../../../../plugins/local-model/engine/prompt/spoken-values.ts';

const isSpoken = spokenIn(
  [
    { type: 'system', text: 'My unit is Fahrenheit.\n\n{"enum": ["celsius"], "maximum": 100}' },
    { type: 'user', text: 'Ship 2,5 kg to SPAIN at 18:00, order 4471.' },
    { type: 'model', response: ['{"name": "f", "arguments": {"city": "Oslo"}}'] },
  ],
  '{"enum": ["celsius"], "maximum": 100}',
);

describe('values that stand in a conversation', () => {
  test('are texts in any case of letters, of all who spoke', () => {
    expect(['spain', ' Spain ', 'fahrenheit', 'oslo'].map(isSpoken)).toEqual([true, true, true, true]);
  });

  test('are numbers of their own, with a point or a comma', () => {
    expect([2.5, 4471, 18].map(isSpoken)).toEqual([true, true, true]);
    expect([447, 471, 8, 5, 1e21].map(isSpoken)).toEqual(Array(5).fill(false));
  });

  test('are not what the tools hold, nor what is neither text nor number', () => {
    expect(['celsius', 100, '', ' ', true, null, { city: 'Oslo' }].map(isSpoken)).toEqual(Array(7).fill(false));
  });
});
