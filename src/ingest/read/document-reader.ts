import type { Loader } from '../../contracts/knowledge/loader.ts';
import { CancelledError } from '../../contracts/errors/host-errors.ts';
import { linkAbort } from '../../resilience/linked-abort.ts';
import { BUILT_IN_LOADERS, PLAIN_TEXT } from '../load/built-in-loaders.ts';
import type { DocumentJob, DocumentOutcome } from './document-job.ts';
import { loaderFor } from './loader-choice.ts';
import { readDocument } from './read-document.ts';
import { WorkerReader, type ReadBounds } from './worker-reader.ts';

/**
 * Reads files of all kinds: built-in loaders run in a worker; loaders of plugins run where their plugin lives, on the
 * main thread, and have to mind its event loop. A loader that does not come back is cut off in both places.
 */
export class DocumentReader {
  readonly #loaders: readonly Loader[];
  readonly #worker = new WorkerReader();

  constructor(loaders: readonly Loader[]) {
    this.#loaders = loaders;
  }

  /** The loader of a file: plain text where no ending is known. */
  loaderOf(path: string): Loader {
    return loaderFor(path, this.#loaders) ?? PLAIN_TEXT;
  }

  async read(job: Omit<DocumentJob, 'loaderId'>, bounds: ReadBounds): Promise<DocumentOutcome> {
    const loader = this.loaderOf(job.path);
    const whole = { ...job, loaderId: loader.id };
    if (BUILT_IN_LOADERS.includes(loader)) return this.#worker.read(whole, bounds);
    return readHere(whole, loader, bounds);
  }

  dispose(): Promise<void> {
    return this.#worker.dispose();
  }
}

/** The loader gets a signal that ends it; one that does not listen is left behind. */
async function readHere(job: DocumentJob, loader: Loader, bounds: ReadBounds): Promise<DocumentOutcome> {
  const { countTokens, limitMs } = bounds;
  const ended = linkAbort(bounds.signal);
  const timer = setTimeout(() => ended.abort(), limitMs);
  const message = `reading this file took more than ${Math.round(limitMs) / 1000} s and was given up`;
  const tooSlow: DocumentOutcome = { kind: 'broken', code: 'E_INPUT', message };
  const stopped = new Promise<DocumentOutcome>((resolve, reject) => {
    const onAbort = (): void => (bounds.signal.aborted ? reject(new CancelledError()) : resolve(tooSlow));
    if (ended.signal.aborted) onAbort();
    else ended.signal.addEventListener('abort', onAbort, { once: true });
  });
  const tools = { loader, countTokens: (texts: readonly string[]) => countTokens(texts, bounds.signal) };
  try {
    const reading = readDocument(job, { ...tools, signal: ended.signal });
    return await Promise.race([reading, stopped]);
  } finally {
    clearTimeout(timer);
    await ended.dispose();
  }
}
