import { describe, expect, test } from '@jest/globals';
import { CancelledError, ProviderServerError, StorageFullError } from '../../../src/index.ts';
import type { RouteStep } from '../../../src/index.ts';
import { CODEC, FIRST, House, SECOND, USAGE } from '../doubles/cache-house.ts';
import type { Question } from '../doubles/cache-house.ts';

function fail(): never {
  throw new TypeError('it has no form that can be written down');
}

describe('a call that is for the cache', () => {
  test('is asked once; the second is answered at no cost, with its own row and record', async () => {
    const house = new House();
    const first = await house.ask();
    const second = await house.ask({ request: { project: 'handbook' } });
    expect([first.items, second.items, house.asked]).toEqual([['rain', '.'], ['rain', '.'], 1]);
    const record = { outcome: 'answered', usage: USAGE, costUsd: 0, costOrigin: 'cache', ref: 'a:m', ordinal: 0 };
    expect(second.told).toEqual([expect.objectContaining(record)]);
    expect(house.state.decisions.get(second.id)?.attempts).toEqual(second.told);
    expect(house.begun).toEqual([
      expect.objectContaining({ decisionId: second.id, costUpperBoundUsd: 0, project: 'handbook', locality: 'local' }),
    ]);
    expect(house.ended).toEqual([
      expect.objectContaining({ outcome: 'answered', costUsd: 0, costOrigin: 'cache', usage: USAGE, text: 'rain.' }),
    ]);
  });

  test('is kept under the model that answered, and never found under the first', async () => {
    const house = new House();
    await house.ask({ ends: { ref: SECOND.ref, targetId: SECOND.targetId } });
    expect(house.cache.keys.map(({ ref }) => ref)).toEqual(['b:m']);
    await house.ask();
    expect(house.asked).toBe(2);
    await house.ask({ chain: [SECOND] });
    expect(house.asked).toBe(2);
  });

  test('is found whichever endpoint of the same model answered it', async () => {
    const house = new House();
    const sibling: RouteStep = { ...FIRST, targetId: 'a@other/m' };
    const chain = [FIRST, SECOND, sibling];
    await house.ask({ chain, ends: { targetId: sibling.targetId } });
    const second = await house.ask({ chain });
    expect([second.items, house.asked]).toEqual([['rain', '.'], 1]);
    expect(second.told).toEqual([expect.objectContaining({ ref: 'a:m', targetId: sibling.targetId })]);
    expect(house.begun).toEqual([expect.objectContaining({ targetId: sibling.targetId })]);
    // An endpoint that is no longer in the chain is not asked, not even its kept answer.
    await house.ask({ chain: [FIRST, SECOND] });
    expect(house.asked).toBe(2);
  });

  test.each<[string, Question]>([
    ['broke off', { ends: { outcome: 'interrupted' }, error: new ProviderServerError('gone', { status: 500 }) }],
    ['failed', { ends: { outcome: 'failed' }, error: new ProviderServerError('gone', { status: 500 }) }],
    ['came from a model of another name', { ends: { repliedModel: 'other' } }],
    ['cannot be written down', { operation: { codec: { ...CODEC, encode: () => undefined } } }],
  ])('is not kept where the answer %s', async (_name, question) => {
    const house = new House();
    await house.ask(question);
    expect(house.cache.stats().entries).toBe(0);
    await house.ask();
    expect(house.asked).toBe(2);
  });

  test('is not kept where its reader leaves before the end', async () => {
    const house = new House();
    await house.ask({ leaveAfter: 1 });
    expect(house.cache.stats().entries).toBe(0);
  });

  test('is kept without what an attempt before had shown', async () => {
    const house = new House();
    await house.ask({ lost: ['thinking'] });
    expect((await house.ask()).items).toEqual(['rain', '.']);
  });

  test('is another one for other weights, another address, another principal and another source', async () => {
    const house = new House();
    await house.ask();
    house.digest = 'sha256:2';
    await house.ask();
    house.digest = undefined;
    await house.ask({ chain: [{ ...FIRST, targetId: 'a@other/m' }], ends: { targetId: 'a@other/m' } });
    await house.ask({ options: { principal: { id: 'ann', kind: 'user' } as never } });
    await house.ask({ options: { cache: { retrieval: ['space/1'] } } });
    await house.ask({ request: { privacy: 'local-only' } });
    expect([house.asked, house.cache.stats().entries]).toEqual([6, 6]);
  });

  test('of a cloud is neither kept nor found where something in it was replaced, or nobody has looked', async () => {
    const cloud: RouteStep = { ...FIRST, locality: 'cloud' };
    const found = { findings: [{ kind: 'key', count: 1 }], mustRedact: true };
    const house = new House();
    await house.ask({ chain: [cloud], request: { inspection: found } });
    await house.ask({ chain: [cloud] });
    expect(house.cache.stats().entries).toBe(0);
    const clean = { inspection: { findings: [], mustRedact: false } };
    await house.ask({ chain: [cloud], request: clean });
    await house.ask({ chain: [cloud], request: clean });
    expect(house.asked).toBe(3);
    await house.ask({ chain: [cloud], request: { inspection: found } });
    expect(house.asked).toBe(4);
    await house.ask({ chain: [FIRST], request: { inspection: found } });
    expect([house.asked, house.begun.length]).toEqual([4, 2]);
  });
});

describe('a call that is not for the cache', () => {
  test.each<[string, Question]>([
    ['by its temperature', { options: { parameters: { temperature: 0.7 } } }],
    ['by the wish of its caller', { options: { cache: { mode: 'off' } } }],
    ['since its operation knows no way to write it down', { operation: { codec: undefined } }],
    ['since no model may answer', { chain: [] }],
    ['since its content cannot be written down', { operation: { codec: { ...CODEC, content: fail } } }],
  ])('%s is asked each time', async (_name, question) => {
    const house = new House();
    await house.ask(question);
    await house.ask(question);
    expect([house.asked, house.cache.stats().entries]).toEqual([2, 0]);
  });

  test('that was cancelled before it began is not answered', async () => {
    const house = new House();
    await house.ask();
    const { error, items } = await house.ask({ options: { signal: AbortSignal.abort() } });
    expect([items, error]).toEqual([[], expect.any(CancelledError)]);
  });
});

describe('what fails beside an answer', () => {
  test('a ledger that takes nothing costs no answer that costs nothing', async () => {
    const house = new House();
    await house.ask();
    house.ledgerFault = new StorageFullError('the disk is full, make room');
    const { items, told } = await house.ask();
    expect([items, told.length]).toEqual([['rain', '.'], 1]);
    expect(house.log.lines).toEqual([expect.objectContaining({ level: 'warn' })]);
  });

  test('a kept answer that cannot be read is asked for again', async () => {
    const house = new House();
    await house.ask();
    const { items } = await house.ask({ operation: { codec: { ...CODEC, decode: fail } } });
    expect([items, house.asked, house.begun]).toEqual([['rain', '.'], 2, []]);
  });

  test('an answer that cannot be encoded is given all the same', async () => {
    const house = new House();
    const { items, error } = await house.ask({ operation: { codec: { ...CODEC, encode: fail } } });
    expect([items, error, house.cache.stats().entries]).toEqual([['rain', '.'], undefined, 0]);
  });
});
