import { getEventListeners } from 'node:events';
import { describe, expect, jest, test } from '@jest/globals';
import { isWoosterError, ProviderServerError, ProviderUnreachableError } from '../../src/index.ts';
import type { WoosterError } from '../../src/index.ts';
import { pair, rigOf } from './doubles/rig.ts';

jest.setTimeout(120_000);

const CALLS = 5_000;
const FAULTS: readonly (readonly [string, () => WoosterError])[] = [
  ['refused', () => new ProviderUnreachableError('connect ECONNREFUSED')],
  ['500', () => new ProviderServerError('500')],
];
/** A whole call takes about a millisecond; this ends only one that has begun to wait. */
const CALL_LIMIT_MS = 20;

type Rig = ReturnType<typeof rigOf>;

/** What is left in the process that could grow with calls. */
function leftovers(rig: Rig, signal: AbortSignal) {
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  return { timers, listeners: getEventListeners(signal, 'abort').length, looks: rig.clock.timers };
}

async function fail(rig: Rig, signal: AbortSignal): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  const model = await rig.router.model();
  for (let call = 0; call < CALLS; call += 1) {
    const outcome = await model.invoke(`question ${call}`, { signal }).then(
      ({ text }) => text,
      (error: unknown) => (isWoosterError(error) ? error.code : String(error)),
    );
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return outcomes;
}

describe.each(FAULTS)('five thousand quick failures (%s)', (name, fault) => {
  test('with an alternative are answered by it, leave nothing behind and stay fast', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    first.provider.script = () => [{ error: fault() }];
    first.provider.isUp = name !== 'refused';
    const { signal } = new AbortController();
    const before = leftovers(rig, signal);
    const begun = performance.now();
    expect(await fail(rig, signal)).toEqual({ hello: CALLS });
    expect((performance.now() - begun) / CALLS).toBeLessThan(CALL_LIMIT_MS);
    const after = leftovers(rig, signal);
    expect(after.listeners).toBe(0);
    expect(after.timers).toBeLessThanOrEqual(before.timers + 2);
    expect(after.looks).toBeLessThanOrEqual(1);
    // The breaker keeps nearly all of them away from the first.
    expect(first.provider.calls).toBeLessThan(20);
    expect(rig.log.lines.filter(({ level }) => level !== 'debug').length).toBeLessThan(20);
  });

  test('without an alternative are each an error with a reason, and the first call after the return is answered', async () => {
    const { first } = pair();
    const rig = rigOf({ providers: [first] });
    first.provider.script = () => [{ error: fault() }];
    first.provider.isUp = false;
    const { signal } = new AbortController();
    const outcomes = await fail(rig, signal);
    expect(
      Object.keys(outcomes).every((code) => ['E_NO_ROUTE', 'E_UNREACHABLE', 'E_PROVIDER_SERVER'].includes(code)),
    ).toBe(true);
    expect(leftovers(rig, signal)).toMatchObject({ listeners: 0 });
    first.provider.isUp = true;
    first.provider.script = () => ['back'];
    rig.clock.advance(60_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await (await rig.router.model()).invoke('now?')).text).toBe('back');
  });
});
