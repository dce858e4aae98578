import { describe, expect, test } from '@jest/globals';
import type { AIMessageChunk } from '@langchain/core/messages';
import { InterruptedStreamError, ProviderServerError } from '../../src/index.ts';
import { ask, pair, rigOf } from './doubles/rig.ts';

const HOUR = 3_600_000;

const JUMPS: readonly (readonly [string, number])[] = [
  ['is set back by an hour', -HOUR],
  ['is set forward by a day', 24 * HOUR],
  ['slept for an hour', HOUR],
];

type Rig = ReturnType<typeof rigOf>;

/** Reads a stream, and lets the time of day jump after its first piece. */
async function readAcross(rig: Rig, byMs: number): Promise<string> {
  const model = await rig.router.model();
  let text = '';
  for await (const chunk of (await model.stream('hi')) as AsyncIterable<AIMessageChunk>) {
    if (text === '') rig.clock.advanceWall(byMs);
    text += chunk.text;
  }
  return text;
}

describe.each(JUMPS)('a host whose clock %s in the middle of a call', (_name, byMs) => {
  test('lets the answer come to its end, and records how long it really took', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    first.provider.script = () => ['one ', 'two ', 'three'];
    expect(await readAcross(rig, byMs)).toBe('one two three');
    const [trace] = rig.state.decisions.list();
    expect(trace?.attempts).toMatchObject([{ outcome: 'answered' }]);
    expect(trace?.attempts[0]?.totalMs).toBeGreaterThanOrEqual(0);
    expect(trace?.attempts[0]?.totalMs).toBeLessThan(10_000);
  });

  test('counts a stream that breaks off then, and keeps nobody away for it', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    first.provider.script = () => ['one ', { error: new InterruptedStreamError('cut') }];
    await expect(readAcross(rig, byMs)).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
    first.provider.script = () => ['well'];
    expect((await ask(rig)).text).toBe('well');
    expect(rig.router.breakers()).toEqual([]);
  });

  test('still ends a call that hangs by its limit', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    first.provider.script = () => ['one ', { hang: true }];
    const begun = performance.now();
    await expect(readAcross(rig, byMs)).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

test('decisions made after the clock was set back are still the newest', async () => {
  const { first, second } = pair();
  const rig = rigOf({ providers: [first, second] });
  for (let at = 0; at < 3; at += 1) {
    await ask(rig, `question ${at}`, { conversationId: `c${at}` });
    rig.clock.advanceWall(-HOUR);
  }
  const order = rig.state.decisions.list().map(({ decision }) => decision.request.conversationId);
  expect(order).toEqual(['c2', 'c1', 'c0']);
});

test('a clock that steps to and fro for a hundred failing calls leaves no breaker that cannot be ended', async () => {
  const { first, second } = pair();
  const rig = rigOf({ providers: [first, second] });
  first.provider.script = () => [{ error: new ProviderServerError('500') }];
  for (let call = 0; call < 100; call += 1) {
    rig.clock.advanceWall(call % 2 === 0 ? 5 * HOUR : -7 * HOUR);
    expect((await ask(rig)).text).toBe('hello');
  }
  first.provider.script = () => ['back'];
  rig.clock.advance(HOUR);
  await ask(rig);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await ask(rig)).text).toBe('back');
  expect(rig.router.breakers()).toEqual([]);
});
