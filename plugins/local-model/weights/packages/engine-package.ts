import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MissingDependencyError, StorageFullError } from 'wooster';
import { formatBytes, freeBytesOf, requireRoom, translateFileError } from '../file-faults.ts';
import { withFileLock } from '../file-lock.ts';
import type { WeightsListener } from '../progress-report.ts';
import { runProgram } from './run-program.ts';
import type { RunProgram } from './run-program.ts';

/** The version that the embedded engine is written for. */
const VERSION = '3.22.1';
const PACKAGE = 'node-llama-cpp';
const FOLDER = `${PACKAGE}-${VERSION}`;
const UNFINISHED = '.installing-';
/** On the disk after installation, as measured for linux-x64: 85 MB in 117 packages. */
const INSTALLED_BYTES = 85_000_000;
const INSTALL_LIMIT_MS = 15 * 60_000;

/** Prebuilt engines that need no graphics card, by `process.platform` and `process.arch`. */
const BINARIES: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-armv7l',
  'linux-riscv64': 'linux-riscv64',
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
};

/** Where the engine may be, and how it is installed; the last five have defaults and are there for tests. */
interface EnginePackageOptions {
  /** Shared by all workspaces of the user. */
  readonly enginesDirectory: string;
  readonly allowDownload: boolean;
  /** The file URL of a package as seen from this plugin; throws when there is none. */
  readonly resolvePackage?: (name: string) => string;
  readonly run?: RunProgram;
  readonly platform?: string;
  readonly architecture?: string;
  readonly freeBytes?: (directory: string) => Promise<number>;
}

/** How the engine is asked for. */
interface EnsureEngineOptions extends WeightsListener {
  readonly signal?: AbortSignal;
}

/** The npm that belongs to this Node when there is one, else the first in the PATH. */
function npmCommand(): { command: string; prefix: readonly string[] } {
  const folder = dirname(process.execPath);
  const parents = [folder, join(folder, '..', 'lib')];
  const scripts = parents.map((parent) => join(parent, 'node_modules', 'npm', 'bin', 'npm-cli.js'));
  const script = scripts.find((path) => existsSync(path));
  return script === undefined ? { command: 'npm', prefix: [] } : { command: process.execPath, prefix: [script] };
}

/**
 * The package of the embedded engine: the one the plugin resolves to, else one installed for the user under the engines
 * folder, with nothing but the prebuilt binary of this platform and without running any install script.
 */
export class EnginePackage {
  readonly #options: EnginePackageOptions;
  readonly #directory: string;

  constructor(options: EnginePackageOptions) {
    this.#options = options;
    this.#directory = resolve(options.enginesDirectory);
  }

  /** The URL to import, when the package is there; starts no engine. */
  locate(): string | undefined {
    try {
      return (this.#options.resolvePackage ?? ((name) => import.meta.resolve(name)))(PACKAGE);
    } catch {
      // Not among the plugin's own packages: the engines folder is the other place.
      const entry = this.#entryIn(join(this.#directory, FOLDER));
      return existsSync(entry) ? pathToFileURL(entry).href : undefined;
    }
  }

  /** The URL to import; installs the package when it is missing. Throws E_DEPENDENCY, E_DISK_FULL, E_FILE or E_CANCELLED. */
  async ensure(options: EnsureEngineOptions = {}): Promise<string> {
    const found = this.locate();
    if (found !== undefined) return found;
    const binary = this.#binaryName();
    if (!this.#options.allowDownload) throw missing('it is not installed and downloads are off');
    await mkdir(this.#directory, { recursive: true }).catch((error: unknown) => {
      throw translateFileError(error, this.#directory);
    });
    const signal = options.signal ?? new AbortController().signal;
    const onWait = (): void => this.#report(options, 'waiting', 0);
    return withFileLock(join(this.#directory, `.${FOLDER}.lock`), { signal, onWait }, async () => {
      const installed = this.locate() ?? (await this.#install(binary, signal, options));
      this.#report(options, 'verifying', INSTALLED_BYTES);
      return installed;
    });
  }

  async #install(binary: string, signal: AbortSignal, listener: WeightsListener): Promise<string> {
    const free = await (this.#options.freeBytes ?? freeBytesOf)(this.#directory);
    requireRoom(this.#directory, 2 * INSTALLED_BYTES, free);
    listener.onNotice?.(
      `The embedded engine ${PACKAGE} ${VERSION} with its binary ${binary} is added to ${this.#directory} by npm, about ${formatBytes(INSTALLED_BYTES)}; no install script is run.`,
    );
    this.#report(listener, 'downloading', 0);
    await this.#removeUnfinished();
    const folder = join(this.#directory, `${UNFINISHED}${process.pid}`);
    const target = join(this.#directory, FOLDER);
    try {
      await mkdir(folder);
      await this.#runNpm(folder, binary, signal);
      await rm(target, { recursive: true, force: true });
      await rename(folder, target);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw translateFileError(error, folder);
    }
    return pathToFileURL(this.#entryIn(target)).href;
  }

  async #runNpm(folder: string, binary: string, signal: AbortSignal): Promise<void> {
    const dependencies = { [PACKAGE]: VERSION, [binary]: VERSION };
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
    const { command, prefix } = npmCommand();
    const flags = ['--prefix=.', '--ignore-scripts', '--omit=optional', '--omit=dev', '--no-audit', '--no-fund'];
    const npmArguments = [...prefix, 'install', ...flags, '--no-package-lock', '--loglevel=error', '--fetch-retries=1'];
    const options = { signal, limitMs: INSTALL_LIMIT_MS, workingDirectory: folder };
    const result = await (this.#options.run ?? runProgram)(command, npmArguments, options);
    if (/ENOSPC/.test(result.output)) {
      throw new StorageFullError(`no room left in ${folder}; make room and run it again`, {
        neededBytes: INSTALLED_BYTES,
      });
    }
    const isComplete = existsSync(this.#entryIn(folder)) && existsSync(join(folder, 'node_modules', binary));
    if (result.exitCode !== 0 || !isComplete) throw missing(`npm ended with code ${result.exitCode}`);
  }

  /** What a killed process left; the lock makes sure that nobody is at work on it. */
  async #removeUnfinished(): Promise<void> {
    const names = (await readdir(this.#directory)).filter((name) => name.startsWith(UNFINISHED));
    await Promise.all(names.map((name) => rm(join(this.#directory, name), { recursive: true, force: true })));
  }

  #binaryName(): string {
    const { platform = process.platform, architecture = process.arch } = this.#options;
    const binary = BINARIES[`${platform}-${architecture}`];
    if (binary === undefined) throw missing(`there is no prebuilt engine for ${platform}-${architecture}`);
    return `@${PACKAGE}/${binary}`;
  }

  #entryIn(folder: string): string {
    return join(folder, 'node_modules', PACKAGE, 'dist', 'index.js');
  }

  #report(listener: WeightsListener, phase: 'waiting' | 'downloading' | 'verifying', receivedBytes: number): void {
    const source = `${PACKAGE} ${VERSION}`;
    listener.onProgress?.({ phase, receivedBytes, totalBytes: INSTALLED_BYTES, source });
  }
}

function missing(reason: string): MissingDependencyError {
  const install = `npm install ${PACKAGE}@${VERSION}`;
  return new MissingDependencyError(
    `the embedded engine ${PACKAGE} cannot be used: ${reason}; install it with: ${install}`,
    {
      dependency: PACKAGE,
      install,
    },
  );
}
