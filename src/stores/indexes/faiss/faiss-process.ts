import { fork, type ChildProcess } from 'node:child_process';
import { FileAccessError, StorageFullError, StoreError } from '../../../contracts/errors/resource-errors.ts';
import type { WoosterError } from '../../../contracts/errors/wooster-error.ts';
import { toCancellation } from '../../../kernel/http/cancellation.ts';
import { missingFaiss } from './missing-faiss.ts';
import type { FaissAnswers, FaissFault, FaissReply, FaissRequest, FaissTask } from './faiss-messages.ts';
import { isDiskFull } from '../../../kernel/system-code.ts';

const CHILD_FILE = new URL(`./child/faiss-child${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
const START_LIMIT_MS = 20_000;
/** A save of a million vectors onto a slow disk; whatever takes longer hangs. */
const TASK_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 2_000;

interface Pending {
  resolve(answer: never): void;
  reject(error: WoosterError): void;
}

/** One child process that holds one index, from its fork to its death. */
export class FaissProcess {
  readonly #child: ChildProcess;
  readonly #path: string;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #death: WoosterError | undefined;
  #ready: Pending | undefined;

  private constructor(path: string) {
    this.#path = path;
    this.#child = fork(CHILD_FILE, [], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
      serialization: 'advanced',
    });
    this.#child.on('message', (message) => this.#receive(message as FaissReply));
    this.#child.once('exit', (code, signal) => this.#die(`it ended with ${signal ?? String(code)}`));
    this.#child.once('error', (error) => this.#die(error.message));
    this.#hold();
  }

  /** Forks a child and waits until the library is loaded; MissingDependencyError when it cannot be. `path` is for messages. */
  static async start(path: string): Promise<FaissProcess> {
    const started = new FaissProcess(path);
    try {
      await started.#within(START_LIMIT_MS, (pending) => {
        started.#ready = pending;
      });
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  /** Whether it can be asked. */
  get isAlive(): boolean {
    return this.#death === undefined;
  }

  /** What tells of its death, once it is dead. */
  get death(): WoosterError | undefined {
    return this.#death;
  }

  /**
   * Has one task done. StoreError E_STORE_CORRUPT when the process dies of it or refuses it, E_DISK_FULL and E_FILE from
   * the file system. Cancelling ends the wait, not the task.
   */
  async request<Type extends FaissTask['type']>(
    task: Extract<FaissTask, { type: Type }>,
    signal?: AbortSignal,
  ): Promise<FaissAnswers[Type]> {
    if (this.#death !== undefined) throw this.#death;
    if (signal?.aborted === true) throw toCancellation(signal);
    const id = (this.#lastId += 1);
    let onAbort: (() => void) | undefined;
    try {
      return await this.#within(TASK_LIMIT_MS, (pending) => {
        this.#pending.set(id, pending);
        onAbort = () => pending.reject(toCancellation(signal!) as WoosterError);
        signal?.addEventListener('abort', onAbort, { once: true });
        const request: FaissRequest = { id, task };
        this.#child.send(request, (error) => {
          if (error !== null) this.#die(error.message);
        });
      });
    } finally {
      if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
      this.#pending.delete(id);
      this.#hold();
    }
  }

  /** Ends the process; resolves when it is gone. */
  async stop(): Promise<void> {
    const isGone = (): boolean => this.#child.exitCode !== null || this.#child.signalCode !== null;
    if (isGone() || this.#child.pid === undefined) return;
    this.#child.ref();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    await new Promise<void>((resolve) => {
      this.#child.once('exit', () => resolve());
      if (this.#child.connected) this.#child.disconnect();
      else this.#child.kill('SIGKILL');
    });
    clearTimeout(timer);
  }

  /** An answer that does not come in time ends the process: it hangs, and what it holds is no longer known. */
  #within<Answer>(limitMs: number, start: (pending: Pending) => void): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#die(`it gave no answer for ${limitMs / 1000} s`);
        this.#child.kill('SIGKILL');
      }, limitMs);
      const settle =
        <Value>(act: (value: Value) => void) =>
        (value: Value): void => {
          clearTimeout(timer);
          act(value);
        };
      start({ resolve: settle(resolve) as Pending['resolve'], reject: settle(reject) });
      this.#hold();
    });
  }

  /** The process keeps the program running only while somebody waits for it. */
  #hold(): void {
    const isWaitedFor = this.#pending.size > 0 || this.#ready !== undefined;
    const act = isWaitedFor ? 'ref' : 'unref';
    this.#child[act]();
    this.#child.channel?.[act]();
  }

  #receive(reply: FaissReply): void {
    if (reply.type === 'ready' || reply.type === 'missing') {
      const ready = this.#ready;
      this.#ready = undefined;
      if (reply.type === 'ready') ready?.resolve(undefined as never);
      else ready?.reject(missingFaiss(reply.reason, reply.message));
      this.#hold();
      return;
    }
    const pending = this.#pending.get(reply.id);
    if (reply.type === 'done') pending?.resolve(reply.answer as never);
    else pending?.reject(this.#translate(reply.fault));
  }

  #translate(fault: FaissFault): WoosterError {
    const { kind, message } = fault;
    const path = this.#path;
    if (isDiskFull(fault)) {
      return new StorageFullError(`no room for the index ${path}: ${message}; make room on that disk`);
    }
    if (kind === 'system')
      return new FileAccessError(`the index ${path} cannot be read or written: ${message}`, { path });
    return new StoreError('E_STORE_CORRUPT', `the index ${path} is not what it should be: ${message}`, {
      location: path,
    });
  }

  #die(reason: string): void {
    this.#death ??= new StoreError(
      'E_STORE_CORRUPT',
      `the process of the faiss index ${this.#path} is gone (${reason}); the index is made anew from the store`,
      { location: this.#path },
    );
    this.#ready?.reject(this.#death);
    this.#ready = undefined;
    for (const pending of this.#pending.values()) pending.reject(this.#death);
  }
}
