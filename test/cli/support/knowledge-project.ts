import { readFile, writeFile } from 'node:fs/promises';
import { expect } from '@jest/globals';
import type { FakeModelServer } from '../../fakes/fake-model-server.ts';
import { generateFolder, makeKnowledgeWorkspace, projectStore } from '../../proof/knowledge-workspace.ts';
import { runCli, type CliRun } from './cli-process.ts';
import type { CliWorkspace } from './cli-workspace.ts';

/** What `ingest --json` prints, as far as tests look at it. */
interface IngestDocument {
  readonly files: number;
  readonly added: number;
  readonly unchanged: number;
  readonly embedded: number;
  readonly leftOut: readonly { readonly reason: string }[];
  readonly broken: readonly { readonly path: string; readonly code: string; readonly message: string }[];
}

/** Ingests a folder as the project `notes`. */
export function ingest(workspace: CliWorkspace, folder: string, ...more: string[]): Promise<CliRun> {
  return runCli(workspace, ['ingest', folder, '--project', 'notes', ...more]);
}

/** Ingests with `--json`, which must succeed; gives what was printed. */
export async function ingestDocument(workspace: CliWorkspace, folder: string): Promise<IngestDocument> {
  const run = await ingest(workspace, folder, '--json');
  expect(run).toMatchObject({ exitCode: 0 });
  return JSON.parse(run.stdout) as IngestDocument;
}

/** A workspace with an ingested project. */
export async function withProject(
  server: FakeModelServer,
  files = 5,
): Promise<CliWorkspace & { readonly folder: string; readonly store: string }> {
  const workspace = await makeKnowledgeWorkspace(server);
  const folder = await generateFolder(workspace, files);
  expect(await ingest(workspace, folder)).toMatchObject({ exitCode: 0 });
  const store = projectStore(workspace, 'notes');
  return { ...workspace, folder, store, [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose]() };
}

/** Changes bytes of a file. */
export async function flip(file: string, places: readonly number[]): Promise<void> {
  const content = await readFile(file);
  for (const place of places) content[place] = (content[place] ?? 0) ^ 0x55;
  await writeFile(file, content);
}
