import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ProjectPorts } from '../../../plugins/projects/actions/project-ports.ts';
import { OpenStores } from '../../../plugins/projects/knowledge/open-stores.ts';
import { ProjectRecords } from '../../../plugins/projects/registry/project-records.ts';
import {
  BUILT_IN_LOADERS,
  InputRejectedError,
  LOADERS,
  LOCAL_PRINCIPAL,
  type Action,
  type HostSettings,
  type Loader,
} from '../../../src/index.ts';
import { EmbeddingsDouble } from '../../doubles/embeddings-double.ts';
import { createExtensionsDouble } from '../../doubles/extensions-double.ts';
import { KnowledgeStoresDouble } from '../../doubles/knowledge-store-double.ts';
import { createTerminalDouble } from '../../doubles/terminal-double.ts';
import { keepingLogger } from '../../kernel/plugins/plugin-doubles.ts';

/** The parts of the plugin over stores in memory, in a temporary folder. */
export interface ProjectRig extends AsyncDisposable {
  readonly ports: ProjectPorts;
  readonly stores: KnowledgeStoresDouble;
  /** Folder with documents. */
  readonly documents: string;
  readonly terminal: ReturnType<typeof createTerminalDouble>;
  readonly progress: string[];
  /** Purposes whose model was fetched first. */
  readonly prepared: string[];
  write(path: string, text: string): Promise<void>;
  run(action: Action, args?: Record<string, unknown>): Promise<{ result: unknown; text: string; exitCode: number }>;
}

/** What a rig is made with. */
interface RigOptions {
  /** `null` stands for a purpose that is off. */
  readonly embeddings?: EmbeddingsDouble | null;
  /** Setting `knowledge.maxFileMiB`, in bytes. */
  readonly maxFileBytes?: number;
  readonly lines?: readonly string[];
  readonly isInteractive?: boolean;
}

/** Finds something wrong with every file that ends in `.torn`. */
const TORN: Loader = {
  id: 'torn',
  mediaType: 'text/x-torn',
  extensions: ['torn'],
  load: async ({ path }) => {
    throw new InputRejectedError(`${path} is torn`);
  },
};

/** Makes a rig; its documents are two files. */
export async function makeRig(options: RigOptions = {}): Promise<ProjectRig> {
  const root = await mkdtemp(join(tmpdir(), 'wooster-projects-'));
  const embeddings = options.embeddings === undefined ? new EmbeddingsDouble() : (options.embeddings ?? undefined);
  const stores = new KnowledgeStoresDouble(embeddings);
  const records = new ProjectRecords(join(root, 'projects'));
  const prepared: string[] = [];
  const isEnabled = embeddings !== undefined;
  const ports: ProjectPorts = {
    records,
    stores: new OpenStores(() => stores, records),
    knowledge: () => stores,
    preparation: () => ({ prepare: async (purpose) => void prepared.push(purpose) }),
    extensions: createExtensionsDouble([[LOADERS, [...BUILT_IN_LOADERS, TORN]]]),
    settings: {
      embeddings: { projects: { isEnabled, model: 'double' }, userProfile: { isEnabled, model: 'double' } },
      knowledge: { index: 'auto', maxFileBytes: options.maxFileBytes },
    } as unknown as HostSettings,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    log: keepingLogger(),
  };
  const terminal = createTerminalDouble(options.lines, { isInteractive: options.isInteractive ?? true });
  const documents = join(root, 'Harbour Notes');
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(documents, path)), { recursive: true });
    await writeFile(join(documents, path), text);
  };
  await write(
    'guide/gateway.md',
    '# Gateway\n\nThe gateway listens on port 7777.\n\n## Token\n\nIt is WST-4411-KAP.\n',
  );
  await write('fruit.txt', 'Bananas grow in bunches.\n');
  const progress: string[] = [];
  const run: ProjectRig['run'] = async (action, args = {}) => {
    const result: unknown = await action.run(action.args.parse(args), {
      signal: new AbortController().signal,
      progress: { update: ({ label }) => void progress.push(label), note: () => {}, finish: () => {} },
      principal: LOCAL_PRINCIPAL,
      terminal,
    });
    action.result.parse(result);
    const text = (await action.render?.(result, { width: 100, hasColor: false })) ?? '';
    return { result, text, exitCode: action.exitCode?.(result) ?? 0 };
  };
  const dispose = () => rm(root, { recursive: true, force: true });
  return { ports, stores, documents, terminal, progress, prepared, write, run, [Symbol.asyncDispose]: dispose };
}
