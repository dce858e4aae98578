import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { InternalError } from '../../../contracts/errors/host-errors.ts';
import { scan } from './scan.ts';
import type { ScanRequest, ScanResult } from './scan.ts';
import type { ScanMessage } from './scan-worker.ts';

/** Beside this file, and of the same kind: `.ts` in the repository, `.js` when built. */
const WORKER_FILE = new URL(`./scan-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

interface Waiting {
  readonly worker: Worker;
  resolve(result: ScanResult): void;
  reject(error: Error): void;
}

/** Threads that scan parts of one memory at the same time; made when first needed. The caller's thread scans a part too. */
export class ScanPool {
  readonly #size: number;
  readonly #workers = new Map<number, Worker>();
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(size = Math.max(1, availableParallelism() - 1)) {
    this.#size = size;
  }

  /** The best of each part; `request.vectors` must be in shared memory. */
  async scan(request: ScanRequest): Promise<readonly ScanResult[]> {
    const total = request.slots?.length ?? request.to - request.from;
    const share = Math.ceil(total / (this.#size + 1));
    const parts = Array.from({ length: this.#size + 1 }, (_, at) => {
      const from = Math.min(total, at * share);
      const to = Math.min(total, from + share);
      const { slots } = request;
      if (slots !== undefined) return { ...request, slots: slots.slice(from, to) };
      return { ...request, from: request.from + from, to: request.from + to };
    });
    const [own, ...others] = parts;
    const running = others.map((part, at) => this.#send(part, at));
    const mine = own === undefined ? [] : [scan(own)];
    return [...mine, ...(await Promise.all(running))];
  }

  async close(): Promise<void> {
    const workers = [...this.#workers.values()];
    this.#workers.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #send(part: ScanRequest, at: number): Promise<ScanResult> {
    const worker = this.#workers.get(at) ?? this.#start(at);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { worker, resolve, reject });
      // Referenced while it works only: an idle thread keeps no program alive.
      worker.ref();
      worker.postMessage({ id, ...part } satisfies ScanMessage, []);
    });
  }

  #start(at: number): Worker {
    const worker = new Worker(WORKER_FILE, { name: 'wooster-scan' });
    this.#workers.set(at, worker);
    worker.on('message', ({ id, slots, scores }: ScanResult & { readonly id: number }) => {
      this.#waiting.get(id)?.resolve({ slots, scores });
      this.#waiting.delete(id);
      if (![...this.#waiting.values()].some((each) => each.worker === worker)) worker.unref();
    });
    worker.on('error', (error) => this.#fail(worker, error));
    worker.on('exit', () => this.#fail(worker, undefined));
    return worker;
  }

  #fail(worker: Worker, cause: unknown): void {
    for (const [id, waiting] of this.#waiting) {
      if (waiting.worker !== worker) continue;
      waiting.reject(new InternalError('a thread of the vector scan ended', { cause }));
      this.#waiting.delete(id);
    }
    for (const [at, known] of this.#workers) if (known === worker) this.#workers.delete(at);
  }
}
