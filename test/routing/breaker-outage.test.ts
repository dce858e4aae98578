import { describe, expect, test } from '@jest/globals';
import {
  ContentFilteredError,
  ModelLoadingError,
  ProviderAuthError,
  ProviderServerError,
  ProviderUnreachableError,
  RateLimitedError,
} from '../../src/index.ts';
import type { HealthReport } from '../../src/index.ts';
import { ask, NEVER, pair, rigOf, scripted } from './doubles/rig.ts';
import type { ScriptedEntry } from './doubles/rig.ts';
import type { Line } from './doubles/scripted-provider.ts';

const TURNS = 100;
const MINUTE = 60_000;
const QUICK = { connectMs: 20, loadMs: 0, firstTokenMs: 20, idleMs: 20, totalMs: 30 };

/** Lets looks that have begun come to their end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Asks a hundred times, with this much time in between; how often the first of the pair was asked. */
async function doomedTurns(script: () => readonly Line[], report: HealthReport | undefined, stepMs: number) {
  const { first, second } = pair();
  const rig = rigOf({ providers: [first, second], routing: { limits: QUICK } });
  await rig.router.refresh(NEVER);
  first.provider.script = script;
  first.provider.report = report;
  for (let turn = 0; turn < TURNS; turn += 1) {
    expect((await ask(rig)).response_metadata.provider).toBe('second');
    await settle();
    rig.clock.advance(stepMs);
    await settle();
  }
  return { doomed: first.provider.calls, first, rig };
}

const REFUSED: HealthReport = { state: 'down', latencyMs: 1, detail: 'connection refused', code: 'E_UNREACHABLE' };
const SILENT: HealthReport = { state: 'down', latencyMs: 3_000, detail: 'no answer within 3000 ms', code: 'E_TIMEOUT' };
const FAILING: HealthReport = { state: 'down', latencyMs: 1, detail: 'status 500', code: 'E_PROVIDER_SERVER' };

const refuses = () => [{ error: new ProviderUnreachableError('connection refused') }];
const hangs = () => [{ hang: true } as const];
const fails = () => [{ error: new ProviderServerError('status 500') }];
const refusesKey = () => [{ error: new ProviderAuthError('401') }];

describe('a hundred turns with a dead first server', () => {
  test.each([
    ['in a row', 0],
    ['a minute apart', MINUTE],
  ])('that refuses connections, %s: one is doomed', async (_, stepMs) => {
    expect((await doomedTurns(refuses, REFUSED, stepMs)).doomed).toBe(1);
  });

  test.each([
    ['in a row', 0],
    ['a minute apart', MINUTE],
  ])('that hangs, %s: one is doomed', async (_, stepMs) => {
    expect((await doomedTurns(hangs, SILENT, stepMs)).doomed).toBe(1);
  });

  test.each([
    ['in a row', 0],
    ['a minute apart', MINUTE],
  ])('that fails by its own account, %s: no more are doomed than may fail in a row', async (_, stepMs) => {
    expect((await doomedTurns(fails, FAILING, stepMs)).doomed).toBeLessThanOrEqual(5);
  });

  test('that refuses calls although it answers looks, in a row: the second is the last until a second has passed', async () => {
    const { doomed, first } = await doomedTurns(refuses, undefined, 0);
    expect(doomed).toBeLessThanOrEqual(3);
    expect(first.provider.probes).toBeLessThanOrEqual(5);
    expect((await doomedTurns(refuses, undefined, 1_000)).doomed).toBeLessThanOrEqual(10);
  });

  test('that hangs although it answers looks: in a row one is doomed, a minute apart ever fewer', async () => {
    expect((await doomedTurns(hangs, undefined, 0)).doomed).toBe(1);
    const { doomed } = await doomedTurns(hangs, undefined, MINUTE);
    expect(doomed).toBeLessThanOrEqual(25);
  });

  test('that fails although it answers looks: the rest doubles up to an hour', async () => {
    expect((await doomedTurns(fails, undefined, MINUTE)).doomed).toBeLessThanOrEqual(5 + 4);
  });

  test('whose key is refused: one is doomed', async () => {
    expect((await doomedTurns(refusesKey, undefined, MINUTE)).doomed).toBe(1);
  });

  test('costs a bounded number of looks, and leaves no timer behind', async () => {
    const { first, rig } = await doomedTurns(refuses, REFUSED, MINUTE);
    expect(first.provider.probes).toBeLessThanOrEqual(2 * TURNS + 10);
    expect(rig.clock.timers).toBe(1);
    await rig.router.dispose();
    expect(rig.clock.timers).toBe(0);
  });
});

/** A pair whose first has just refused a call after it had answered one. */
async function outage(entries: { first: ScriptedEntry; second: ScriptedEntry }) {
  const { first, second } = entries;
  const rig = rigOf({ providers: [first, second] });
  await ask(rig);
  first.provider.isUp = false;
  first.provider.script = () => [{ error: new ProviderUnreachableError('connection refused') }];
  expect((await ask(rig)).response_metadata.provider).toBe('second');
  await settle();
  return rig;
}

