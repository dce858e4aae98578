import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MissingDependencyError, PrivacyError, StorageFullError, type WoosterError } from 'wooster';
import { formatBytes, freeBytesOf, requireRoom, translateFileError } from '../file-faults.ts';
import { withFileLock } from '../file-lock.ts';
import type { WeightsListener } from '../progress-report.ts';
import { LLAMA_ENGINE, type EngineSpec } from './engine-specs.ts';
import { runProgram } from './run-program.ts';
import type { RunProgram } from './run-program.ts';

const UNFINISHED = '.installing-';
const INSTALL_LIMIT_MS = 15 * 60_000;

/** Where the engine may be, and how it is installed; the last five have defaults and are there for tests. */
interface EnginePackageOptions {
  /** The engine of chat models unless told. */
  readonly spec?: EngineSpec;
  /** Shared by all workspaces of the user. */
  readonly enginesDirectory: string;
  readonly allowDownload: boolean;
  /** Which setting forbids downloads although this one was asked for: then it is refused for privacy. */
  readonly refusal?: string;
  /** The file URL of a package as seen from this plugin; throws when there is none. */
  readonly resolvePackage?: (name: string) => string;
  readonly run?: RunProgram;
  readonly platform?: string;
  readonly architecture?: string;
  readonly freeBytes?: (directory: string) => Promise<number>;
}

type Dependencies = Readonly<Record<string, string>>;

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
 * The package of an embedded engine: the one the plugin resolves to, else one installed for the user under the engines
 * folder, with nothing but what this platform needs and without running any install script.
 */
export class EnginePackage {
  readonly #options: EnginePackageOptions;
  readonly #directory: string;
  readonly #spec: EngineSpec;
  readonly #platform: string;
  readonly #architecture: string;
  /** Its folder in the engines folder, scopes written without a folder of their own. */
  readonly #folder: string;

  constructor(options: EnginePackageOptions) {
    const { spec = LLAMA_ENGINE, platform = process.platform, architecture = process.arch } = options;
    this.#options = options;
    this.#spec = spec;
    this.#platform = platform;
    this.#architecture = architecture;
    this.#folder = `${spec.name.replace(/^@/, '').replace('/', '-')}-${spec.version}`;
    this.#directory = resolve(options.enginesDirectory);
  }

