import { describe, expect, test } from '@jest/globals';
import { codeOf, exportedNames, readSources, type SourceFile } from './architecture/source-files.ts';

const MAX_LINES = 250;
const MAX_FILES_A_FOLDER = 12;

/** Layer of a file in `src`, and the layers each may import besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  contracts: [],
  kernel: ['contracts'],
  resilience: ['contracts'],
  security: ['contracts'],
  usage: ['contracts'],
  cache: ['contracts'],
  routing: ['contracts', 'kernel', 'resilience'],
  embeddings: ['contracts', 'kernel', 'resilience'],
  stores: ['contracts', 'kernel', 'resilience'],
  ingest: ['contracts', 'kernel', 'resilience'],
  agent: [
    'contracts',
    'kernel',
    'resilience',
    'security',
    'usage',
    'cache',
    'routing',
    'embeddings',
    'stores',
    'ingest',
  ],
};
const COMPOSITION = /^src\/(host|main|index|compatibility)\.ts$|^src\/host\//;

const sources = readSources('src', 'plugins');
const everything = [...sources, ...readSources('test', 'scripts')];

function layerOf(path: string): string {
  return path.split('/')[1]!;
}

function describeAll(files: readonly SourceFile[], fault: (file: SourceFile) => string[]): string[] {
  return files.flatMap((file) => fault(file).map((text) => `${file.path}: ${text}`));
}

describe('the architecture', () => {
  test('lets each layer of src import only the layers below it', () => {
    const layered = sources.filter((file) => file.path.startsWith('src/') && !COMPOSITION.test(file.path));
    const faults = describeAll(layered, (file) => {
      const layer = layerOf(file.path);
      const allowed = ALLOWED[layer];
      if (allowed === undefined) return ['is in no known layer'];
      return file.imports.flatMap(({ target }) => {
        if (target === undefined) return [];
        if (!target.startsWith('src/')) return [`imports ${target}`];
        const other = layerOf(target);
        return other === layer || allowed.includes(other) ? [] : [`imports ${target}`];
      });
    });
    expect(faults).toEqual([]);
  });

  test('lets contracts import only zod and the types of @langchain/core', () => {
    const contracts = sources.filter((file) => file.path.startsWith('src/contracts/'));
    const faults = describeAll(contracts, (file) =>
      file.imports
        .filter(
          ({ target, specifier }) =>
            target === undefined && specifier !== 'zod' && !specifier.startsWith('@langchain/core'),
        )
        .map(({ specifier }) => `imports ${specifier}`),
    );
    expect(faults).toEqual([]);
  });

  test('lets plugins import the door and themselves, never src nor another plugin', () => {
    const plugins = sources.filter((file) => file.path.startsWith('plugins/'));
    const faults = describeAll(plugins, (file) => {
      const own = file.path.split('/').slice(0, 2).join('/') + '/';
      return file.imports
        .filter(({ target }) => target !== undefined && !target.startsWith(own))
        .map(({ target }) => `imports ${target}`);
    });
    expect(faults).toEqual([]);
  });

  test('lets nothing import test, except that benches use the fake server and the cells of the fault matrix', () => {
    const product = [...sources, ...readSources('scripts')];
    const shared = /^test\/(fakes|faults)\//;
    const faults = describeAll(product, (file) =>
      file.imports
        .filter(({ target }) => target?.startsWith('test/'))
        .filter(({ target }) => !(file.path.startsWith('scripts/bench/') && shared.test(target ?? '')))
        .map(({ target }) => `imports ${target}`),
    );
    expect(faults).toEqual([]);
  });

  test(`keeps every file at ${MAX_LINES} lines or fewer`, () => {
    expect(describeAll(everything, (file) => (file.lines > MAX_LINES ? [`${file.lines} lines`] : []))).toEqual([]);
  });

  test(`keeps every folder of the product at ${MAX_FILES_A_FOLDER} files or fewer`, () => {
    const counts = new Map<string, number>();
    for (const { path } of sources) {
      const folder = path.slice(0, path.lastIndexOf('/'));
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
    expect([...counts].filter(([, count]) => count > MAX_FILES_A_FOLDER)).toEqual([]);
  });

  test('reads process.env in one file only', () => {
    const readers = sources.filter((file) => /process\s*\.\s*env\b/.test(codeOf(file))).map((file) => file.path);
    expect(readers).toEqual(['src/kernel/config/env.ts']);
  });

  test('ends the process in one file only, child entries excepted', () => {
    const enders = sources.filter((file) => /process\s*\.\s*exit\s*\(/.test(codeOf(file))).map((file) => file.path);
    expect(enders.filter((path) => !path.endsWith('-child.ts'))).toEqual(['src/main.ts']);
  });

  test('uses no any, no default export, no enum and no decorator', () => {
    const faults = describeAll(sources, (file) => {
      const code = codeOf(file);
      return [
        ...(/(:\s*any\b|\bas any\b|<any>|\bany\[\])/.test(code) ? ['any'] : []),
        ...(/^export default/m.test(code) ? ['default export'] : []),
        ...(/^\s*(?:export\s+)?(?:const\s+)?enum\s/m.test(code) ? ['enum'] : []),
        ...(/^\s*@\w+\(/m.test(code) ? ['decorator'] : []),
      ];
    });
    expect(faults).toEqual([]);
  });

  test('exports nothing that nobody else uses, the door excepted', () => {
    const door = new Set(
      sources
        .find((file) => file.path === 'src/index.ts')!
        .imports.filter(({ names }) => names.includes('*'))
        .map(({ target }) => target),
    );
    const used = new Set(everything.flatMap((file) => file.imports.flatMap(({ names }) => names)));
    const faults = describeAll(
      sources.filter((file) => !door.has(file.path) && !/^plugins\/[^/]+\/index\.ts$/.test(file.path)),
      (file) =>
        exportedNames(file)
          .filter((name) => !used.has(name))
          .map((name) => `exports ${name}, which nothing uses`),
    );
    expect(faults).toEqual([]);
  });

  test('sees the faults it looks for', () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(
      exportedNames({ path: 'x', lines: 1, imports: [], text: 'export const a = 1;\nexport interface B {}' }),
    ).toEqual(['a', 'B']);
    expect(codeOf({ path: 'x', lines: 1, imports: [], text: "const a = 'process.env'; // process.env" })).not.toContain(
      'process.env',
    );
  });
});
