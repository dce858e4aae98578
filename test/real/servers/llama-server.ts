import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installationFolder, installedVersion, modelFile, type RealModel } from './installation.ts';
import { startServer, type RunningServer } from './running-server.ts';

/** A template for Qwen that asks for a tool call as one bare JSON object, which llama-server parses. */
export const TOOL_CHAT_TEMPLATE = resolve(import.meta.dirname, '../../../scripts/real-servers/tool-chat.jinja');

/** What a llama.cpp server is started with. */
export interface LlamaServerOptions {
  readonly model: RealModel;
  readonly contextTokens: number;
  /** Path of a jinja chat template; the model's own without it. */
  readonly template?: string | undefined;
  readonly extraArguments?: readonly string[] | undefined;
  readonly port?: number | undefined;
}

/** Starts a real llama.cpp server with one thread and one slot; the model's id in its list is the model's name here. */
export function startLlamaServer(options: LlamaServerOptions): Promise<RunningServer> {
  const version = installedVersion('llamacpp');
  const folder = join(installationFolder(), 'llamacpp', 'bin');
  const fixed = [
    '--host',
    '127.0.0.1',
    '--offline',
    '--no-webui',
    '--device',
    'none',
    '--jinja',
    '-t',
    '1',
    '-np',
    '1',
  ];
  const model = ['-m', modelFile(options.model), '--alias', options.model, '-c', String(options.contextTokens)];
  const template = options.template === undefined ? [] : ['--chat-template-file', options.template];
  return startServer({
    version: `llama-server ${version}`,
    command: (port) => [
      join(folder, 'llama-server'),
      ...fixed,
      '--port',
      String(port),
      ...model,
      ...template,
      ...(options.extraArguments ?? []),
    ],
    environment: () => ({ LD_LIBRARY_PATH: folder, HOME: tmpdir() }),
    readyPath: '/health',
    readyLimitMs: 60_000,
    port: options.port,
  });
}
