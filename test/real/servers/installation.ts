import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What `scripts/real-servers/install.sh` can install: servers, and the weights of an embedder. */
export type InstalledServer = 'llamacpp' | 'ollama' | 'mlx' | 'minilm';

/** A model the real tests use: three for chat, files with a pinned checksum, and an embedder of 32-bit floats. */
export type RealModel = 'qwen2.5-coder-0.5b' | 'qwen2.5-coder-1.5b' | 'smollm2-135m' | 'all-minilm-l6-v2-fp32';

const MODEL_FILES: Readonly<Record<RealModel, string>> = {
  'qwen2.5-coder-0.5b': 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
  'qwen2.5-coder-1.5b': 'qwen2.5-coder-1.5b-instruct-q4_k_m.gguf',
  'smollm2-135m': 'smollm2-135m-instruct-q4_1.gguf',
  'all-minilm-l6-v2-fp32': 'all-minilm-l6-v2-fp32.gguf',
};

function userCache(): string {
  return process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
}

/** The folder the install script fills; `WOOSTER_REAL_SERVERS_DIR` moves it. */
export function installationFolder(): string {
  return process.env['WOOSTER_REAL_SERVERS_DIR'] || join(userCache(), 'wooster-real-servers');
}

/** The version of an installed server; throws, naming the command that installs it, when it is not there. */
export function installedVersion(server: InstalledServer): string {
  const stamp = join(installationFolder(), server, '.version');
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8');
  throw new Error(`${server} is not installed: run scripts/real-servers/install.sh ${server}`);
}

/** Where the GGUF file of a model is or will be. */
export function modelPath(model: RealModel): string {
  if (model === 'all-minilm-l6-v2-fp32') return join(installationFolder(), 'minilm', MODEL_FILES[model]);
  return join(process.env['MODEL_CACHE_DIR'] || join(userCache(), 'wooster', 'models'), MODEL_FILES[model]);
}

/** The GGUF file of a model; throws, naming the command that fetches it, when it is not there. */
export function modelFile(model: RealModel): string {
  if (model === 'all-minilm-l6-v2-fp32') installedVersion('minilm');
  const path = modelPath(model);
  if (existsSync(path)) return path;
  throw new Error(`${path} is missing: run scripts/real-servers/install.sh weights`);
}
