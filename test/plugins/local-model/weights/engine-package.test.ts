import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { EnginePackage } from '../../../../plugins/local-model/weights/packages/engine-package.ts';
import { TRANSFORMERS_ENGINE } from '../../../../plugins/local-model/weights/packages/engine-specs.ts';
import type { RunProgram } from '../../../../plugins/local-model/weights/packages/run-program.ts';
import { recorder, rejectionOf, temporaryFolder } from './store-under-test.ts';

const FOLDER = 'node-llama-cpp-3.22.1';
const plenty = (): Promise<number> => Promise.resolve(1e15);

function nowhere(): never {
  throw new Error('not found');
}

/** An npm that puts empty packages in their folders, but for the named one, and ends with the code. */
function fakeNpm(options: { exitCode?: number; without?: string; output?: string } = {}) {
  const installed: Record<string, string>[] = [];
  const calls: string[][] = [];
  const run: RunProgram = async (command, programArguments, { workingDirectory = '' }) => {
    calls.push([command, ...programArguments]);
    const { dependencies } = JSON.parse(await readFile(join(workingDirectory, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    installed.push(dependencies);
    for (const name of Object.keys(dependencies).filter((dependency) => dependency !== options.without)) {
      const folder = join(workingDirectory, 'node_modules', name, 'dist');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'index.js'), '');
    }
    return { exitCode: options.exitCode ?? 0, output: options.output ?? '' };
  };
  return { calls, installed, run };
}

function engineIn(enginesDirectory: string, run: RunProgram, platform = 'linux', architecture = 'arm64') {
  const fixed = { resolvePackage: nowhere, freeBytes: plenty, allowDownload: true };
  return new EnginePackage({ enginesDirectory, run, platform, architecture, ...fixed });
}

describe('the package of the engine', () => {
  test('is the one the plugin resolves to, and then nothing is run', async () => {
    const { calls, run } = fakeNpm();
    const engine = new EnginePackage({ enginesDirectory: '/nowhere', allowDownload: false, run });
    expect(await engine.ensure()).toMatch(/^file:.*node-llama-cpp\/dist\/index\.js$/);
    expect(calls).toEqual([]);
  });

  test('is installed once for the user, with the binary of the platform and a notice, and no script is run', async () => {
    await using folder = await temporaryFolder();
    const { calls, installed, run } = fakeNpm();
    const engine = engineIn(folder.path, run);
    const seen = recorder();
    expect(engine.locate()).toBeUndefined();
    const entry = join(folder.path, FOLDER, 'node_modules', 'node-llama-cpp', 'dist', 'index.js');
    expect(await engine.ensure(seen)).toBe(pathToFileURL(entry).href);
    expect(await engine.ensure(seen)).toBe(engine.locate());
    expect(installed).toEqual([{ 'node-llama-cpp': '3.22.1', '@node-llama-cpp/linux-arm64': '3.22.1' }]);
    expect(calls[0]).toEqual(expect.arrayContaining(['install', '--ignore-scripts', '--omit=optional']));
    expect(seen.notices).toEqual([expect.stringMatching(/@node-llama-cpp\/linux-arm64 is added to .* about 85 MB/)]);
    expect(seen.phases).toEqual(['downloading', 'verifying']);
  });

  test('is not there after an installation that was killed, and what it left is removed by the next', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, '.installing-1', 'node_modules'), { recursive: true });
    const engine = engineIn(folder.path, fakeNpm().run);
    expect(engine.locate()).toBeUndefined();
    await engine.ensure();
    expect((await readdir(folder.path)).sort()).toEqual([`.${FOLDER}.lock`, FOLDER]);
  });

  test.each([
    ['npm fails', { exitCode: 1 }, 'E_DEPENDENCY', /npm ended with code 1; install it with: npm install/],
    ['npm leaves the binary out', { without: '@node-llama-cpp/linux-arm64' }, 'E_DEPENDENCY', /npm ended with code 0/],
    ['the disk fills up', { exitCode: 1, output: 'npm error code ENOSPC' }, 'E_DISK_FULL', /no room left/],
  ])('is not there when %s', async (_name, fault, code, reason) => {
    await using folder = await temporaryFolder();
    const error = await rejectionOf(engineIn(folder.path, fakeNpm(fault).run).ensure());
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(reason)]);
    expect(await readdir(folder.path)).toEqual([`.${FOLDER}.lock`]);
  });

  test('is refused where there is no prebuilt engine, no room or no permission', async () => {
    await using folder = await temporaryFolder();
    const { calls, run } = fakeNpm();
    const platform = await rejectionOf(engineIn(folder.path, run, 'sunos', 'x64').ensure());
    expect(platform.message).toMatch(/no prebuilt engine for sunos-x64/);
    const options = { enginesDirectory: folder.path, run, resolvePackage: nowhere };
    const small = new EnginePackage({ ...options, allowDownload: true, freeBytes: () => Promise.resolve(1_000_000) });
    expect((await rejectionOf(small.ensure())).code).toBe('E_DISK_FULL');
    const offline = await rejectionOf(new EnginePackage({ ...options, allowDownload: false }).ensure());
    expect([offline.code, offline.message]).toEqual(['E_DEPENDENCY', expect.stringMatching(/downloads are off/)]);
    const local = new EnginePackage({ ...options, allowDownload: false, refusal: 'flag: --local-only' });
    expect(await rejectionOf(local.ensure())).toMatchObject({ code: 'E_PRIVACY' });
    expect(calls).toEqual([]);
  });

  test('of the embedder comes without what browsers and other systems need', async () => {
    await using folder = await temporaryFolder();
    const manifests: { overrides?: Record<string, string> }[] = [];
    const calls: string[][] = [];
    const run: RunProgram = async (command, programArguments, { workingDirectory = '' }) => {
      calls.push([command, ...programArguments]);
      manifests.push(JSON.parse(await readFile(join(workingDirectory, 'package.json'), 'utf8')) as object);
      const modules = join(workingDirectory, 'node_modules');
      const entry = join(modules, TRANSFORMERS_ENGINE.name, TRANSFORMERS_ENGINE.entry);
      const binaries = ['linux/arm64', 'linux/x64', 'win32/x64'].map((system) =>
        join(modules, 'onnxruntime-node', 'bin', 'napi-v6', system, 'binding.node'),
      );
      for (const path of [entry, ...binaries]) {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, '');
      }
      return { exitCode: 0, output: '' };
    };
    const fixed = { enginesDirectory: folder.path, resolvePackage: nowhere, freeBytes: plenty, allowDownload: true };
    const engine = new EnginePackage({
      ...fixed,
      spec: TRANSFORMERS_ENGINE,
      run,
      platform: 'linux',
      architecture: 'x64',
    });
    const seen = recorder();
    await engine.ensure(seen);
    const installed = join(folder.path, 'huggingface-transformers-4.3.1');
    expect(engine.locate()).toMatch(/huggingface-transformers-4\.3\.1\/.*transformers\.node\.mjs$/);
    expect(manifests).toEqual([
      expect.objectContaining({ overrides: { 'onnxruntime-web': 'file:./empty/onnxruntime-web' } }),
    ]);
    // The binaries of sharp are optional dependencies, and the package does not start without them.
    expect(calls[0]).not.toContain('--omit=optional');
    const binaries = join(installed, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6');
    expect([await readdir(binaries), await readdir(join(binaries, 'linux'))]).toEqual([['linux'], ['x64']]);
    expect(seen.notices).toEqual([expect.stringMatching(/transformers 4\.3\.1 with onnxruntime-node for this system/)]);
    const elsewhere = new EnginePackage({
      ...fixed,
      spec: TRANSFORMERS_ENGINE,
      run,
      platform: 'darwin',
      architecture: 'x64',
      enginesDirectory: join(folder.path, 'other'),
    });
    expect((await rejectionOf(elsewhere.ensure())).message).toMatch(/no prebuilt engine for darwin-x64/);
  });
});
