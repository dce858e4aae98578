import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

const STEP_LIMIT_MS = 420_000;
const DONE = 'installed.txt';

interface PeerVersion {
  readonly package: string;
  readonly version: string;
  /** Versions of what it needs, where the newest in its range breaks it. */
  readonly with?: Readonly<Record<string, string>>;
  /** A file that pins all that it needs. */
  readonly requirements?: string;
}

/** The pinned versions of what is installed for this bench alone. */
export const VERSIONS = JSON.parse(readFileSync(new URL('versions.json', import.meta.url), 'utf8')) as Readonly<
  Record<'portkey' | 'litellm', PeerVersion>
>;

/** Where a peer is, or why it is not. */
export type Installed = { readonly folder: string } | { readonly reason: string };

/** The folder of the user's cache that holds the peers. */
function peersFolder(): string {
  const { XDG_CACHE_HOME: configured = '' } = process.env;
  const cache = isAbsolute(configured) ? configured : join(homedir(), '.cache');
  return join(cache, 'wooster', 'bench-peers');
}

/** Runs one step; the reason when it failed. */
function runStep(command: string, words: readonly string[]): string | undefined {
  const step = spawnSync(command, words, { encoding: 'utf8', timeout: STEP_LIMIT_MS });
  if (step.status === 0) return undefined;
  const told = (step.error?.message ?? step.stderr).trim().split('\n');
  const line = told.find((each) => /error/i.test(each)) ?? told.at(-1) ?? '';
  return `${command} ${words[0]}: ${line.slice(0, 160)}`;
}

function installPortkey(folder: string): string | undefined {
  const { package: name, version, with: needs = {} } = VERSIONS.portkey;
  const packages = Object.entries({ [name]: version, ...needs }).map((pair) => pair.join('@'));
  const quiet = ['--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];
  return runStep('npm', ['install', '--prefix', folder, ...quiet, ...packages]);
}

function installLiteLlm(folder: string): string | undefined {
  const python = ['python3.11', 'python3'].find((each) => spawnSync(each, ['--version']).status === 0);
  if (python === undefined) return 'there is no python3';
  const requirements = join(import.meta.dirname, VERSIONS.litellm.requirements ?? '');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
  return runStep(python, ['-m', 'venv', folder]) ?? runStep(join(folder, 'bin', 'python'), pip);
}

/** Installs a peer once, in a folder of its version; `mayInstall` false only looks whether it is there. */
export function installPeer(peer: 'portkey' | 'litellm', mayInstall: boolean): Installed {
  const { version } = VERSIONS[peer];
  const folder = join(peersFolder(), `${peer}-${version}`);
  if (existsSync(join(folder, DONE))) return { folder };
  if (!mayInstall) return { reason: 'not installed; `pnpm bench peers` installs it' };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const reason = peer === 'portkey' ? installPortkey(folder) : installLiteLlm(folder);
  if (reason !== undefined) return { reason };
  writeFileSync(join(folder, DONE), `${version}\n`);
  return { folder };
}
