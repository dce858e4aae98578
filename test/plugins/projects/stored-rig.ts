import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectsAction } from '../../../plugins/projects/actions/projects.ts';
import type { ProjectPorts } from '../../../plugins/projects/actions/project-ports.ts';
import { OpenStores } from '../../../plugins/projects/knowledge/open-stores.ts';
import { ProjectRecords } from '../../../plugins/projects/registry/project-records.ts';
import {
  createKnowledgeStores,
  INDEX_DRIVERS,
  legacyOpener,
  LOCAL_PRINCIPAL,
  sqliteStoreDriver,
  STORE_DRIVERS,
  type HostSettings,
  type KnowledgeStores,
} from '../../../src/index.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble } from '../../doubles/embeddings-double.ts';
import { createExtensionsDouble } from '../../doubles/extensions-double.ts';
import { createTerminalDouble } from '../../doubles/terminal-double.ts';
import { keepingLogger } from '../../kernel/plugins/plugin-doubles.ts';

/** The action `projects` over real stores, in a workspace of its own. */
export interface StoredRig extends AsyncDisposable {
  readonly root: string;
  readonly ports: ProjectPorts;
  readonly knowledge: KnowledgeStores;
  readonly model: EmbeddingsDouble;
  run(args: Record<string, unknown>): Promise<{ readonly result: unknown; readonly text: string }>;
}

/** The 5th of February 2026. */
const NOW = Date.UTC(2026, 1, 5, 12);

/** Makes a rig; the model answers unless a test says otherwise. */
export async function makeStoredRig(model = new EmbeddingsDouble()): Promise<StoredRig> {
  const root = await mkdtemp(join(tmpdir(), 'wooster-stored-'));
  const purpose = { isEnabled: true, model: 'double', fallbackToCloud: false };
  const settings = {
    knowledge: { index: 'auto', maxFileBytes: 1 },
    embeddings: { projects: purpose, userProfile: purpose },
  };
  const factory = embeddingsFactoryDouble(model);
  const driver = sqliteStoreDriver({
    embeddings: () => factory,
    extensions: createExtensionsDouble([[INDEX_DRIVERS, []]]),
    settings,
  });
  const knowledge = createKnowledgeStores({
    workspace: { projectsDirectory: join(root, 'projects'), vectorDataDirectory: join(root, 'vector_data') },
    extensions: createExtensionsDouble([[STORE_DRIVERS, [driver]]]),
    openLegacy: legacyOpener(() => factory),
  });
  const records = new ProjectRecords(join(root, 'projects'));
  const stores = new OpenStores(() => knowledge, records);
  const ports: ProjectPorts = {
    records,
    stores,
    knowledge: () => knowledge,
    preparation: () => ({ prepare: () => Promise.resolve() }),
    extensions: createExtensionsDouble([]),
    settings: settings as unknown as HostSettings,
    clock: { now: () => NOW, monotonic: () => performance.now() },
    log: keepingLogger(),
  };
  const action = projectsAction(ports);
  const run: StoredRig['run'] = async (args) => {
    const result: unknown = await action.run(action.args.parse(args), {
      signal: AbortSignal.timeout(20_000),
      progress: { update: () => {}, note: () => {}, finish: () => {} },
      principal: LOCAL_PRINCIPAL,
      terminal: createTerminalDouble([], { isInteractive: false }),
    });
    action.result.parse(result);
    return { result, text: (await action.render?.(result, { width: 100, hasColor: false })) ?? '' };
  };
  const dispose = async (): Promise<void> => {
    await stores.dispose();
    await rm(root, { recursive: true, force: true });
  };
  return { root, ports, knowledge, model, run, [Symbol.asyncDispose]: dispose };
}

/** A digest of each file in a folder, but those of our own stores. */
export async function digestOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => !/^(?:store\.db.*|writer\..*|indexes)$/.test(name));
  const digests = names.map(async (name) => {
    const bytes = await readFile(join(folder, name));
    return [name, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(digests));
}

/** Lays a folder of the fixtures at a place. */
export async function layFixture(name: string, place: string): Promise<void> {
  await cp(join(import.meta.dirname, '../../fixtures/langchain-python', name), place, { recursive: true });
}
