import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeCliWorkspace, type CliWorkspace } from '../cli/support/cli-workspace.ts';
import { modelPath } from './embedded-cases.ts';
import { startLlamaServer, TOOL_CHAT_TEMPLATE } from './servers/llama-server.ts';
import { startMlxServer } from './servers/mlx-server.ts';
import { OLLAMA_NAMES, startOllama } from './servers/ollama.ts';
import type { RunningServer } from './servers/running-server.ts';

/** A real engine, and a workspace in which nothing else can answer. */
export interface RealEngine extends AsyncDisposable {
  readonly version: string;
  readonly workspace: CliWorkspace;
  /** Variables for every command line. */
  readonly environment: Readonly<Record<string, string>>;
  /** Kills what generates for the given command line, as a crash would. */
  kill(pid: number): Promise<void>;
}

/** The engines a conversation runs through. */
export type RealEngineId = 'embedded' | 'llamacpp' | 'ollama' | 'mlx';

const CONTEXT_TOKENS = 2_048;
const ENGINE_CHILD = 'chat-engine-child';

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

function killEngineOf(pid: number): void {
  const engine = childrenOf(pid).find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(ENGINE_CHILD));
  if (engine === undefined) throw new Error(`process ${pid} has no engine: ${readdirSync(`/proc/${pid}/task`).join()}`);
  process.kill(engine, 'SIGKILL');
}

async function embedded(): Promise<RealEngine> {
  const workspace = await makeCliWorkspace({
    embedded: { enabled: true, autoDownload: false, threads: 1, contextTokens: CONTEXT_TOKENS },
  });
  return {
    version: 'embedded (node-llama-cpp)',
    workspace,
    environment: { MODEL_CACHE_DIR: dirname(modelPath()) },
    kill: async (pid) => killEngineOf(pid),
    [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
  };
}

/** A server as an engine: its workspace knows it as the provider `house`. */
export async function ofServer(server: RunningServer, settings: object): Promise<RealEngine> {
  const workspace = await makeCliWorkspace({ providers: { house: { baseUrl: server.url, ...settings } } });
  return {
    version: server.version,
    workspace,
    environment: {},
    kill: () => server.kill(),
    async [Symbol.asyncDispose]() {
      await server.kill();
      await workspace[Symbol.asyncDispose]();
    },
  };
}

/** Starts an engine and makes its workspace; Qwen2.5-Coder 0.5B everywhere but on MLX, which has SmolLM2 135M. */
export async function startRealEngine(id: RealEngineId): Promise<RealEngine> {
  const model = 'qwen2.5-coder-0.5b';
  if (id === 'embedded') return embedded();
  if (id === 'mlx') return ofServer(await startMlxServer(), { kind: 'mlx', model: 'default_model' });
  if (id === 'ollama') {
    const server = await startOllama({ models: [model], contextTokens: CONTEXT_TOKENS });
    return ofServer(server, { kind: 'ollama', model: OLLAMA_NAMES[model], options: { contextTokens: CONTEXT_TOKENS } });
  }
  const server = await startLlamaServer({ model, contextTokens: CONTEXT_TOKENS, template: TOOL_CHAT_TEMPLATE });
  return ofServer(server, { kind: 'llamacpp', model });
}
