import { describe, expect, test } from '@jest/globals';
import type { RejectedCandidate } from '../../../src/index.ts';
import { execute } from '../doubles/execution-rig.ts';

function left(id: string, ...filters: string[]): RejectedCandidate {
  const reasons = filters.map((filter) => ({ filter, text: `${id} for ${filter}` }));
  return { ref: `${id}:m`, targetId: `${id}@host/m`, reasons };
}

async function errorFor(rejected: readonly RejectedCandidate[]) {
  const { error, attempts } = await execute({ links: [], rejected });
  expect(attempts).toEqual([]);
  return error;
}

describe('a decision without a link', () => {
  test('is an open circuit when nothing but breakers stands in the way', async () => {
    const rejected = [left('a', 'breaker'), left('b', 'breaker'), left('c', 'task'), left('off', 'availability')];
    expect(await errorFor(rejected)).toMatchObject({
      code: 'E_CIRCUIT_OPEN',
      message: expect.stringContaining('a@host/m: a for breaker | b@host/m: b for breaker | off@host/m: off for'),
      details: { decisionId: 'decision' },
    });
  });

  test.each([
    ['another reason besides', [left('a', 'breaker', 'context')]],
    ['another candidate that is left out for another reason', [left('a', 'breaker'), left('b', 'health')]],
    ['nobody', []],
    ['only what is off', [left('off', 'availability')]],
    ['only what is for another task', [left('a', 'task')]],
  ])('is no route with %s', async (_name, rejected) => {
    expect(await errorFor(rejected)).toMatchObject({ code: 'E_NO_ROUTE' });
  });
});
