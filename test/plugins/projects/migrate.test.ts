import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { migrateAction } from '../../../plugins/projects/actions/migrate.ts';
import { StoreError } from '../../../src/index.ts';
import { spaceDouble } from '../../doubles/embeddings-double.ts';
import { MigrationsDouble } from './migrations-double.ts';
import { makeRig, type ProjectRig } from './rig.ts';

/** Projects with migrations in memory. */
async function withProjects(rig: ProjectRig, ...names: string[]): Promise<MigrationsDouble[]> {
  const doubles: MigrationsDouble[] = [];
  for (const project of names) {
    await rig.ports.records.save({ name: project, folder: rig.documents, include: [], exclude: [], createdAt: 1 });
    const store = await rig.stores.open('projects', project, new AbortController().signal, { create: true });
    const double = new MigrationsDouble();
    Object.assign(store, { migrations: double });
    doubles.push(double);
  }
  return doubles;
}

describe('migrate', () => {
  test('prints what it would take, and the command that does it', async () => {
    await using rig = await makeRig();
    const [migrations] = await withProjects(rig, 'notes');
    const run = await rig.run(migrateAction(rig.ports), { project: 'notes', to: 'other', plan: true });
    expect(run.text).toBe(
      `notes: double (64 dimensions) -> other (64 dimensions)
model     on this machine
texts     1,200
tokens    98,120
too long  12, cut into 15 passages for this model
time      about 1 min 20 s
price     free
disk      3.2 MiB needed, 11.2 GiB free

Nothing was changed. This does it: wooster migrate --project notes --to other`,
    );
    expect(migrations!.runs).toEqual([]);
    expect(run.result).toMatchObject({ operation: 'plan', stores: [{ name: 'notes', texts: 1_200, usd: 0 }] });
  });

  test('tells a price of a cloud, one that is not known, and what is only estimated', async () => {
    await using rig = await makeRig();
    const [migrations] = await withProjects(rig, 'notes');
    const args = { project: 'notes', to: 'other', plan: true };
    migrations!.figures = { locality: 'cloud', usd: 0.0123, tokensPrecision: 'estimate' };
    expect((await rig.run(migrateAction(rig.ports), args)).text).toMatch(/of a cloud[^]*about 98,120[^]*\$0\.0123/);
    migrations!.figures = { locality: 'cloud', usd: undefined, tokensPrecision: 'upper-bound' };
    expect((await rig.run(migrateAction(rig.ports), args)).text).toMatch(/at most 98,120[^]*price +unknown/);
  });

  test('moves a project, tells what was found and kept, and the ways back and on', async () => {
    await using rig = await makeRig();
    const [migrations] = await withProjects(rig, 'notes');
    await writeFile(join(rig.ports.records.folderOf('notes'), 'questions.txt'), 'Which port?\n\n  Which token? \n');
    const store = rig.stores.opened.get('projects/notes')!;
    const stats = await store.stats();
    const old = { space: spaceDouble('double'), vectors: 3, role: 'former', missing: 0, index: 'exact' } as const;
    store.stats = async () => ({ ...stats, spaces: [{ ...old, isInferred: false }] });
    const { text, exitCode } = await rig.run(migrateAction(rig.ports), { project: 'notes', to: 'other', rate: 20 });
    expect(migrations!.runs).toMatchObject([{ textsPerSecond: 20, questions: ['Which port?', 'Which token?'] }]);
    expect(rig.terminal.notes).toEqual([
      'notes: 1,200 texts to embed with other, 12 too long (cut into 15); time about 1 min 20 s, price free, disk 3.2 MiB',
    ]);
    expect(rig.progress).toEqual(
      expect.arrayContaining(['cutting notes for other', 'embedding notes with other', 'checking notes in other']),
    );
    expect(text).toBe(
      `notes: is searched with other (64 dimensions) now, before with double (64 dimensions)
  embedded  1,203 texts in this run
  checked   1,203 vectors; 100 of 100 passages found themselves first, 62 % of their ten nearest are those of before
  question  70 % of the first ten as before: Which port?
  question  70 % of the first ten as before: Which token?
  kept      the vectors of double
  go back   wooster migrate --project notes --rollback
  let go    wooster migrate --project notes --prune`,
    );
    expect(exitCode).toBe(0);
  });

  test('fetches the model of the settings before it is planned with, and says when it is there already', async () => {
    await using rig = await makeRig();
    await withProjects(rig, 'notes');
    rig.prepared.length = 0;
    expect((await rig.run(migrateAction(rig.ports), { project: 'notes' })).text).toBe(
      'notes: is searched with double already',
    );
    expect(rig.prepared).toEqual(['projects']);
    expect(rig.terminal.notes).toEqual([]);
  });

  test('begins what costs only after a yes', async () => {
    await using rig = await makeRig({ lines: ['n', 'yes'] });
    const [migrations] = await withProjects(rig, 'notes');
    migrations!.figures = { locality: 'cloud', usd: 1.5 };
    const args = { project: 'notes', to: 'other' };
    expect((await rig.run(migrateAction(rig.ports), args)).text).toBe('notes: nothing was changed');
    expect(migrations!.runs).toEqual([]);
    await rig.run(migrateAction(rig.ports), args);
    expect(migrations!.runs).toHaveLength(1);
    await using silent = await makeRig({ isInteractive: false });
    const [unasked] = await withProjects(silent, 'notes');
    unasked!.figures = { locality: 'cloud', usd: undefined };
    await expect(silent.run(migrateAction(silent.ports), args)).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining(
        'price is not known, and needs a yes: wooster migrate --project notes --to other --yes',
      ),
    });
    await silent.run(migrateAction(silent.ports), { ...args, yes: true });
    expect(unasked!.runs).toHaveLength(1);
  });

  test('goes on with a paused one to where that was going', async () => {
    await using rig = await makeRig();
    const [migrations] = await withProjects(rig, 'notes');
    migrations!.stand('paused', spaceDouble('other', 32));
    expect((await rig.run(migrateAction(rig.ports), { project: 'notes' })).text).toContain(
      'with other (32 dimensions) now',
    );
    expect(migrations!.targets).toEqual([{ model: 'other', dimensions: 32 }]);
  });

  test('pauses, rolls back and prunes, and asks before it deletes', async () => {
    await using rig = await makeRig({ lines: ['', 'y'] });
    const [migrations] = await withProjects(rig, 'notes');
    const run = async (args: object): Promise<string> =>
      (await rig.run(migrateAction(rig.ports), { project: 'notes', ...args })).text;
    await expect(run({ pause: true })).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(run({ prune: true })).rejects.toMatchObject({ code: 'E_USAGE' });
    migrations!.stand('filling', spaceDouble('other'));
    expect(await run({ pause: true })).toBe(
      'notes: stops after its batch, at 492 of 1,203; goes on with: wooster migrate --project notes --to other',
    );
    await run({});
    expect(await run({ rollback: true })).toMatch(
      /^notes: is searched with double again[^]*\n3 texts came since[^]*wooster reconcile --project notes$/,
    );
    expect(await run({ prune: true })).toBe('nothing was deleted');
    expect(await run({ prune: true })).toBe('notes: 1,203 vectors of other are deleted');
  });

  test('moves all of them, tells the failures at the end, and leaves out what is only read', async () => {
    await using rig = await makeRig();
    const [first, second] = await withProjects(rig, 'alpha', 'beta', 'gamma', 'old');
    first!.failure = new StoreError('E_STORE_LOCKED', 'another process writes', { location: 'alpha' });
    second!.stand('paused', spaceDouble('third'));
    Object.assign(rig.stores.opened.get('projects/old')!, { isReadOnly: true });
    const { text, exitCode, result } = await rig.run(migrateAction(rig.ports), { all: true, yes: true });
    expect(exitCode).toBe(75);
    expect(text).toMatch(
      /^beta: is searched with third \(64 dimensions\) now[^]*\ngamma: is searched with double already\nold: left out/,
    );
    expect(text).toMatch(/\nnot moved\n {2}alpha: E_STORE_LOCKED another process writes$/);
    expect(result).toMatchObject({
      stores: [{ outcome: 'failed' }, { outcome: 'moved' }, {}, { outcome: 'left-out' }],
    });
  });

  test('shows how each store stands', async () => {
    await using rig = await makeRig();
    const [first, second] = await withProjects(rig, 'alpha', 'beta', 'gamma');
    first!.stand('filling', spaceDouble('all-MiniLM-L6-v2'));
    second!.stand('switched', spaceDouble('other'));
    const { text } = await rig.run(migrateAction(rig.ports), { operation: 'status' });
    expect(text).toMatch(/alpha +double +all-MiniLM-L6-v2 +filling +492\/1,203 +492 +wooster migrate/);
    expect(text).toMatch(/beta +double +other +switched +1,203\/1,203 +1,203 +wooster migrate/);
    expect(text).toMatch(/gamma +- +0\/0/);
  });

  test.each([
    [{}, 'which store? wooster migrate --project <name>'],
    [{ project: 'notes', all: true }, 'choose one of --project'],
    [{ project: 'notes', plan: true, prune: true }, 'choose one of --plan and --prune'],
    [{ project: 'notes', to: 'other', rollback: true }, '--to says nothing to --rollback'],
    [{ project: 'notes', rate: 3, plan: true }, '--rate says nothing to --plan'],
    [{ all: true, prune: true }, '--prune is for one store at a time'],
    [{ operation: 'status', prune: true }, 'status goes without --prune'],
    [{ userProfile: true }, 'there is no user profile yet'],
    [{ project: 'none' }, 'there is no project "none"'],
  ])('refuses %j with the right line', async (args, line) => {
    await using rig = await makeRig();
    await withProjects(rig, 'notes');
    await expect(rig.run(migrateAction(rig.ports), args)).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining(line),
    });
  });

  test('names what is in the way: embeddings that are off, an index that is only read, questions that are not there', async () => {
    await using off = await makeRig({ embeddings: null });
    await withProjects(off, 'notes');
    const action = migrateAction(off.ports);
    await expect(off.run(action, { project: 'notes' })).rejects.toMatchObject({ code: 'E_CONFIG' });
    await using rig = await makeRig();
    await withProjects(rig, 'notes');
    const questions = rig.run(migrateAction(rig.ports), { project: 'notes', questions: '/nowhere/q.txt' });
    await expect(questions).rejects.toMatchObject({
      code: 'E_FILE',
      message: expect.stringContaining('/nowhere/q.txt'),
    });
    Object.assign(rig.stores.opened.get('projects/notes')!, { isReadOnly: true });
    await expect(rig.run(migrateAction(rig.ports), { project: 'notes' })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('wooster projects import'),
    });
  });
});
