import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import {
  CancelledError,
  FileAccessError,
  isWoosterError,
  ProviderUnreachableError,
  type Logger,
  type WoosterError,
} from 'wooster';
import type { EngineSettings } from './engine-messages.ts';
import { EngineProcess } from './engine-process.ts';
import { CrashCount, type EngineState } from './engine-state.ts';

/** Where clients of the engine send their requests, and the key they need; both change when the engine is started again. */
export interface EngineEndpoint {
  /** Ends in `/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** What an embedded engine is made from. */
interface EmbeddedEngineOptions {
  readonly settings: EngineSettings;
  readonly childFile: URL;
  readonly loadTimeoutMs: number;
  readonly log?: Logger;
  /** What `dispose` waits before it kills; 2,000 ms unless told. */
  readonly graceMs?: number;
}

/**
 * A model file served by a child process of ours on the OpenAI wire. It starts when first asked for an endpoint; callers
 * share one start; when the child dies, answers being made break off and the next call starts another.
 *
 * | state | meaning | leaves to |
 * |---|---|---|
 * | stopped | no child; as made, and after `dispose` | starting |
 * | starting | a child loads the model | ready, crashed, stopping |
 * | ready | the model is served | crashed, stopping |
 * | crashed | the child died or did not load; starts are refused for `retryInMs` | starting, stopped |
 * | stopping | `dispose` ends the child | stopped |
 */
export class EmbeddedEngine {
  readonly #options: EmbeddedEngineOptions;
  readonly #listeners = new Set<(state: EngineState) => void>();
  readonly #crashes = new CrashCount();
  #state: EngineState = { kind: 'stopped' };
  #process: EngineProcess | undefined;
  #start: Promise<EngineEndpoint> | undefined;
  #isDisposed = false;

  constructor(options: EmbeddedEngineOptions) {
    this.#options = options;
  }

  /** Where the engine is in its life. */
  state(): EngineState {
    return this.#state;
  }

  /** Tells each change of state, until the returned value is disposed. */
  onChange(listener: (state: EngineState) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /**
   * Resolves once the model is loaded. Throws E_FILE (no such file, or no model in it), E_DEPENDENCY (no engine package),
   * E_TIMEOUT of phase load, E_PROVIDER_SERVER (not enough memory), E_UNREACHABLE (it died, or was disposed), and
   * E_CANCELLED when `signal` is aborted, which leaves the start to those who share it.
   */
  async endpoint(signal: AbortSignal): Promise<EngineEndpoint> {
    if (signal.aborted) throw cancelled(signal);
    if (this.#isDisposed)
      throw new ProviderUnreachableError('the embedded engine was stopped', { provider: 'embedded' });
    await this.#endDeadChild();
    if (signal.aborted) throw cancelled(signal);
    if (this.#start === undefined) {
      this.#refuseWhileBackingOff();
      this.#start = this.#launch();
      // Every caller may have left by the time it fails; the state tells what happened.
      this.#start.catch(() => undefined);
    }
    return abortable(this.#start, signal);
  }

  /** Ends the child within `graceMs` and a little; when it resolves nothing is left. The engine cannot be used again. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    const running = this.#process;
    if (running !== undefined) {
      this.#change({ kind: 'stopping' });
      await running.stop(this.#options.graceMs ?? 2_000);
    }
    this.#process = undefined;
    if (this.#state.kind !== 'stopped') this.#change({ kind: 'stopped' });
    this.#listeners.clear();
  }

  /** A child that takes no connections is dead or as good as dead: its end is awaited, so that this call starts another. */
  async #endDeadChild(): Promise<void> {
    const child = this.#process;
    if (this.#state.kind !== 'ready' || child === undefined || (await child.isAnswering())) return;
    await child.stop(0);
  }

  #refuseWhileBackingOff(): void {
    if (this.#state.kind !== 'crashed') return;
    const waitMs = this.#crashes.retryInMs(performance.now());
    if (waitMs > 0) throw this.#state.error;
  }

  async #launch(): Promise<EngineEndpoint> {
    this.#change({ kind: 'starting', progress: 0 });
    try {
      await this.#checkFile();
      if (this.#isDisposed)
        throw new ProviderUnreachableError('the embedded engine was stopped', { provider: 'embedded' });
      const child = this.#fork();
      const { model, loadMs } = await child.load();
      child.unref();
      this.#crashes.ready(performance.now());
      this.#options.log?.info('embedded engine ready', {
        model: this.#options.settings.modelId,
        pid: child.pid,
        loadMs,
      });
      this.#change({ kind: 'ready', baseUrl: child.baseUrl, pid: child.pid, loadMs, model });
      return { baseUrl: child.baseUrl, apiKey: child.apiKey };
    } catch (error) {
      if (!isWoosterError(error)) throw error;
      this.#crashed(error);
      throw error;
    }
  }

  async #checkFile(): Promise<void> {
    const { modelPath } = this.#options.settings;
    try {
      await access(modelPath, constants.R_OK);
    } catch (cause) {
      throw new FileAccessError(`the model file ${modelPath} cannot be read; download the model first`, {
        path: modelPath,
        cause,
      });
    }
  }

  #fork(): EngineProcess {
    const child = EngineProcess.fork({
      settings: this.#options.settings,
      childFile: this.#options.childFile,
      loadTimeoutMs: this.#options.loadTimeoutMs,
      onProgress: (progress) => {
        if (this.#state.kind === 'starting') this.#change({ kind: 'starting', progress });
      },
    });
    this.#process = child;
    void this.#watch(child);
    return child;
  }

  async #watch(child: EngineProcess): Promise<void> {
    const error = await child.exited;
    if (this.#process !== child) return;
    this.#process = undefined;
    // A death while loading is told by the start itself.
    if (this.#state.kind === 'ready') this.#crashed(error);
  }

  #crashed(error: WoosterError): void {
    this.#start = undefined;
    if (this.#isDisposed) return;
    const nowMs = performance.now();
    this.#crashes.crash(nowMs);
    const retryInMs = this.#crashes.retryInMs(nowMs);
    this.#options.log?.warn('embedded engine failed', { code: error.code, message: error.message, retryInMs });
    this.#change({ kind: 'crashed', error, crashes: this.#crashes.crashes, retryInMs });
  }

  #change(state: EngineState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

function cancelled(signal: AbortSignal): CancelledError {
  return new CancelledError('the wait for the embedded engine was cancelled', { cause: signal.reason });
}

/** Leaves a shared wait when the signal says so; the wait itself goes on. */
async function abortable<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave: (() => void) | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      leave = () => reject(cancelled(signal));
      signal.addEventListener('abort', leave, { once: true });
      shared.then(resolve, reject);
    });
  } finally {
    if (leave !== undefined) signal.removeEventListener('abort', leave);
  }
}
