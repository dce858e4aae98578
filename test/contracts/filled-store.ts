import type { KnowledgeQuery, KnowledgeSource, KnowledgeStore } from '../../src/index.ts';
import { sourceOf } from '../stores/support/sources.ts';

/** What a kind of store can do; a false flag is told in the name of its suite. */
export interface KnowledgeStoreAbilities {
  readonly canWrite: boolean;
  /** Finds by words: an old folder may hold vectors only. */
  readonly hasFullText: boolean;
  /** Keeps offsets, dates and media types: else only paths and texts are compared. */
  readonly keepsEverything: boolean;
}

/** A store that is open and holds the given sources, in a folder of its own; what was embedded is counted. */
export interface FilledStore {
  readonly store: KnowledgeStore;
  /** Texts that were embedded so far. */
  readonly embedded: () => readonly string[];
  /** The same folder, opened again, after the store was closed. */
  reopen(): Promise<KnowledgeStore>;
  dispose(): Promise<void>;
}

/** What every store of the suites holds. */
export const SOURCES: readonly KnowledgeSource[] = [
  sourceOf('docs/fruit.md', ['apples are red and sweet', 'pears are green', 'plums are blue'], {
    headings: ['Fruit', 'Colours'],
    modifiedAt: 1_000,
  }),
  sourceOf('docs/sky.md', ['the sky is blue at noon', 'stars shine at night'], { modifiedAt: 2_000 }),
  sourceOf('src/paint.ts', ['const colour = mix(red, blue)', 'apples are red and sweet'], {
    mediaType: 'text/typescript',
    modifiedAt: 3_000,
  }),
];

/** A signal that ends what hangs. */
export const signal = (): AbortSignal => AbortSignal.timeout(20_000);

/** Searches the store. */
export function ask(
  store: KnowledgeStore,
  text: string,
  query: Partial<KnowledgeQuery> = {},
): ReturnType<KnowledgeStore['search']> {
  return store.search({ text, k: 10, mode: 'hybrid', ...query }, signal());
}

/** The paths of what was found, best first. */
export function paths(findings: Awaited<ReturnType<KnowledgeStore['search']>>): readonly string[] {
  return findings.passages.map(({ path }) => path);
}
