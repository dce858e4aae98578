import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { InterruptedStreamError, ProviderUnreachableError } from '../../src/index.ts';
import { ask, pair, rigOf } from './doubles/rig.ts';

test('a server that dies in the middle of an answer rests until a look in the background finds it back', async () => {
  const { first, second } = pair();
  const rig = rigOf({ providers: [first, second], routing: { healthCheckIntervalMs: 30_000 } });
  await ask(rig);
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  first.provider.script = () => ['half', { error: new InterruptedStreamError('cut', { cause: reset }) }];
  const model = await rig.router.model();
  const stream = (await model.stream('hi'))[Symbol.asyncIterator]();
  await stream.next();
  first.provider.isUp = false;
  await expect(stream.next()).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  await wait(50);
  expect(rig.router.breakers()).toContainEqual(
    expect.objectContaining({
      targetId: expect.stringMatching(/^first@[^/]*$/),
      state: expect.objectContaining({ kind: 'open' }),
    }),
  );
  first.provider.script = () => ['hello again'];
  first.provider.isUp = true;
  const probes = first.provider.probes;
  rig.clock.advance(31_000);
  await wait(50);
  expect(first.provider.probes).toBeGreaterThan(probes);
  expect((await ask(rig)).text).toBe('hello again');
});

test('a server that loads its model when it is found back is looked at again until it is ready', async () => {
  const { first, second } = pair();
  const rig = rigOf({ providers: [first, second] });
  await ask(rig);
  first.provider.isUp = false;
  first.provider.script = () => [{ error: new ProviderUnreachableError('refused') }];
  await ask(rig);
  await wait(20);
  first.provider.isUp = true;
  first.provider.script = () => ['hello again'];
  first.provider.report = { state: 'loading', latencyMs: 1, detail: 'it loads the model' };
  rig.clock.advance(2_000);
  await wait(20);
  expect((await ask(rig)).text).toBe('hello');
  first.provider.report = undefined;
  rig.clock.advance(1_500);
  await wait(20);
  expect((await ask(rig)).text).toBe('hello again');
});
