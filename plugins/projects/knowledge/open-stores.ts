import type { Disposable, KnowledgeStore, KnowledgeStores } from 'wooster';
import type { ProjectRecords } from '../registry/project-records.ts';

/** The stores of projects that this process uses: each is opened once, and all are closed together. */
export class OpenStores implements Disposable {
  readonly #stores: () => KnowledgeStores;
  readonly #records: ProjectRecords;
  readonly #open = new Map<string, Promise<KnowledgeStore>>();

  constructor(stores: () => KnowledgeStores, records: ProjectRecords) {
    this.#stores = stores;
    this.#records = records;
  }

  /** The store of a project that was ingested; UsageError for one that was not. */
  async of(name: string, signal: AbortSignal): Promise<KnowledgeStore> {
    await this.#records.require(name);
    return this.#take(name, signal, false);
  }

  /** The store of a project, made when there is none. */
  async make(name: string, signal: AbortSignal): Promise<KnowledgeStore> {
    return this.#take(name, signal, true);
  }

  /** True for a project whose store this process uses. */
  isOpen(name: string): boolean {
    return this.#open.has(name);
  }

  /** Closes the store of a project, so that its files can go. */
  async close(name: string): Promise<void> {
    const opening = this.#open.get(name);
    this.#open.delete(name);
    // One that could not be opened has nothing to close.
    const store = await opening?.catch(() => undefined);
    await store?.close();
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((name) => this.close(name)));
  }

  #take(name: string, signal: AbortSignal, create: boolean): Promise<KnowledgeStore> {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const opening = this.#stores().open('projects', name, signal, { create });
    this.#open.set(name, opening);
    opening.catch(() => this.#open.delete(name));
    return opening;
  }
}
