import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeCliWorkspace, serverSettings, type CliWorkspace } from '../cli/support/cli-workspace.ts';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';

/** Models of the fake server: one that chats, the rest embed: that of projects, another, and a cloud's. */
export const FAKE_MODELS = [
  { id: 'smol', contextLength: 8192 },
  { id: 'all-minilm', capabilities: ['embedding' as const], dimensions: 384 },
  { id: 'all-mpnet-base-v2', capabilities: ['embedding' as const], dimensions: 768 },
  { id: 'text-embedding-3-small', capabilities: ['embedding' as const], dimensions: 1536 },
];

/** A fake server that lives as long as a long proof. */
export function startKnowledgeServer(): Promise<FakeModelServer> {
  return startFakeModelServer({ dialect: 'openai', models: FAKE_MODELS, lifeLimitMs: 7_200_000 });
}

/** A workspace whose conversations and embeddings come from a fake server. */
export function makeKnowledgeWorkspace(server: FakeModelServer, settings: object = {}): Promise<CliWorkspace> {
  return makeCliWorkspace({
    providers: { house: serverSettings(server.url) },
    embeddings: { baseUrl: server.url, declaredLocal: true, model: 'all-minilm' },
    ...settings,
  });
}

/** Another workspace with everything that one has, its state and stores among it. */
export async function copyWorkspace(server: FakeModelServer, from: CliWorkspace): Promise<CliWorkspace> {
  const copy = await makeKnowledgeWorkspace(server);
  await rm(copy.root, { recursive: true });
  await cp(from.root, copy.root, { recursive: true });
  return copy;
}

/** Where a workspace keeps the store of a project. */
export function projectStore({ root }: CliWorkspace, name: string): string {
  return join(root, 'projects', name, 'vectorStore');
}

const WORDS = 'copper river lantern orchid winter harbour violin saddle thunder maple quarry ember canal'.split(' ');

/** The text of a generated file: a heading and two paragraphs, some of them the same in several files. */
export function textOfFile(number: number): string {
  const word = (step: number): string => WORDS[(number * step + (number >> 4)) % WORDS.length] ?? '';
  const own = `File ${number} tells of the ${word(1)} and the ${word(5)} beside the ${word(7)}, number ${number * 17}.`;
  const common = `Every ${word(3)} is kept for a year, as chapter ${number % 7} says.`;
  return `# Notes ${number}\n\n${own}\n\n## Rules\n\n${common}\n`;
}

/** Writes so many small Markdown files into a folder beside the workspace; gives the folder. */
export async function generateFolder(workspace: CliWorkspace, files: number, name = 'notes'): Promise<string> {
  const folder = join(dirname(workspace.root), name);
  for (let number = 0; number < files; number += 1) {
    const file = join(folder, `part-${Math.floor(number / 50)}`, `note-${number}.md`);
    if (number % 50 === 0) await mkdir(dirname(file), { recursive: true });
    await writeFile(file, textOfFile(number));
  }
  return folder;
}
