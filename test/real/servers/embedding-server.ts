import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { installationFolder, installedVersion, type RealModel } from './installation.ts';
import { startServer, type RunningServer } from './running-server.ts';

/** The script that makes the server's environment and starts it. */
export const START_SCRIPT = resolve(import.meta.dirname, '../../../scripts/start_embedding_server.sh');

/** The weights of all-MiniLM-L6-v2 that Wooster ships, by the name the embedding server has for them. */
export const MINILM = 'all-minilm-l6-v2';

/** The same model in 32-bit floats, in forms that every engine reads. */
export const MINILM_FP32 = 'all-minilm-l6-v2-fp32' satisfies RealModel;

/** How an embedding server is started. */
export interface EmbeddingServerOptions {
  /** The models of `minilmFolder` without it. */
  readonly modelsFolder?: string | undefined;
  readonly extraArguments?: readonly string[] | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly port?: number | undefined;
}

/** The folder with both models; throws, naming the command that makes it, when it is not there. */
export function minilmFolder(): string {
  installedVersion('minilm');
  return join(installationFolder(), 'minilm', 'models');
}

/** Variables of a start with nothing of the caller's but where the environment lies. */
export function startVariables(): Readonly<Record<string, string>> {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return {
    HOME: homedir(),
    EMBEDDING_SERVER_ENV_DIR: process.env['EMBEDDING_SERVER_ENV_DIR'] || join(cache, 'wooster', 'embedding-server'),
  };
}

/** Makes the environment where it is missing; two minutes and 230 MB the first time, a moment afterwards. */
export async function prepareEmbeddingServer(): Promise<void> {
  await promisify(execFile)('bash', [START_SCRIPT, '--prepare'], { timeout: 300_000 });
}

/** Starts the embedding server by its script; `prepareEmbeddingServer` comes before. */
export function startEmbeddingServer(options: EmbeddingServerOptions = {}): Promise<RunningServer> {
  return startServer({
    version: 'embedding server (onnxruntime)',
    command: (port) => ['bash', START_SCRIPT, '--port', String(port), ...(options.extraArguments ?? [])],
    environment: () => ({
      ...startVariables(),
      LOCAL_EMBEDDING_MODELS_DIR: options.modelsFolder ?? minilmFolder(),
      EMBEDDING_SERVER_THREADS: '1',
      ...options.environment,
    }),
    readyPath: '/health',
    readyLimitMs: 60_000,
    port: options.port,
  });
}