  /** The URL to import, when the package is there; starts no engine. */
  locate(): string | undefined {
    try {
      return (this.#options.resolvePackage ?? ((name) => import.meta.resolve(name)))(this.#spec.name);
    } catch {
      // Not among the plugin's own packages: the engines folder is the other place.
      const entry = this.#entryIn(join(this.#directory, this.#folder));
      return existsSync(entry) ? pathToFileURL(entry).href : undefined;
    }
  }

  /** The URL to import; installs the package when it is missing. Throws E_DEPENDENCY, E_DISK_FULL, E_FILE or E_CANCELLED. */
  async ensure(options: EnsureEngineOptions = {}): Promise<string> {
    const found = this.locate();
    if (found !== undefined) return found;
    const dependencies = this.#dependencies();
    if (!this.#options.allowDownload) throw this.#notAllowed();
    await mkdir(this.#directory, { recursive: true }).catch((error: unknown) => {
      throw translateFileError(error, this.#directory);
    });
    const signal = options.signal ?? new AbortController().signal;
    const onWait = (): void => this.#report(options, 'waiting', 0);
    return withFileLock(join(this.#directory, `.${this.#folder}.lock`), { signal, onWait }, async () => {
      const installed = this.locate() ?? (await this.#install(dependencies, signal, options));
      this.#report(options, 'verifying', this.#spec.installedBytes);
      return installed;
    });
  }

  async #install(dependencies: Dependencies, signal: AbortSignal, listener: WeightsListener): Promise<string> {
    const { name, version, installedBytes, neededBytes } = this.#spec;
    const free = await (this.#options.freeBytes ?? freeBytesOf)(this.#directory);
    requireRoom(this.#directory, neededBytes, free);
    const what = this.#spec.describe(this.#platform, this.#architecture);
    listener.onNotice?.(
      `The embedded engine ${name} ${version} ${what} is added to ${this.#directory} by npm, about ${formatBytes(installedBytes)}; no install script is run.`,
    );
    this.#report(listener, 'downloading', 0);
    await this.#removeUnfinished();
    const folder = join(this.#directory, `${UNFINISHED}${process.pid}`);
    const target = join(this.#directory, this.#folder);
    try {
      await mkdir(folder);
      await this.#runNpm(folder, dependencies, signal);
      await this.#spec.tidy?.(join(folder, 'node_modules'), this.#platform, this.#architecture);
      await rm(target, { recursive: true, force: true });
      await rename(folder, target);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw translateFileError(error, folder);
    }
    return pathToFileURL(this.#entryIn(target)).href;
  }

  async #runNpm(folder: string, dependencies: Dependencies, signal: AbortSignal): Promise<void> {
    await this.#writeManifest(folder, dependencies);
    const { command, prefix } = npmCommand();
    const kinds = this.#spec.hasOptional ? ['--omit=dev'] : ['--omit=optional', '--omit=dev'];
    const flags = ['--prefix=.', '--ignore-scripts', ...kinds, '--no-audit', '--no-fund'];
    const npmArguments = [...prefix, 'install', ...flags, '--no-package-lock', '--loglevel=error', '--fetch-retries=1'];
    const options = { signal, limitMs: INSTALL_LIMIT_MS, workingDirectory: folder };
    const result = await (this.#options.run ?? runProgram)(command, npmArguments, options);
    if (/ENOSPC/.test(result.output)) {
      throw new StorageFullError(`no room left in ${folder}; make room and run it again`, {
        neededBytes: this.#spec.neededBytes,
      });
    }
    const modules = Object.keys(dependencies).map((name) => join(folder, 'node_modules', name));
    const isComplete = [this.#entryIn(folder), ...modules].every((path) => existsSync(path));
    if (result.exitCode !== 0 || !isComplete) throw this.#missing(`npm ended with code ${result.exitCode}`);
  }

  /** What a killed process left; the lock makes sure that nobody is at work on it. */
  async #removeUnfinished(): Promise<void> {
    const names = (await readdir(this.#directory)).filter((name) => name.startsWith(UNFINISHED));
    await Promise.all(names.map((name) => rm(join(this.#directory, name), { recursive: true, force: true })));
  }

  /** What is left out is replaced by an empty package beside the manifest. */
  async #writeManifest(folder: string, dependencies: Dependencies): Promise<void> {
    const { leftOut } = this.#spec;
    for (const name of leftOut) {
      await mkdir(join(folder, 'empty', name), { recursive: true });
      await writeFile(join(folder, 'empty', name, 'package.json'), JSON.stringify({ name, version: '0.0.0' }));
    }
    const overrides = Object.fromEntries(leftOut.map((name) => [name, `file:./empty/${name}`]));
    const manifest = { private: true, dependencies, ...(leftOut.length > 0 ? { overrides } : {}) };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  }

  #dependencies(): Dependencies {
    const dependencies = this.#spec.dependencies(this.#platform, this.#architecture);
    if (dependencies !== undefined) return dependencies;
    throw this.#missing(`there is no prebuilt engine for ${this.#platform}-${this.#architecture}`);
  }

  #entryIn(folder: string): string {
    return join(folder, 'node_modules', this.#spec.name, this.#spec.entry);
  }

  #report(listener: WeightsListener, phase: 'waiting' | 'downloading' | 'verifying', receivedBytes: number): void {
    const { name, version, installedBytes } = this.#spec;
    listener.onProgress?.({ phase, receivedBytes, totalBytes: installedBytes, source: `${name} ${version}` });
  }

  #notAllowed(): WoosterError {
    const { refusal } = this.#options;
    const { name, version } = this.#spec;
    if (refusal === undefined) return this.#missing('it is not installed and downloads are off');
    const text = `the embedded engine ${name} is not installed, and ${refusal} forbids to fetch it; nothing was sent; install it with: npm install ${name}@${version}`;
    return new PrivacyError(text, { details: { setting: refusal } });
  }

  #missing(reason: string): MissingDependencyError {
    const { name, version } = this.#spec;
    const install = `npm install ${name}@${version}`;
    const text = `the embedded engine ${name} cannot be used: ${reason}; install it with: ${install}`;
    return new MissingDependencyError(text, { dependency: name, install });
  }
}
