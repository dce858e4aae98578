import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { serverSettings, type CliWorkspace } from '../../cli/support/cli-workspace.ts';
import { runCli } from '../../cli/support/cli-process.ts';
import type { FakeModelServer } from '../../fakes/fake-model-server.ts';
import { rowsOf } from '../../stores/support/kill-harness.ts';
import { generateFolder, projectStore, textOfFile } from '../knowledge-workspace.ts';

const LIMIT = { limitMs: 180_000 };

/** Files of the project that commands work on. */
const FILES = 40;
const LATER_FILES = 20;

/** A command that may be killed at any moment. */
export interface CrashCommand {
  readonly id: string;
  /** What there is before it. */
  readonly prepare: (workspace: CliWorkspace, server: FakeModelServer) => Promise<void>;
  readonly words: (workspace: CliWorkspace) => readonly string[];
  /** Exit codes of the command when it is run again after it was killed; 0 alone without it. */
  readonly exitCodesAgain?: readonly number[];
  /** The words of the second run, where the first ones would refuse to write over what is there. */
  readonly wordsAgain?: (workspace: CliWorkspace) => readonly string[];
  /** What is wrong with what was left beside the store, or was made by the second run; nothing when all is well. */
  readonly faultsOutside?: (workspace: CliWorkspace, isDone: boolean) => Promise<readonly string[]>;
}

async function expectDone(workspace: CliWorkspace, words: readonly string[]): Promise<void> {
  const run = await runCli(workspace, words, LIMIT);
  if (run.exitCode !== 0) throw new Error(`${words.join(' ')} ended with ${run.exitCode}: ${run.stderr}${run.stdout}`);
}

/** A project of 40 files, embedded. */
async function ingested(workspace: CliWorkspace): Promise<void> {
  const folder = await generateFolder(workspace, FILES);
  await expectDone(workspace, ['ingest', folder, '--project', 'notes']);
}

async function migrated(workspace: CliWorkspace): Promise<void> {
  await ingested(workspace);
  await expectDone(workspace, MIGRATE);
}

const MIGRATE = ['migrate', '--project', 'notes', '--to', 'all-mpnet-base-v2', '--yes'];

/** Files that came while only a cloud could embed them, and the local server back. */
async function fallenBack(workspace: CliWorkspace, server: FakeModelServer): Promise<void> {
  await ingested(workspace);
  const folder = join(dirname(workspace.root), 'notes');
  for (let number = FILES; number < FILES + LATER_FILES; number += 1) {
    await writeFile(join(folder, 'part-0', `note-${number}.md`), textOfFile(number));
  }
  const house = serverSettings(server.url, { enabled: false });
  const cloud = { kind: 'openai', baseUrl: server.url, apiKey: 'sk-test', enabled: true };
  await workspace.write('config/local.json', {
    embedded: { enabled: false },
    discovery: { mode: 'off' },
    providers: { house, openai: cloud },
    embeddings: { projects: { model: 'all-minilm', fallbackToCloud: true } },
  });
  await expectDone(workspace, ['privacy', 'allow', 'openai', '--project', 'notes']);
  await expectDone(workspace, ['ingest', folder, '--project', 'notes']);
  await workspace.write('config/local.json', {
    embedded: { enabled: false },
    discovery: { mode: 'off' },
    providers: { house: serverSettings(server.url) },
    embeddings: { baseUrl: server.url, declaredLocal: true, model: 'all-minilm' },
  });
}

function outside({ root }: CliWorkspace, name: string): string {
  return join(dirname(root), name);
}

/** A backup is there whole or not at all; what is there gives the same store. */
async function faultsOfBackup(workspace: CliWorkspace, isDone: boolean): Promise<readonly string[]> {
  const whole = ['first.backup', 'second.backup'].filter((name) => existsSync(outside(workspace, name)));
  if (isDone && !whole.includes('second.backup')) return ['the second backup is not there'];
  const faults: string[] = [];
  for (const name of isDone ? whole : whole.slice(0, 1)) {
    const project = `from-${name.split('.')[0]}${isDone ? '' : '-early'}`;
    const run = await runCli(workspace, ['projects', 'restore', project, '--from', outside(workspace, name)], LIMIT);
    if (run.exitCode !== 0) faults.push(`${name} cannot be restored: ${run.stderr}`);
    else if (rowsOf(projectStore(workspace, project)) !== rowsOf(projectStore(workspace, 'notes'))) {
      faults.push(`${name} gives another store`);
    }
  }
  return faults;
}

/** An exported folder is there whole or not at all. */
async function faultsOfExport(workspace: CliWorkspace, isDone: boolean): Promise<readonly string[]> {
  const folder = outside(workspace, 'first.faiss');
  if (!existsSync(folder)) return isDone ? ['the folder is not there'] : [];
  const files = readdirSync(folder).toSorted();
  const missing = ['docstore.json', 'faiss.index', 'wooster.json'].filter((name) => !files.includes(name));
  if (missing.length > 0) return [`the folder lacks ${missing.join(', ')}`];
  if (!isDone) return [];
  const run = await runCli(workspace, ['projects', 'import', 'again', '--from', folder], LIMIT);
  return run.exitCode === 0 ? [] : [`the folder cannot be imported: ${run.stderr}`];
}

/** Commands that write to a store, or take it out, beside `ingest` and `forget`. */
export const CRASH_COMMANDS: readonly CrashCommand[] = [
  { id: 'migrate', prepare: ingested, words: () => MIGRATE },
  {
    id: 'prune',
    prepare: migrated,
    words: () => ['migrate', '--project', 'notes', '--prune', '--yes'],
    // After it was done there is nothing to prune.
    exitCodesAgain: [0, 64],
  },
  { id: 'reconcile', prepare: fallenBack, words: () => ['reconcile', '--project', 'notes'] },
  {
    id: 'backup',
    prepare: ingested,
    words: (workspace) => ['projects', 'backup', 'notes', '--to', outside(workspace, 'first.backup')],
    wordsAgain: (workspace) => ['projects', 'backup', 'notes', '--to', outside(workspace, 'second.backup')],
    faultsOutside: faultsOfBackup,
  },
  {
    id: 'export',
    prepare: ingested,
    words: (workspace) => ['projects', 'export', 'notes', outside(workspace, 'first.faiss')],
    // The folder of a run that was done is not written over.
    exitCodesAgain: [0, 64],
    faultsOutside: faultsOfExport,
  },
];
