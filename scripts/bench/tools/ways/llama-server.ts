import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BenchModel } from '../models.ts';
import { CONTEXT_TOKENS, THREADS } from './way.ts';

const READY_LIMIT_MS = 120_000;
const POLL_MS = 100;
const RAW_JSON_TEMPLATE = fileURLToPath(new URL('../../../real-servers/tool-chat.jinja', import.meta.url));

/** A llama.cpp server that answers, until it is disposed. */
export interface LlamaServer extends AsyncDisposable {
  readonly url: string;
  readonly version: string;
}

const cache = (): string => process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');

/** Ends the bench in order, so that its servers are ended too. */
const leave = (): void => process.exit(143);

/** Folder of the weights. */
export const modelsFolder = (): string => process.env['MODEL_CACHE_DIR'] || join(cache(), 'wooster', 'models');

function requireFile(path: string, command: string): string {
  if (existsSync(path)) return path;
  throw new Error(`${path} is missing: ${command}`);
}

async function freePort(): Promise<number> {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as AddressInfo;
  await new Promise((resolve) => holder.close(resolve));
  return port;
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}

/** Starts llama-server as scripts/real-servers/install.sh installs it, with one slot; throws with its last lines where it does not start. */
export async function startLlamaServer(model: BenchModel, template: 'own' | 'raw JSON'): Promise<LlamaServer> {
  const installed = process.env['WOOSTER_REAL_SERVERS_DIR'] || join(cache(), 'wooster-real-servers');
  const folder = join(installed, 'llamacpp', 'bin');
  const program = requireFile(join(folder, 'llama-server'), 'run scripts/real-servers/install.sh llamacpp');
  const weights = requireFile(join(modelsFolder(), model.fileName), `run wooster setup ${model.id}`);
  const port = await freePort();
  const fixed = ['--host', '127.0.0.1', '--offline', '--no-webui', '--device', 'none', '--jinja', '-np', '1'];
  const sized = ['-t', String(THREADS), '-c', String(CONTEXT_TOKENS), '--port', String(port)];
  const chosen = ['-m', weights, '--alias', model.id];
  const templated = template === 'own' ? [] : ['--chat-template-file', RAW_JSON_TEMPLATE];
  const child = spawn(program, [...fixed, ...sized, ...chosen, ...templated], {
    env: { LD_LIBRARY_PATH: folder, HOME: tmpdir(), PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (data: Buffer) => (log = (log + data.toString()).slice(-2000)));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  process.once('SIGTERM', leave);
  const close = async (): Promise<void> => {
    kill();
    process.off('exit', kill);
    process.off('SIGTERM', leave);
    await ended;
  };
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + READY_LIMIT_MS;
  while (!(await isReady(url))) {
    if (child.exitCode === null && performance.now() < deadline) await delay(POLL_MS);
    else {
      await close();
      throw new Error(`llama-server does not start with ${model.id}:\n${log}`);
    }
  }
  const version = readFileSync(join(installed, 'llamacpp', '.version'), 'utf8');
  return { url, version: `llama-server ${version}`, [Symbol.asyncDispose]: close };
}
