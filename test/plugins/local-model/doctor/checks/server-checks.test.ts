import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { foundServersCheck } from '../../../../../plugins/local-model/doctor/checks/found-servers-check.ts';
import { serversCheck } from '../../../../../plugins/local-model/doctor/checks/servers-check.ts';
import type { DoctorPorts } from '../../../../../plugins/local-model/doctor/doctor-ports.ts';
import type { DiscoveredServer } from '../../../../../plugins/local-model/discovery/discovered-server.ts';
import type { ServerSupervision } from '../../../../../plugins/local-model/supervision/server-supervision.ts';
import {
  UsageError,
  type Finding,
  type HealthReport,
  type HostSettings,
  type ModelRouterService,
  type Workspace,
} from '../../../../../src/index.ts';
import { createExtensionsDouble } from '../../../../doubles/extensions-double.ts';

const { signal } = new AbortController();
const progress = { update: () => {}, note: () => {}, finish: () => {} };

let folder: string;
let workspace: Workspace;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  workspace = { configDirectory: join(folder, 'config'), stateDirectory: join(folder, '.wooster') } as Workspace;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface FakeInstance {
  readonly id: string;
  readonly report?: Partial<HealthReport>;
  readonly kind?: string;
  readonly locality?: 'local' | 'cloud';
  readonly baseUrl?: string;
  readonly isDiscovered?: boolean;
}

/** A supervision whose only server is `startable`, in the state given. */
function supervisionOf(startable: string | undefined, kind: string) {
  const started: string[] = [];
  const server = {
    id: startable,
    ask: () => void started.push(startable!),
    state: () => (started.length > 0 ? { kind: 'failed', fault: new UsageError('port 1 is taken') } : { kind }),
  };
  const all =
    startable === undefined ? [] : [{ id: startable, entry: { id: startable, baseUrl: 'http://127.0.0.1:1' } }];
  const supervision = { startable: () => all, supervisor: async () => ({ serverOf: () => server }) };
  return { supervision: supervision as unknown as ServerSupervision, started };
}

function serversOf(instances: readonly FakeInstance[], startable?: string, kind = 'stopped') {
  const providers = instances.map(({ id, report, locality = 'local', baseUrl = 'http://127.0.0.1:1', ...rest }) => ({
    entry: { id, kind: rest.kind ?? 'ollama', baseUrl, isDiscovered: rest.isDiscovered },
    descriptor: { locality: locality === 'local' ? 'local' : 'undeclared' },
    locality,
    provider: {
      address: '127.0.0.1:1',
      probe: async () => ({ state: 'ready', latencyMs: 1, detail: 'answers', ...report }),
    },
  }));
  const disabled = [
    { providerId: 'embedded', reason: 'told elsewhere' },
    { providerId: 'vllm', reason: 'VLLM_API_KEY is not set' },
  ];
  const router = { providers: () => providers, status: () => ({ disabled }) } as unknown as ModelRouterService;
  const { supervision, started } = supervisionOf(startable, kind);
  return { body: serversCheck({ router: () => router, supervision } as unknown as DoctorPorts), started };
}

const off: Finding = { state: 'info', summary: 'vllm is off: VLLM_API_KEY is not set' };