describe('the return of a server', () => {
  test('is found within one probe interval, in the background, and no turn fails', async () => {
    const entries = pair();
    const rig = await outage(entries);
    for (let minute = 0; minute < 10; minute += 1) {
      rig.clock.advance(MINUTE);
      await settle();
      expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 1 });
    }
    entries.first.provider.isUp = true;
    entries.first.provider.script = () => ['back'];
    rig.clock.advance(30_000);
    await settle();
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'first', attempts: 1 });
    expect(entries.first.provider.calls).toBe(3);
    expect(rig.router.breakers()).toEqual([]);
    expect(rig.clock.timers).toBe(0);
  });

  test('a call that comes while it is being looked at goes elsewhere without waiting', async () => {
    const entries = pair();
    const rig = await outage(entries);
    const gate = Promise.withResolvers<void>();
    entries.first.provider.probeGate = gate.promise;
    rig.clock.advance(30_000);
    const startedAt = performance.now();
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 1 });
    expect(performance.now() - startedAt).toBeLessThan(200);
    expect(rig.router.breakers()).toMatchObject([{ state: { kind: 'half-open' } }]);
    gate.resolve();
  });

  test('a server that was silent is asked again after the first look that passes', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second], routing: { limits: QUICK } });
    first.provider.script = hangs;
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 2 });
    await settle();
    first.provider.script = () => ['awake'];
    rig.clock.advance(29_000);
    await settle();
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 1 });
    rig.clock.advance(1_000);
    await settle();
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'first', attempts: 1 });
  });

  test('with nobody else, the first turn after the return is answered', async () => {
    const only = scripted('only', [{ id: 'm' }]);
    const rig = rigOf({ providers: [only] });
    await ask(rig);
    only.provider.isUp = false;
    only.provider.script = () => [{ error: new ProviderUnreachableError('connection refused') }];
    await expect(ask(rig)).rejects.toMatchObject({ code: 'E_UNREACHABLE' });
    await settle();
    only.provider.isUp = true;
    only.provider.script = () => ['back'];
    rig.clock.advance(600);
    expect((await ask(rig)).text).toBe('back');
  });

  test('with nobody else, a server that failed five times is asked again after a look', async () => {
    const only = scripted('only', [{ id: 'm' }]);
    const rig = rigOf({ providers: [only] });
    only.provider.script = () => [{ error: new ProviderServerError('500') }];
    for (let turn = 0; turn < 3; turn += 1) await ask(rig).catch(() => undefined);
    expect(rig.router.breakers()).toMatchObject([{ state: { kind: 'open' }, cause: { code: 'E_PROVIDER_SERVER' } }]);
    only.provider.script = () => ['well again'];
    expect((await ask(rig)).text).toBe('well again');
    expect(rig.router.breakers()).toEqual([]);
  });
});

describe('what counts', () => {
  test('an abort by the caller counts nothing', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    await rig.router.refresh(NEVER);
    first.provider.script = () => [{ hang: true }];
    for (let turn = 0; turn < 10; turn += 1) {
      const controller = new AbortController();
      const model = await rig.router.model();
      const call = model.invoke('hi', { signal: controller.signal });
      setImmediate(() => controller.abort());
      await expect(call).rejects.toThrow();
    }
    expect(rig.router.breakers()).toEqual([]);
    first.provider.script = () => ['hello'];
    expect((await ask(rig)).response_metadata.provider).toBe('first');
  });

  test('loading, and what the request itself is to blame for, count nothing', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    for (const error of [new ModelLoadingError('loading'), new ContentFilteredError('filtered')]) {
      first.provider.script = () => [{ error }];
      for (let turn = 0; turn < 6; turn += 1) await ask(rig).catch(() => undefined);
    }
    expect(rig.router.breakers()).toEqual([]);
  });

  test('one model that fails leaves the others of its server in place, one connection takes them all', async () => {
    const first = scripted('first', [{ id: 'a' }, { id: 'b' }], { priority: 1, model: 'a' });
    const { second } = pair();
    const rig = rigOf({ providers: [first, second] });
    first.provider.script = (model) => (model === 'a' ? [{ error: new ProviderServerError('500') }] : ['from b']);
    for (let turn = 0; turn < 5; turn += 1) await ask(rig);
    const before = first.provider.calls;
    expect((await ask(rig)).response_metadata).toMatchObject({ ref: 'first:b', attempts: 1 });
    expect(first.provider.calls).toBe(before + 1);
    first.provider.isUp = false;
    first.provider.script = () => [{ error: new ProviderUnreachableError('refused') }];
    expect((await ask(rig)).response_metadata.provider).toBe('second');
    await settle();
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 1 });
  });

  test('a server that limits our calls is tried last until its time is over, and is never out', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    first.provider.script = () => [{ error: new RateLimitedError('slow down', { retryAfterMs: 20_000 }) }];
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 2 });
    first.provider.script = () => ['hello'];
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 1 });
    expect(rig.router.breakers()).toMatchObject([{ state: { kind: 'closed' } }]);
    second.provider.script = () => [{ error: new ProviderServerError('500') }];
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'first', attempts: 2 });
    first.provider.script = () => [{ error: new RateLimitedError('slow down', { retryAfterMs: 20_000 }) }];
    second.provider.script = () => ['hello'];
    await ask(rig);
    rig.clock.advance(20_001);
    first.provider.script = () => ['hello'];
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'first', attempts: 1 });
  });
});
