import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { foldersCheck } from '../../../../../plugins/local-model/doctor/checks/folders-check.ts';
import { memoryCheck } from '../../../../../plugins/local-model/doctor/checks/memory-check.ts';
import { nodeCheck } from '../../../../../plugins/local-model/doctor/checks/node-check.ts';
import { pythonCheck } from '../../../../../plugins/local-model/doctor/checks/python-check.ts';
import type { MachineMemory } from '../../../../../plugins/local-model/memory/machine-memory.ts';
import {
  MissingDependencyError,
  type Finding,
  type HostSettings,
  type ModelRouterService,
  type Workspace,
} from '../../../../../src/index.ts';
import { createRouterDouble } from '../../../../doubles/router-double.ts';
import { ScriptedChatModel } from '../../../../doubles/scripted-chat-model.ts';

const { signal } = new AbortController();
const progress = { update: () => {}, note: () => {}, finish: () => {} };

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('Node', () => {
  test.each([
    ['22.17.9', 'fault'],
    ['20.0.0', 'fault'],
    ['22.18.0', 'ok'],
    ['24.1.0', 'ok'],
  ])('%s is %s', async (version, state) => {
    const [finding] = await nodeCheck(version).run(signal);
    expect(finding?.state).toBe(state);
    if (state === 'fault') expect(finding?.remedy).toMatch(/install Node 22\.18 or later/);
  });
});

function checkFolders(state: string): Promise<readonly Finding[]> {
  const workspace = { stateDirectory: state } as Workspace;
  const settings = { embedded: { modelsDirectory: join(folder, 'not', 'there', 'yet') } } as HostSettings;
  return foldersCheck({ workspace, settings }).run(signal);
}

describe('the folders', () => {
  test('are told with their free room, also where they are not made yet, and nothing is made', async () => {
    const found = await checkFolders(folder);
    expect(found.map(({ summary }) => summary)).toEqual([
      expect.stringMatching(/^state .*: [\d.]+ GiB free$/),
      expect.stringMatching(/^models .*yet: [\d.]+ GiB free$/),
    ]);
  });

  test('are a fault where a file is in the way', async () => {
    await writeFile(join(folder, 'file'), '');
    const [finding] = await checkFolders(join(folder, 'file', 'state'));
    expect(finding).toMatchObject({ state: 'fault', remedy: expect.stringMatching(/^move .*file away/) });
  });

  test('are a fault where they cannot be written', async () => {
    if (process.getuid?.() === 0) return;
    await mkdir(join(folder, 'locked'));
    await chmod(join(folder, 'locked'), 0o500);
    const [finding] = await checkFolders(join(folder, 'locked', 'state'));
    expect(finding).toMatchObject({ state: 'fault', summary: expect.stringMatching(/cannot be written \(EACCES\)/) });
  });
});

const machine = (gib: number): MachineMemory => ({
  totalMiB: gib * 1024,
  freeMiB: 1024,
  usableMiB: gib * 1024,
  isUnified: false,
  graphics: [],
});

function checkMemory(gib: number, { sizeBytes, entry = {} }: { sizeBytes: number; entry?: object }) {
  const router = createRouterDouble(new ScriptedChatModel([]), [{ providerId: 'ollama', modelId: 'large' }]);
  const [target] = router.status().targets;
  const model = { ...target!.model, sizeBytes: { value: sizeBytes, origin: 'server' as const } };
  const status = { ...router.status(), targets: [{ ...target!, model }] };
  const ports = {
    router: () => ({ ...router, status: () => status, refresh: async () => undefined }) as ModelRouterService,
    settings: { providers: [{ id: 'ollama', options: {}, ...entry }] } as unknown as HostSettings,
  };
  return memoryCheck(ports, async () => machine(gib)).run(signal);
}

