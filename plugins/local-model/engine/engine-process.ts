import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { ProviderTimeoutError, type WoosterError } from 'wooster';
import type { EngineReport, EngineSettings, EngineStart, ServedModel } from './engine-messages.ts';
import { childDeath, loadFailure } from './load-failure.ts';

const STDERR_KEPT = 4_096;

/** How a child is started. */
interface EngineProcessOptions {
  readonly settings: EngineSettings;
  readonly childFile: URL;
  readonly loadTimeoutMs: number;
  readonly onProgress: (progress: number) => void;
}

/** One child process of the engine, from its fork to its death. */
export class EngineProcess {
  readonly pid: number;
  /** The secret its clients must send. */
  readonly apiKey = randomBytes(32).toString('hex');
  readonly #child: ChildProcess;
  readonly #options: EngineProcessOptions;
  readonly #exited: Promise<WoosterError>;
  #stderr = '';
  #port = 0;
  #phase = 'while it was loading the model';

  private constructor(options: EngineProcessOptions) {
    this.#options = options;
    this.#child = fork(options.childFile, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    this.pid = this.#child.pid ?? 0;
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    this.#exited = new Promise((resolve) => {
      const died = (code: number | null, signal: string | null): void =>
        resolve(childDeath(this.#phase, { code, signal }, this.#stderr));
      this.#child.once('exit', died);
      this.#child.once('error', (error) => {
        this.#stderr += error.message;
        died(null, null);
      });
    });
  }

  /** Forks a child; it loads the model when `load` is called. */
  static fork(options: EngineProcessOptions): EngineProcess {
    return new EngineProcess(options);
  }

  /** The address its clients use, once the model is loaded. */
  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}/v1`;
  }

  /** Resolves with the error that tells of its death. */
  get exited(): Promise<WoosterError> {
    return this.#exited;
  }

  /**
   * Loads the model. Rejects with a contract error when the child refuses, dies or takes too long; the child is then ended.
   */
  async load(): Promise<{ model: ServedModel; loadMs: number }> {
    const { settings, loadTimeoutMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        timer = setTimeout(() => {
          const message = `the embedded engine did not load ${settings.modelId} within ${loadTimeoutMs} ms; raise the load limit`;
          reject(new ProviderTimeoutError(message, { provider: 'embedded', phase: 'load', limitMs: loadTimeoutMs }));
        }, loadTimeoutMs);
        this.#child.on('message', (message) => {
          const report = message as EngineReport;
          if (report.type === 'listening') this.#port = report.port;
          else if (report.type === 'loading') this.#options.onProgress(report.progress);
          else if (report.type === 'ready') resolve({ model: report.model, loadMs: report.loadMs });
          else reject(loadFailure(report, settings));
        });
        void this.#exited.then(reject);
        const start: EngineStart = { type: 'start', secret: this.apiKey, settings };
        this.#child.send(start, () => undefined);
      });
    } catch (error) {
      this.#child.kill('SIGKILL');
      throw error;
    } finally {
      clearTimeout(timer);
      this.#phase = 'while it was serving';
    }
  }

  /** Whether the child takes connections; one that was just killed does not, before the system has told of its death. */
  isAnswering(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, '127.0.0.1');
      const settle = (isOpen: boolean): void => {
        socket.destroy();
        resolve(isOpen);
      };
      socket.setTimeout(1_000, () => settle(false));
      socket.once('connect', () => settle(true));
      socket.once('error', () => settle(false));
    });
  }

  /** Lets the host end although the child lives: the child then sees its channel close and ends too. */
  unref(): void {
    this.#child.unref();
    this.#child.channel?.unref();
    const stderr: unknown = this.#child.stderr;
    if (isReferenced(stderr)) stderr.unref();
  }

  /** Ends the child, first kindly, after `graceMs` by SIGKILL; resolves when it is gone. */
  async stop(graceMs: number): Promise<void> {
    this.#child.ref();
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    await this.#exited;
    clearTimeout(timer);
  }
}

/** A pipe of a child is a socket that can be unreferenced, which its declared type does not say. */
function isReferenced(stream: unknown): stream is { unref(): void } {
  return typeof stream === 'object' && stream !== null && 'unref' in stream && typeof stream.unref === 'function';
}
