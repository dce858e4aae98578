import { describe, expect, test } from '@jest/globals';
import { reconcileAction } from '../../../plugins/projects/actions/reconcile.ts';
import { NoRouteError, type ReconcileOptions, type ReconcileReport, type StoreUpkeep } from '../../../src/index.ts';
import { spaceDouble } from '../../doubles/embeddings-double.ts';
import { makeRig, type ProjectRig } from './rig.ts';

const REPORT: ReconcileReport = {
  to: spaceDouble('double'),
  fromFallback: 1_200,
  withoutVector: 3,
  embedded: 1_203,
  tooLong: 0,
  tokens: 98_000,
  usd: 0,
  dropped: [spaceDouble('cloud-model')],
};

type Outcome = ReconcileReport | Error;

/** A project with upkeep that tells a report, and what it was asked. */
async function withProject(rig: ProjectRig, name: string, outcome: Outcome = REPORT): Promise<ReconcileOptions[]> {
  const asked: ReconcileOptions[] = [];
  const reconcile: StoreUpkeep['reconcile'] = (options) => {
    asked.push(options);
    if (outcome instanceof Error) return Promise.reject(outcome);
    options.onProgress?.(128, 1_203);
    return Promise.resolve(options.isPlan === true ? { ...outcome, embedded: 0, dropped: [] } : outcome);
  };
  await rig.ports.records.save({ name, folder: rig.documents, include: [], exclude: [], createdAt: 1 });
  const store = await rig.stores.open('projects', name, new AbortController().signal, { create: true });
  Object.assign(store, { upkeep: { reconcile } });
  return asked;
}

describe('reconcile', () => {
  test('counts and prices, and names the command that does it', async () => {
    await using rig = await makeRig();
    const asked = await withProject(rig, 'notes', { ...REPORT, usd: 0.0123, tooLong: 2 });
    const { text } = await rig.run(reconcileAction(rig.ports), { project: 'notes', plan: true });
    expect(text).toBe(
      `notes: 1,203 texts would be embedded with double, 1,200 of them only in the space of a stand-in, 3 without any vector; 98,000 tokens, price $0.0123
  2 are longer than double reads and stay: wooster ingest <folder> cuts them anew
  this does it: wooster reconcile --project notes`,
    );
    expect(asked.map(({ isPlan }) => isPlan)).toEqual([true]);
  });

  test('brings vectors home and tells what was dropped', async () => {
    await using rig = await makeRig();
    const asked = await withProject(rig, 'notes');
    const { text, exitCode } = await rig.run(reconcileAction(rig.ports), { project: 'notes' });
    expect(text).toBe(
      'notes: 1,203 texts embedded with double, 1,200 of them only in the space of a stand-in, 3 without any vector; price free; no vectors of cloud-model are left',
    );
    expect(exitCode).toBe(0);
    expect(rig.progress).toContain('bringing vectors of notes home');
    expect(asked.map(({ isPlan }) => isPlan)).toEqual([true, false]);
  });

  test('spends only after a yes', async () => {
    await using rig = await makeRig({ lines: ['', 'y'] });
    const asked = await withProject(rig, 'notes', { ...REPORT, usd: 0.5 });
    const run = async (): Promise<string> => (await rig.run(reconcileAction(rig.ports), { project: 'notes' })).text;
    expect(await run()).toBe('notes: nothing was changed');
    expect(asked).toHaveLength(1);
    expect(await run()).toContain('price $0.50');
    await using silent = await makeRig({ isInteractive: false });
    await withProject(silent, 'notes', { ...REPORT, usd: undefined });
    await expect(silent.run(reconcileAction(silent.ports), { project: 'notes' })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('wooster reconcile --project notes --yes'),
    });
  });

  test('goes through all of them, and tells failures with the exit code of the first', async () => {
    await using rig = await makeRig();
    await withProject(rig, 'alpha', new NoRouteError('double cannot be reached', { reasons: [] }));
    await withProject(rig, 'beta', { ...REPORT, fromFallback: 0, withoutVector: 0, embedded: 0, dropped: [] });
    await rig.stores.open('projects', 'old', new AbortController().signal, { create: true });
    const { text, exitCode } = await rig.run(reconcileAction(rig.ports), { all: true });
    expect(text.split('\n')).toEqual([
      'alpha: E_NO_ROUTE double cannot be reached',
      'beta: everything is at home',
      'old: left out, it is only read',
    ]);
    expect(exitCode).toBe(69);
    await expect(rig.run(reconcileAction(rig.ports), {})).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(rig.run(reconcileAction(rig.ports), { project: 'old' })).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});