describe('configured servers', () => {
  test('that answer are in order, and those that do not are faults with their remedy', async () => {
    const { body } = serversOf([
      { id: 'ollama', report: { engine: { name: 'Ollama', version: '0.34.4' } } },
      {
        id: 'lmstudio',
        report: {
          state: 'down',
          code: 'E_UNREACHABLE',
          detail: 'nothing listens there',
          remedy: 'lmstudio at 127.0.0.1:1: start it',
        },
      },
      { id: 'found', isDiscovered: true },
      { id: 'embedded', kind: 'embedded' },
    ]);
    expect(await body.run(signal)).toEqual([
      { state: 'ok', summary: 'ollama at 127.0.0.1:1 answers (Ollama 0.34.4)' },
      { state: 'fault', summary: 'lmstudio at 127.0.0.1:1: nothing listens there', remedy: 'start it' },
      off,
    ]);
  });

  test('that load or are busy are no fault', async () => {
    const { body } = serversOf([{ id: 'ollama', report: { state: 'loading', detail: 'loads its model' } }]);
    expect((await body.run(signal))[0]).toEqual({
      state: 'info',
      summary: 'ollama at 127.0.0.1:1: loads its model',
    });
  });

  test('that nobody declared to be local count as a cloud, and are not asked', async () => {
    const { body } = serversOf([
      { id: 'work', locality: 'cloud', report: { state: 'down' } },
      { id: 'far', locality: 'cloud', baseUrl: 'https://far.example' },
    ]);
    expect(await body.run(signal)).toEqual([
      expect.objectContaining({
        state: 'warning',
        remedy: 'if it runs on machines of yours, set providers.work.declaredLocal: true',
      }),
      off,
    ]);
  });

  test('that Wooster starts may rest, and the fix starts them and tells why one did not', async () => {
    const { body, started } = serversOf([{ id: 'ollama', report: { state: 'loading' } }], 'ollama');
    const [finding] = await body.run(signal);
    expect(finding).toMatchObject({
      state: 'info',
      canFix: true,
      summary: expect.stringMatching(/does not run; it is started/),
    });
    await expect(body.fix!({ signal, progress })).rejects.toThrow('port 1 is taken');
    expect(started).toEqual(['ollama']);
  });

  test('that Wooster starts and that are starting are not started again', async () => {
    const { body, started } = serversOf([{ id: 'ollama', report: { state: 'loading' } }], 'ollama', 'starting');
    expect((await body.run(signal))[0]?.canFix).toBeUndefined();
    await body.fix!({ signal, progress });
    expect(started).toEqual([]);
  });
});

const found: DiscoveredServer = {
  baseUrl: 'http://127.0.0.1:11434',
  address: '127.0.0.1:11434',
  isDeclared: false,
  engine: 'ollama',
  name: 'Ollama',
  version: '0.34.4',
  state: 'ready',
  models: ['a', 'b'],
  latencyMs: 1,
  isLocked: false,
  isCutShort: false,
};

function checkFound(servers: readonly DiscoveredServer[], refusal?: string) {
  return foundServersCheck({
    discoverPorts: () => ({
      discovery: { refusal, discover: async () => ({ servers, silentHosts: [], totalMs: 1 }) },
      settings: { providers: [] } as unknown as HostSettings,
      extensions: createExtensionsDouble(),
      configDirectory: workspace.configDirectory,
    }),
  });
}

describe('servers that nobody configured', () => {
  test('are told, and the fix writes them into the settings file', async () => {
    const body = checkFound([found]);
    expect(await body.run(signal)).toEqual([
      expect.objectContaining({
        state: 'info',
        canFix: true,
        summary: 'Ollama 0.34.4 at 127.0.0.1:11434, 2 models is not configured',
      }),
    ]);
    expect(await body.fix!({ signal, progress })).toBe(`wrote ollama into ${join(folder, 'config', 'local.json')}`);
    expect((await body.run(signal))[0]?.state).toBe('ok');
  });

  test('that are no use as they are say why, and nobody writes them down', async () => {
    const locked = { ...found, isLocked: true, state: 'misconfigured', note: 'it wants a key' } as const;
    const stranger = { ...found, engine: undefined, name: 'unknown server' };
    expect(await checkFound([locked, stranger]).run(signal)).toEqual([
      { state: 'info', summary: 'Ollama 0.34.4 at 127.0.0.1:11434, 2 models', remedy: 'it wants a key' },
    ]);
  });

  test('are not looked for where a setting forbids it', async () => {
    expect(await checkFound([found], 'discovery.mode is off').run(signal)).toEqual([
      { state: 'ok', summary: 'not looked for: discovery.mode is off' },
    ]);
  });
});
