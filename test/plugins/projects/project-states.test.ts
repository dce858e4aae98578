import { describe, expect, test } from '@jest/globals';
import { projectsAction } from '../../../plugins/projects/actions/projects.ts';
import { migrateAction } from '../../../plugins/projects/actions/migrate.ts';
import type { ModelComparison, SpaceStats } from '../../../src/index.ts';
import { spaceDouble } from '../../doubles/embeddings-double.ts';
import { MigrationsDouble } from './migrations-double.ts';
import { makeRig, type ProjectRig } from './rig.ts';

/** What one space of a project holds. */
type SpaceFigures = Partial<SpaceStats> & { readonly model: string };

async function withProject(rig: ProjectRig, ...spaces: readonly SpaceFigures[]) {
  const record = { name: 'notes', folder: rig.documents, include: [], exclude: [], createdAt: 1, ingestedAt: 2 };
  await rig.ports.records.save(record);
  const store = await rig.stores.open('projects', 'notes', new AbortController().signal, { create: true });
  const stats = { ...(await store.stats()), texts: 1_203 };
  const base = { vectors: 1_203, role: 'primary', missing: 0, index: 'exact', isInferred: false } as const;
  store.stats = async () => ({
    ...stats,
    spaces: spaces.map(({ model, ...figures }) => ({ ...base, space: spaceDouble(model), ...figures })),
  });
  const migrations = new MigrationsDouble();
  Object.assign(store, { migrations });
  return { store, migrations };
}

function comparisonOf(verdict: ModelComparison['verdict']): ModelComparison {
  return { space: spaceDouble('double'), served: spaceDouble('double-int8'), cosine: 0.9912, verdict };
}

async function show(rig: ProjectRig): Promise<readonly string[]> {
  const { text } = await rig.run(projectsAction(rig.ports), { operation: 'show', name: 'notes' });
  return text.split('\n').flatMap((line) => (/^(?:state|note) /.test(line) ? [line.slice(10)] : []));
}

describe('the state of a project', () => {
  test('stays ready where the settings name another model, and says how it is moved', async () => {
    await using rig = await makeRig();
    await withProject(rig, { model: 'older' });
    expect(await show(rig)).toEqual([
      'ready',
      'keeps older; the settings name double: wooster migrate --project notes moves it',
    ]);
    expect((await rig.run(projectsAction(rig.ports))).text).toMatch(/older .*ready$/m);
  });

  test('tells how far a migration is, and what is kept after it', async () => {
    await using rig = await makeRig();
    const { migrations } = await withProject(rig, { model: 'double' });
    migrations.stand('filling', spaceDouble('house/other'));
    expect(await show(rig)).toEqual(['moving to other, 40 %: wooster migrate status']);
    migrations.stand('paused', spaceDouble('house/other'));
    expect(await show(rig)).toEqual(['move to other paused at 40 %: wooster migrate status']);
    migrations.stand('switched', spaceDouble('other'));
    expect(await show(rig)).toEqual([
      'ready, old vectors kept',
      expect.stringMatching(
        /^1,203 vectors of double are kept: .*--prune deletes them, .*--rollback goes back to them$/,
      ),
    ]);
    migrations.stand('rolled-back', spaceDouble('other'));
    expect(await show(rig)).toEqual([
      'ready',
      expect.stringMatching(/^1,203 vectors of other .*--to other goes there again$/),
    ]);
  });

  test('counts what a stand-in embedded, and texts without vectors', async () => {
    await using rig = await makeRig();
    await withProject(rig, { model: 'double', missing: 1_200 }, { model: 'cloud', role: 'fallback', vectors: 1_200 });
    expect(await show(rig)).toEqual(['1,200 texts in the space of cloud: wooster reconcile --project notes']);
    await using other = await makeRig();
    await withProject(other, { model: 'double', missing: 3 });
    expect(await show(other)).toEqual(['3 texts without vectors: wooster reconcile --project notes']);
    await using text = await makeRig();
    await withProject(text);
    expect(await show(text)).toEqual(['text only']);
  });

  test('tells a model that changed, how near it is, and the command that mends it', async () => {
    await using rig = await makeRig();
    const { store } = await withProject(rig, { model: 'double' });
    let verdict: ModelComparison['verdict'] = 'same';
    const answer = () => Promise.resolve(comparisonOf(verdict));
    Object.assign(store, { upkeep: { compareModel: answer, acceptModel: answer } });
    expect(await show(rig)).toEqual(['ready']);
    verdict = 'near';
    expect((await show(rig))[1]).toMatch(/another build of the double .*0\.9912\): wooster projects accept notes/);
    const accept = await rig.run(projectsAction(rig.ports), { operation: 'accept', name: 'notes' });
    expect(accept.text).toBe(
      'notes: double-int8, as it answers now, is accepted for the vectors of double (lowest agreement 0.9912)',
    );
    const same = await rig.run(migrateAction(rig.ports), { project: 'notes', accept: true });
    expect(same.text).toBe(accept.text);
    verdict = 'far';
    expect((await show(rig))[1]).toMatch(/is not the double .*: wooster migrate --project notes embeds it anew$/);
  });
});
