import { Worker } from 'node:worker_threads';
import { CancelledError } from '../../contracts/errors/host-errors.ts';
import { systemCode } from '../../kernel/system-code.ts';
import type { CountTokens, DocumentJob, DocumentOutcome, WorkerReply, WorkerRequest } from './document-job.ts';

const WORKER_FILE = new URL(`./document-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
/** A document that needs more than this to be parsed is given up, and the host lives on. */
const MAX_MEMORY_MB = 1024;
/** For the worker to come up, on a machine that is busy; no file is to blame for it. */
const START_LIMIT_MS = 60_000;

/** What bounds the reading of one file. */
export interface ReadBounds {
  readonly countTokens: CountTokens;
  readonly signal: AbortSignal;
  /** For loading and splitting; the time the model takes to count is not part of it. */
  readonly limitMs: number;
}

/** The job that the worker has, and how it ends. */
interface Pending {
  readonly bounds: ReadBounds;
  readonly resolve: (outcome: DocumentOutcome) => void;
  readonly reject: (error: unknown) => void;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Reads files with the built-in loaders in one worker, one after another. A file that hangs or breaks the worker is
 * broken, and the next file gets a new worker. Rejects with what `countTokens` throws, and with CancelledError.
 */
export class WorkerReader {
  #worker: Worker | undefined;
  #isReady = false;
  #pending: Pending | undefined;

  read(job: DocumentJob, bounds: ReadBounds): Promise<DocumentOutcome> {
    return new Promise((resolve, reject) => {
      if (bounds.signal.aborted) {
        reject(new CancelledError());
        return;
      }
      const onAbort = (): void => this.#fail(new CancelledError());
      const settle =
        <Value>(act: (value: Value) => void) =>
        (value: Value): void => {
          bounds.signal.removeEventListener('abort', onAbort);
          clearTimeout(this.#pending?.timer);
          this.#pending = undefined;
          act(value);
        };
      bounds.signal.addEventListener('abort', onAbort, { once: true });
      this.#pending = { bounds, resolve: settle(resolve), reject: settle(reject), timer: undefined };
      this.#tell({ kind: 'read', job });
      this.#startClock(this.#isReady ? bounds.limitMs : START_LIMIT_MS);
    });
  }

  async dispose(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #tell(request: WorkerRequest): void {
    this.#worker ??= this.#start();
    // A worker of Node has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#worker.postMessage(request);
  }

  #start(): Worker {
    this.#isReady = false;
    const worker = new Worker(WORKER_FILE, {
      name: 'documents',
      resourceLimits: { maxOldGenerationSizeMb: MAX_MEMORY_MB },
      // Parsers print warnings; the output of the host is not theirs.
      stdout: true,
      stderr: true,
    });
    worker.stdout.resume();
    worker.stderr.resume();
    worker.on('message', (reply: WorkerReply) => this.#hear(reply));
    worker.on('error', (error) => this.#lose(worker, describeLoss(error)));
    worker.on('exit', () => this.#lose(worker, 'the reader ended without a word'));
    return worker;
  }

  #hear(reply: WorkerReply): void {
    if (reply.kind === 'ready') this.#isReady = true;
    const pending = this.#pending;
    if (pending === undefined) return;
    if (reply.kind === 'ready') {
      this.#startClock(pending.bounds.limitMs);
      return;
    }
    if (reply.kind === 'done') {
      pending.resolve(reply.outcome);
      return;
    }
    clearTimeout(pending.timer);
    void this.#count(pending, reply.texts);
  }

  async #count(pending: Pending, texts: readonly string[]): Promise<void> {
    try {
      const counts = await pending.bounds.countTokens(texts, pending.bounds.signal);
      if (this.#pending !== pending) return;
      this.#startClock(pending.bounds.limitMs);
      this.#tell({ kind: 'counted', counts });
    } catch (error) {
      if (this.#pending === pending) this.#fail(error);
    }
  }

  #startClock(limitMs: number): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    clearTimeout(pending.timer);
    pending.timer = setTimeout(() => {
      this.#drop();
      const message = `reading this file took more than ${Math.round(limitMs) / 1000} s and was given up`;
      pending.resolve({ kind: 'broken', code: 'E_INPUT', message });
    }, limitMs);
  }

  /** The worker is in the middle of something that nobody waits for any more. */
  #drop(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }

  #fail(error: unknown): void {
    this.#drop();
    this.#pending?.reject(error);
  }

  #lose(worker: Worker, message: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#pending?.resolve({ kind: 'broken', code: 'E_INPUT', message });
  }
}

function describeLoss(error: unknown): string {
  if (systemCode(error) === 'ERR_WORKER_OUT_OF_MEMORY') {
    return `reading this file took more than ${MAX_MEMORY_MB} MB of memory and was given up`;
  }
  return `the reader broke on this file: ${error instanceof Error ? error.message : String(error)}`;
}
