import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installationFolder, installedVersion, modelFile, type RealModel } from './installation.ts';
import { startServer, type RunningServer } from './running-server.ts';

/** The names under which the real Ollama serves the models. */
export const OLLAMA_NAMES: Readonly<Record<RealModel, string>> = {
  'qwen2.5-coder-0.5b': 'qwen2.5-coder:0.5b',
  'smollm2-135m': 'smollm2:135m',
};

/** What an Ollama is started with; further variables go into its environment. */
export interface OllamaOptions {
  readonly models: readonly RealModel[];
  readonly contextTokens?: number | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly port?: number | undefined;
}

const CREATE_LIMIT_MS = 60_000;

/**
 * Starts a real Ollama that serves the given models and reaches nothing outside. The models are made from their GGUF
 * files the first time, and kept beside the installation.
 */
export async function startOllama(options: OllamaOptions): Promise<RunningServer> {
  const version = installedVersion('ollama');
  const server = await startServer({
    version: `ollama ${version}`,
    command: () => [program(), 'serve'],
    environment: (port) => environmentOf(`127.0.0.1:${port}`, options),
    readyPath: '/api/version',
    readyLimitMs: 30_000,
    port: options.port,
  });
  try {
    const present = await namesOf(server.url);
    for (const model of options.models.filter((name) => !present.has(OLLAMA_NAMES[name]))) {
      await create(model, new URL(server.url).host, options);
    }
  } catch (error) {
    await server.kill();
    throw error;
  }
  return server;
}

function program(): string {
  return join(installationFolder(), 'ollama', 'bin', 'ollama');
}

function environmentOf(host: string, options: OllamaOptions): Record<string, string> {
  const folder = join(installationFolder(), 'ollama');
  return {
    HOME: folder,
    OLLAMA_HOST: host,
    OLLAMA_MODELS: join(folder, 'models'),
    // Without it Ollama asks its maker's site for recommended models at start and answers for cloud models.
    OLLAMA_NO_CLOUD: '1',
    // Another Ollama may be writing a model into the same folder.
    OLLAMA_NOPRUNE: '1',
    OLLAMA_VULKAN: '0',
    OLLAMA_NUM_PARALLEL: '1',
    OLLAMA_CONTEXT_LENGTH: String(options.contextTokens ?? 4_096),
    // Its llama-server reads this; a request's own `num_thread` goes above it.
    LLAMA_ARG_THREADS: '1',
    LD_LIBRARY_PATH: join(folder, 'lib', 'ollama'),
    ...options.environment,
  };
}

async function namesOf(url: string): Promise<Set<string>> {
  const response = await fetch(`${url}/api/tags`, { signal: AbortSignal.timeout(5_000) });
  const { models } = (await response.json()) as { models: { name: string }[] | null };
  return new Set((models ?? []).map(({ name }) => name));
}

async function create(model: RealModel, host: string, options: OllamaOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'modelfile-'));
  try {
    const path = join(folder, 'Modelfile');
    await writeFile(path, `FROM ${modelFile(model)}\n`);
    await promisify(execFile)(program(), ['create', OLLAMA_NAMES[model], '-f', path], {
      env: environmentOf(host, options),
      timeout: CREATE_LIMIT_MS,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
