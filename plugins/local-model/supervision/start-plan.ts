import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import {
  ConfigError,
  isSecretName,
  normalizeBaseUrl,
  readEnvironment,
  type ProviderEntry,
  type ServerStart,
  type Workspace,
} from 'wooster';
import type { Preset, StartAddress } from '../providers/server/preset.ts';

/** Everything that is needed to start a server, checked. */
export interface StartPlan {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  /** `host:port`. */
  readonly address: string;
  readonly port: number;
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]];
  /** All of its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Digest of what the user can change: another value means another server. */
  readonly settingsHash: string;
  readonly readyMs: number;
  readonly maxMemoryMiB?: number;
  readonly logFile: string;
  /** What must not be written anywhere. */
  readonly secrets: readonly string[];
  /** How a person installs what is missing. */
  readonly install: string;
}

/** What a plan is made from. */
interface StartPlanOptions {
  readonly id: string;
  readonly entry: ProviderEntry & { readonly start: ServerStart };
  readonly preset: Preset;
  readonly workspace: Workspace;
  /** Until it is ready, where the settings do not say. */
  readonly loadMs: number;
}

/** How the program of a kind is installed, by what it is called. */
const INSTALL: Readonly<Record<string, string>> = {
  ollama: 'install Ollama from its home page',
  'llama-server': 'install llama.cpp, for example "brew install llama.cpp"',
  'mlx_lm.server': 'pip install mlx-lm',
  bash: 'install bash',
};

/** A key by its looks, under whatever name: long, without spaces or slashes, letters and digits mixed. */
const LOOKS_SECRET = /^(?=.*\d)(?=.*[A-Za-z])[\w+=-]{20,}$/;

/** Folder of the logs of servers. */
export function serverLogFile(workspace: Workspace, id: string): string {
  return join(workspace.stateDirectory, 'logs', 'servers', `${encodeURIComponent(id)}.log`);
}

/** The environment of Wooster without its keys: a server gets those that are written for it and no others. */
function inheritedEnvironment(): Record<string, string> {
  const pairs = Object.entries(readEnvironment()).filter(([name, value]) => value !== undefined && !isSecretName(name));
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** Where a server must listen; ConfigError for an address of another machine, which cannot be started from here. */
function addressOf({ entry, id }: StartPlanOptions): StartAddress & { readonly address: string } {
  const base = normalizeBaseUrl(entry.baseUrl ?? '', { name: `base URL of ${entry.id}` });
  if (!base.isLoopback) {
    const message = `${id}: ${base.address} is not this machine, and only servers of this machine can be started; take autoStart away (${entry.start.origin})`;
    throw new ConfigError(message, { path: `providers.${entry.id}.autoStart`, origin: entry.start.origin });
  }
  const { hostname, port } = new URL(`http://${base.address}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  return { address: base.address, host, port: Number(port || 80), model: entry.model };
}

function commandOf(options: StartPlanOptions, at: StartAddress): readonly [string, ...string[]] {
  const { entry, preset, id } = options;
  const { start } = entry;
  const path = `providers.${entry.id}.start.command`;
  if (start.command !== undefined && (entry.targets?.length ?? 0) > 1) {
    const message = `${id}: one command cannot start ${entry.targets!.length} endpoints; write a provider for each, or let the kind start them (${start.origin})`;
    throw new ConfigError(message, { path, origin: start.origin });
  }
  const [program, ...words] = start.command ?? preset.startCommand?.(at) ?? [];
  if (program === undefined) {
    const needs = preset.startNeeds ?? 'a command, since this kind has none of its own';
    throw new ConfigError(`${id}: to be started it needs ${needs}; write ${path} (${start.origin})`, {
      path,
      origin: start.origin,
    });
  }
  return [underHome(program), ...words.map(underHome)];
}

/** There is no shell to do it. */
function underHome(word: string): string {
  return word.replace(/^~(?=\/)/, homedir());
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** The plan of a start. ConfigError, with the setting, for what can never be started. */
export function planStart(options: StartPlanOptions): StartPlan {
  const { entry, preset, workspace, id } = options;
  const { start } = entry;
  const at = addressOf(options);
  const command = commandOf(options, at);
  const written = { ...preset.startEnvironment?.(at), ...start.environment };
  const directory = resolve(workspace.root, start.directory ?? '.');
  const secrets = Object.entries(written).flatMap(([name, value]) =>
    isSecretName(name) || LOOKS_SECRET.test(value) ? [value] : [],
  );
  if (entry.apiKey !== undefined) secrets.push(entry.apiKey.reveal());
  return {
    id,
    kind: entry.kind,
    title: preset.title,
    address: at.address,
    port: at.port,
    command,
    environment: { ...inheritedEnvironment(), ...written },
    directory,
    settingsHash: digest({ command, written, directory, address: at.address }),
    readyMs: start.readyMs ?? options.loadMs,
    maxMemoryMiB: start.maxMemoryMiB,
    logFile: serverLogFile(workspace, id),
    secrets,
    install: INSTALL[basename(command[0])] ?? `install ${basename(command[0])}, or correct the command`,
  };
}
