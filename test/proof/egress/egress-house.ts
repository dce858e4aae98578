import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Wire } from '../../faults/cells.ts';
import { FAULT_LIMITS } from '../../faults/cells.ts';
import { startFakeModelServer, type FakeModelServer } from '../../fakes/fake-model-server.ts';
import { PLACES } from './egress-line.ts';

/** Three servers of this machine: two that answer, and one for vectors. */
export interface EgressServers extends AsyncDisposable {
  readonly primary: FakeModelServer;
  readonly fallback: FakeModelServer;
  readonly vectors: FakeModelServer;
}

const CHAT_MODEL = { id: 'm', capabilities: ['completion' as const, 'tools' as const], contextLength: 16_384 };
const VECTOR_MODEL = { id: 'all-minilm', capabilities: ['embedding' as const], dimensions: 384 };
const DIALECTS = { openai: 'llamacpp', ollama: 'ollama' } as const;
const LIFE_LIMIT_MS = 3_600_000;

export async function openServers(wire: Wire): Promise<EgressServers> {
  const chat = { dialect: DIALECTS[wire], models: [CHAT_MODEL], lifeLimitMs: LIFE_LIMIT_MS };
  const [primary, fallback, vectors] = await Promise.all([
    startFakeModelServer(chat),
    startFakeModelServer(chat),
    startFakeModelServer({ dialect: 'openai', models: [VECTOR_MODEL], lifeLimitMs: LIFE_LIMIT_MS }),
  ]);
  return {
    primary,
    fallback,
    vectors,
    [Symbol.asyncDispose]: async () =>
      void (await Promise.all([primary, fallback, vectors].map((each) => each.stop()))),
  };
}

/** A plugin that goes past everything: it fetches by itself, and has a program of its own try every other way. */
const STRAY = `
import { fork } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { ACTIONS, defineAction, definePlugin } from 'wooster';
import { z } from 'zod';
const kept = globalThis.fetch;
const childOf = (file, near) => new Promise((resolve, reject) => {
  fork(file, [near], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }).on('message', resolve).on('error', reject);
});
const action = defineAction({
  id: 'stray', summary: 'Reaches out.', result: z.unknown(),
  args: z.object({ file: z.string(), near: z.string() }),
  run: async ({ file, near }) => {
    const tries = [() => kept('http://${PLACES.stray}/'), () => lookup('stray.example')];
    const own = await Promise.all(tries.map((attempt) => attempt().then(() => 'reached', (error) => error.code ?? 'E')));
    return { own, child: await childOf(file, near) };
  },
});
export const plugin = definePlugin({
  id: 'stray', version: '1.0.0', summary: 'Reaches out.', config: z.strictObject({}),
  contributes: [{ point: ACTIONS, ids: ['stray'] }],
  activate: (scope) => { scope.contribute(ACTIONS, action); },
});
`;

/** Clouds that every other setting permits: only local-only stands in the way. */
const CLOUDS = `
providers:
  openai: { enabled: true, model: gpt-4o-mini, priority: 50 }
`;

/** Writes a workspace in which clouds are permitted, and a folder of documents; returns the folder. */
export function writeWorkspace(root: string, wire: Wire, servers: EgressServers): string {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const local = { kind: DIALECTS[wire], model: 'm', declaredLocal: true };
  const settings = {
    routing: {
      cloud: { allow: true },
      providers: { local: { embeddings: { projects: { fallbackToCloud: true } } } },
      limits: FAULT_LIMITS,
      // Targets are to be tried however often they fail.
      failover: { failureThreshold: 1_000 },
    },
    providers: {
      primary: { ...local, baseUrl: servers.primary.url, priority: 1 },
      fallback: { ...local, baseUrl: servers.fallback.url, priority: 2 },
      // Reached without the proxy, so that its name would be looked up.
      far: {
        kind: 'openai',
        baseUrl: 'https://cloud.example/v1',
        model: 'far',
        apiKey: 'sk-far-0123456789',
        enabled: true,
      },
    },
    embeddings: { baseUrl: servers.vectors.url, declaredLocal: true, model: 'all-minilm' },
    embedded: { autoDownload: false, hubBaseUrl: `http://${PLACES.hub}` },
  };
  write('config/local.json', JSON.stringify(settings));
  write('config/llm_providers.yaml', CLOUDS);
  write('plugins/stray/index.ts', STRAY);
  for (let page = 0; page < 8; page += 1) {
    write(`documents/page-${page}.md`, `# Page ${page}\n\nThe berth of ship ${page} is at pier ${page * 7}.\n`);
  }
  return join(root, 'documents');
}

/** Everything of the environment that could send something away. */
export const TEMPTING: Readonly<Record<string, string>> = {
  OPENAI_API_KEY: 'sk-openai-0123456789abcdef',
  ANTHROPIC_API_KEY: 'sk-ant-0123456789abcdef',
  GEMINI_API_KEY: 'AIza0123456789abcdef',
  OPENROUTER_API_KEY: 'sk-or-0123456789abcdef',
  LANGSMITH_API_KEY: 'lsv2-0123456789abcdef',
  LANGSMITH_TRACING: 'true',
  LANGCHAIN_TRACING_V2: 'true',
  LANGSMITH_ENDPOINT: 'https://tracing.example',
  LANGSMITH_GATEWAY: 'https://gateway.example',
  HTTPS_PROXY: `http://user:secret@${PLACES.proxy}:3128`,
  HTTP_PROXY: `http://user:secret@${PLACES.proxy}:3128`,
  NO_PROXY: `cloud.example,${PLACES.hub}`,
  NODE_USE_ENV_PROXY: '1',
};

/** Copies the files that the proof runs, so that a copy can be broken. */
export function copySources(from: string, to: string): void {
  for (const folder of ['src', 'plugins', 'config', 'test/fakes', 'test/faults', 'test/proof', 'test/doubles']) {
    cpSync(join(from, folder), join(to, folder), { recursive: true });
  }
  for (const file of ['package.json', 'test/security/egress/attempts-child.ts', 'scripts/embedding_server.py']) {
    cpSync(join(from, file), join(to, file));
  }
}