describe('the memory', () => {
  test('is told, and nothing of models that have room', async () => {
    const found = await checkMemory(16, { sizeBytes: 2e9 });
    expect(found).toEqual([
      { state: 'ok', summary: expect.stringMatching(/^16\.0 GiB, 1\.0 GiB free; no graphics card/) },
    ]);
  });

  test('is too little for a model that is larger, and a smaller one is recommended', async () => {
    const [, finding] = await checkMemory(8, { sizeBytes: 20e9 });
    expect(finding).toMatchObject({
      state: 'warning',
      summary: expect.stringMatching(
        /^ollama:large needs about [\d.]+ GiB with a window of 4096 tokens; there are 8\.0 GiB of/,
      ),
      remedy: 'choose a smaller model: "wooster models recommend"',
    });
  });

  test('is too little for the window that is written, and a shorter one is named', async () => {
    const entry = { options: { contextTokens: 131_072 } };
    const [, finding] = await checkMemory(8, { sizeBytes: 2e9, entry });
    expect(finding?.remedy).toMatch(/^a window of \d+ tokens has room; or choose a smaller model/);
  });

  test('of this machine says nothing of a model on another one', async () => {
    expect(await checkMemory(8, { sizeBytes: 20e9, entry: { baseUrl: 'http://192.168.1.20:11434' } })).toHaveLength(1);
    expect(await checkMemory(8, { sizeBytes: 20e9, entry: { baseUrl: 'http://127.0.0.1:11434' } })).toHaveLength(2);
  });

  test('of less than two GiB is worth a warning', async () => {
    expect((await checkMemory(1, { sizeBytes: 1e6 }))[0]?.state).toBe('warning');
  });
});

interface Setup {
  readonly output?: string;
  readonly kind?: string;
  readonly refusal?: string;
}

function checkPython({ output, kind = 'ollama', refusal }: Setup) {
  const calls: string[][] = [];
  const settings = {
    providers: [{ id: 'one', kind, isEnabled: true }],
    embedded: { downloadRefusal: refusal },
  } as unknown as HostSettings;
  const body = pythonCheck(
    { settings, workspace: { cacheDirectory: folder } as Workspace },
    {
      environment: {},
      run: async (command, words) => {
        calls.push([command, ...words]);
        if (command === 'bash') return { exitCode: 0, output: 'embedding server: ready: /there\n' };
        if (output === undefined) throw new MissingDependencyError('no', { dependency: 'python3', install: '' });
        return { exitCode: 0, output };
      },
    },
  );
  return { body, calls };
}

describe('Python', () => {
  test('is in order with pip, and nothing more is asked where no embedding server is configured', async () => {
    expect(await checkPython({ output: '3.12.1 pip\n' }).body.run(signal)).toEqual([
      { state: 'ok', summary: 'python3 3.12.1 with pip' },
    ]);
  });

  test.each([
    [undefined, /is not here/],
    ['3.9.2 pip', /too old/],
    ['3.12.1 none', /without pip/],
  ])('is worth knowing as %s, and in the way of a configured embedding server', async (output, summary) => {
    const [alone] = await checkPython({ output }).body.run(signal);
    expect(alone).toMatchObject({ state: 'info', summary: expect.stringMatching(summary) });
    const wanted = await checkPython({ output, kind: 'embedding-server' }).body.run(signal);
    expect(wanted).toEqual([expect.objectContaining({ state: 'warning', summary: expect.stringMatching(summary) })]);
  });

  test('has an environment that can be made, and is there once it is', async () => {
    const { body, calls } = checkPython({ output: '3.12.1 pip', kind: 'embedding-server' });
    const [, missing] = await body.run(signal);
    expect(missing).toMatchObject({ state: 'warning', canFix: true });
    expect(await body.fix!({ signal, progress })).toBe('ready: /there');
    expect(calls.at(-1)).toEqual(['bash', expect.stringMatching(/start_embedding_server\.sh$/), '--prepare']);
    await mkdir(join(folder, 'embedding-server', 'onnxruntime'), { recursive: true });
    await writeFile(join(folder, 'embedding-server', 'onnxruntime', '.made-from'), '1');
    expect((await body.run(signal)).map(({ state }) => state)).toEqual(['ok', 'ok']);
  });

  test('has no environment made where nothing may be fetched', async () => {
    const [, missing] = await checkPython({
      output: '3.12.1 pip',
      kind: 'embedding-server',
      refusal: 'flag: --local-only',
    }).body.run(signal);
    expect(missing).toMatchObject({ remedy: 'nothing may be fetched (flag: --local-only)' });
    expect(missing?.canFix).toBeUndefined();
  });

  test('that fails to make the environment says why', async () => {
    const body = pythonCheck(
      { settings: {} as HostSettings, workspace: {} as Workspace },
      { environment: {}, run: async () => ({ exitCode: 69, output: 'x\nembedding server: no network\n' }) },
    );
    await expect(body.fix!({ signal, progress })).rejects.toThrow('embedding server: no network');
  });
});
