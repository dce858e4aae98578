import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { installationFolder, installedVersion, modelFile, type RealModel } from './installation.ts';
import { startServer, type RunningServer } from './running-server.ts';

/** The names under which the real Ollama serves the models. */
export const OLLAMA_NAMES: Readonly<Record<RealModel, string>> = {
  'qwen2.5-coder-0.5b': 'qwen2.5-coder:0.5b',
  'qwen2.5-coder-1.5b': 'qwen2.5-coder:1.5b',
  'smollm2-135m': 'smollm2:135m',
  'all-minilm-l6-v2-fp32': 'all-minilm:fp32',
};

/** Qwen calls tools only when its template asks for a call as one bare JSON object. */
const TEMPLATES: Partial<Readonly<Record<RealModel, string>>> = {
  'qwen2.5-coder-0.5b': resolve(import.meta.dirname, '../../../scripts/real-servers/tool-chat.gotmpl'),
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
    for (const model of options.models) await ensureModel(model, server.url, options);
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
    ...options.environment,
  };
}

/** Makes the model unless the server has it, made with the template as it is now. */
async function ensureModel(model: RealModel, url: string, options: OllamaOptions): Promise<void> {
  const path = TEMPLATES[model];
  const template = path === undefined ? undefined : (await readFile(path, 'utf8')).trim();
  const present = await templateOf(OLLAMA_NAMES[model], url);
  if (present === undefined || (template !== undefined && present !== template)) {
    await create(model, template, { ...options, url });
  }
}

/** The template of a model that the server has; undefined when it has no such model. */
async function templateOf(name: string, url: string): Promise<string | undefined> {
  const response = await fetch(`${url}/api/show`, {
    method: 'POST',
    body: JSON.stringify({ model: name }),
    signal: AbortSignal.timeout(10_000),
  });
  const shown = (await response.json()) as { template?: string };
  return response.ok ? (shown.template ?? '').trim() : undefined;
}

async function create(
  model: RealModel,
  template: string | undefined,
  { url, ...options }: OllamaOptions & { readonly url: string },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'modelfile-'));
  try {
    const path = join(folder, 'Modelfile');
    const lines = [`FROM ${modelFile(model)}`, ...(template === undefined ? [] : [`TEMPLATE """${template}\n"""`])];
    await writeFile(path, `${lines.join('\n')}\n`);
    await promisify(execFile)(program(), ['create', OLLAMA_NAMES[model], '-f', path], {
      env: environmentOf(new URL(url).host, options),
      timeout: CREATE_LIMIT_MS,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
