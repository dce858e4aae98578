import type { KnowledgeSource } from '../contracts/knowledge/knowledge-source.ts';
import { isWoosterError } from '../contracts/errors/wooster-error.ts';
import type { IngestStore } from './ingest-options.ts';

/** Passages of a window: enough to fill the batches of any model, few enough to be held twice. */
const WINDOW_CHUNKS = 128;
const WINDOW_FILES = 64;
const WINDOW_CHARACTERS = 2_000_000;

/** What a window that was written took. */
interface WrittenWindow {
  readonly sources: readonly KnowledgeSource[];
  readonly embedded: number;
  readonly reused: number;
}

/** What the writer tells of. */
interface WriterEvents {
  onWritten(window: WrittenWindow): void;
  /** The store refused this source, and not because of the store; the next source may do. */
  onRefused(source: KnowledgeSource, error: Error): Promise<void>;
}

/** Codes of faults that lie in a text, not in the server or the store. */
const FAULTS_OF_A_TEXT: ReadonlySet<string> = new Set(['E_CONTEXT', 'E_REJECTED', 'E_MALFORMED']);

/**
 * Gathers sources into windows and writes one while the next is being read, so that the model never waits for the disk.
 * A fault of the store or of the server is thrown by the next call.
 */
export class SourceWriter {
  readonly #store: IngestStore;
  readonly #events: WriterEvents;
  readonly #signal: AbortSignal;
  #window: KnowledgeSource[] = [];
  #chunks = 0;
  #characters = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(store: IngestStore, events: WriterEvents, signal: AbortSignal) {
    this.#store = store;
    this.#events = events;
    this.#signal = signal;
  }

  /** Waits only when a full window finds the one before it still being written. */
  async add(source: KnowledgeSource): Promise<void> {
    this.#window.push(source);
    this.#chunks += source.chunks.length;
    this.#characters += source.chunks.reduce((sum, { text }) => sum + text.length, 0);
    const isFull =
      this.#chunks >= WINDOW_CHUNKS || this.#window.length >= WINDOW_FILES || this.#characters >= WINDOW_CHARACTERS;
    if (isFull) await this.#hand();
  }

  /** Writes what is left and waits for all of it. */
  async flush(): Promise<void> {
    if (this.#window.length > 0) await this.#hand();
    await this.#writing;
  }

  /** Waits until nothing is being written any more, whatever became of it; what was not handed over is dropped. */
  async abandon(): Promise<void> {
    this.#window = [];
    await this.#writing.catch(() => undefined);
  }

  async #hand(): Promise<void> {
    const window = this.#window;
    this.#window = [];
    this.#chunks = 0;
    this.#characters = 0;
    await this.#writing;
    this.#writing = this.#write(window);
    // Seen by the next wait; until then it must not count as unhandled.
    this.#writing.catch(() => undefined);
  }

  async #write(window: readonly KnowledgeSource[]): Promise<void> {
    try {
      await this.#addAll(window);
    } catch (error) {
      if (!isFaultOfText(error)) throw error;
      await this.#writeOneByOne(window);
    }
  }

  /** Finds the source that a text of is refused; a server that refuses all of several is itself at fault. */
  async #writeOneByOne(window: readonly KnowledgeSource[]): Promise<void> {
    const refused: { readonly source: KnowledgeSource; readonly error: Error }[] = [];
    for (const source of window) {
      try {
        await this.#addAll([source]);
      } catch (error) {
        if (!isFaultOfText(error)) throw error;
        refused.push({ source, error: error as Error });
      }
    }
    const isServerAtFault = window.length > 2 && refused.length === window.length;
    const other = refused.find(({ error }) => isWoosterError(error) && error.code !== 'E_CONTEXT');
    if (isServerAtFault && other !== undefined) throw other.error;
    for (const { source, error } of refused) await this.#events.onRefused(source, error);
  }

  async #addAll(sources: readonly KnowledgeSource[]): Promise<void> {
    const { embedded, reused } = await this.#store.add(sources, this.#signal);
    this.#events.onWritten({ sources, embedded, reused });
  }
}

function isFaultOfText(error: unknown): boolean {
  return isWoosterError(error) && FAULTS_OF_A_TEXT.has(error.code);
}
