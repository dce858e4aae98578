import type { Transferable, Worker } from 'node:worker_threads';
import { InternalError } from '../../contracts/errors/host-errors.ts';
import { toCancellation } from '../../kernel/http/cancellation.ts';
import { startThread } from '../../kernel/start-thread.ts';
import type { CallMessage, CallName, ReplyMessage, StoreCalls } from './store-calls.ts';
import { fromStoreFault } from './store-fault-message.ts';

/** Beside the worker's own files, and of the same kind: `.ts` in the repository, `.js` when built. */
const WORKER_FILE = new URL(
  `../worker/store-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url,
);

/** What saving the indexes of a large store may take. */
const CLOSE_LIMIT_MS = 30_000;

interface Waiting {
  resolve(output: never): void;
  reject(error: Error): void;
}

/** How a call is made. */
interface CallOptions {
  readonly transfer?: readonly Transferable[];
  /** An abort is sent, and the reply awaited all the same: for what must not happen unseen. */
  readonly isAwaited?: boolean;
}

/** The worker thread of one open store, and the calls under way. It keeps no program alive that has nothing else to do. */
export class StoreLink {
  readonly #worker: Worker;
  readonly #location: string;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #ended: Error | undefined;

  /** `workerFile` is another worker in place of the real one; tests use it. */
  constructor(location: string, workerFile: URL = WORKER_FILE) {
    this.#location = location;
    this.#worker = startThread(workerFile, 'wooster-store', ['--disable-warning=ExperimentalWarning']);
    this.#worker.unref();
    this.#worker.on('message', (reply: ReplyMessage) => this.#take(reply));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(undefined));
  }

  /** Asks the worker; rejects at once when `signal` is aborted, and with the worker's error otherwise. */
  async call<Name extends CallName>(
    name: Name,
    input: StoreCalls[Name]['input'],
    signal: AbortSignal,
    { transfer = [], isAwaited = false }: CallOptions = {},
  ): Promise<StoreCalls[Name]['output']> {
    if (signal.aborted) throw toCancellation(signal);
    if (this.#ended !== undefined) throw this.#ended;
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<StoreCalls[Name]['output']>();
    const onAbort = (): void => {
      this.#worker.postMessage({ abort: id } satisfies CallMessage, []);
      if (!isAwaited) reject(toCancellation(signal));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting.set(id, { resolve, reject });
    this.#worker.ref();
    try {
      this.#worker.postMessage({ id, name, input } satisfies CallMessage, transfer);
      return await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Lets the worker save and close, then ends it, after half a minute by force. */
  async close(): Promise<void> {
    if (this.#ended === undefined) {
      try {
        await this.call('close', null, AbortSignal.timeout(CLOSE_LIMIT_MS));
      } finally {
        this.#ended = new InternalError(`the store at ${this.#location} is closed`);
        await this.#worker.terminate();
      }
    }
  }

  #take(reply: ReplyMessage): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('fault' in reply) waiting?.reject(fromStoreFault(reply.fault, this.#location));
    else waiting?.resolve(reply.output as never);
  }

  #end(cause: unknown): void {
    this.#ended ??= new InternalError(`the worker of the store at ${this.#location} ended`, { cause });
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended);
    this.#waiting.clear();
  }
}
