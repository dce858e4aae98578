import { createHash } from 'node:crypto';
import {
  embeddingTextOf,
  InputRejectedError,
  isWoosterError,
  UsageError,
  type Clock,
  type Disposable,
  type KnowledgeSource,
  type KnowledgeStore,
  type KnowledgeStores,
  type Principal,
} from 'wooster';

/** One thing the user wants remembered. */
export interface Fact {
  /** Eight hexadecimal digits; the same text has the same id. */
  readonly id: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly rememberedAt: number;
}

/** What came of remembering. */
interface Remembered {
  readonly fact: Fact;
  readonly isNew: boolean;
  /** Why it is found by its words only, for now. */
  readonly notice?: string;
}

/** Facts that were found, best first. */
interface Recalled {
  readonly facts: readonly Fact[];
  readonly notices: readonly string[];
}

/** What to recall; an empty question is everything, newest first. */
interface RecallQuery {
  readonly question: string;
  readonly k: number;
}

/** A fact is a sentence or two; longer texts belong into a project. */
const LONGEST_FACT = 1000;
const FOLDER = 'facts/';
const SPLITTING = { tokenizer: 'none', maxTokens: LONGEST_FACT, overlapTokens: 0, version: 1 };

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function idOf(path: string): string {
  return path.slice(FOLDER.length);
}

function pathOf(id: string): string {
  return FOLDER + id;
}

/** One line, so that a fact stays one in lists and prompts. */
function tidy(written: string): string {
  const text = written.replaceAll(/\s+/g, ' ').trim();
  if (text === '') throw new UsageError('there is nothing to remember: wooster remember "I prefer metric units"');
  if (text.length <= LONGEST_FACT) return text;
  const limit = `${text.length} characters are too long for a fact, the limit is ${LONGEST_FACT}`;
  throw new InputRejectedError(`${limit}; put longer texts into a folder and use wooster ingest`);
}

/** The facts that a person has asked Wooster to remember, in a knowledge store of the person's own. */
export class Profile implements Disposable {
  readonly #stores: () => KnowledgeStores;
  readonly #clock: Clock;
  readonly #open = new Map<string, Promise<KnowledgeStore>>();

  constructor(stores: () => KnowledgeStores, clock: Clock) {
    this.#stores = stores;
    this.#clock = clock;
  }

  /** Keeps a fact. While no embedding model can be reached it is kept as text, which a search by words finds. */
  async remember(written: string, principal: Principal, signal: AbortSignal): Promise<Remembered> {
    const text = tidy(written);
    const store = await this.#storeOf(principal, signal, true);
    const sha256 = digest(text);
    const source: KnowledgeSource = {
      path: pathOf(sha256.slice(0, 8)),
      sha256,
      bytes: Buffer.byteLength(text),
      mediaType: 'text/plain',
      modifiedAt: this.#clock.now(),
      splitting: SPLITTING,
      chunks: [{ ordinal: 0, text, from: 0, to: text.length, headings: [] }],
    };
    const known = (await store.sources(signal)).find(({ path }) => path === source.path);
    if (known !== undefined)
      return { fact: { id: idOf(known.path), text, rememberedAt: known.modifiedAt }, isNew: false };
    const notice = await this.#add(store, source, signal);
    return { fact: { id: idOf(source.path), text, rememberedAt: source.modifiedAt }, isNew: true, notice };
  }

  /** The `k` facts nearest to a question. */
  async recall({ question, k }: RecallQuery, principal: Principal, signal: AbortSignal): Promise<Recalled> {
    const store = await this.#existing(principal, signal);
    if (store === undefined) return { facts: [], notices: [] };
    if (question.trim() === '') return { facts: await this.#all(store, signal, k), notices: [] };
    const { passages, notices } = await store.search({ text: question, k, mode: 'hybrid' }, signal);
    const facts = passages.map(({ path, chunk, modifiedAt }) => ({
      id: idOf(path),
      text: chunk.text,
      rememberedAt: modifiedAt,
    }));
    return { facts, notices };
  }

  /** How many facts there are; opens nothing where there are none. */
  async count(principal: Principal, signal: AbortSignal): Promise<number> {
    const store = await this.#existing(principal, signal);
    return store === undefined ? 0 : (await store.stats(signal)).sources;
  }

  /**
   * Removes facts from text, vectors, index and cache: the one of an id, or those whose words are all of the given ones.
   * UsageError when nothing or more than one matches; the message lists them.
   */
  async forget(wanted: string, principal: Principal, signal: AbortSignal): Promise<readonly Fact[]> {
    const store = await this.#existing(principal, signal);
    const all = store === undefined ? [] : await this.#all(store, signal);
    const found = matching(all, wanted);
    if (store === undefined || found.length === 0) {
      throw new UsageError(`nothing that is remembered matches "${wanted.trim()}"; wooster recall lists what there is`);
    }
    if (found.length > 1) {
      const list = found.map(({ id, text }) => `${id} (${text})`).join(', ');
      throw new UsageError(`"${wanted.trim()}" matches ${found.length} facts: ${list}; name one by its id`);
    }
    await this.#remove(store, found, signal);
    return found;
  }

  /** Removes every fact. */
  async forgetAll(principal: Principal, signal: AbortSignal): Promise<readonly Fact[]> {
    const store = await this.#existing(principal, signal);
    if (store === undefined) return [];
    const all = await this.#all(store, signal);
    await this.#remove(store, all, signal);
    return all;
  }

  async dispose(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const store of await Promise.allSettled(open)) if (store.status === 'fulfilled') await store.value.close();
  }

  async #add(store: KnowledgeStore, source: KnowledgeSource, signal: AbortSignal): Promise<string | undefined> {
    try {
      await store.add([source], signal);
      return undefined;
    } catch (error) {
      // No model can be reached: the fact is kept all the same. Faults of the store itself are not such errors.
      const isOfTheModel = isWoosterError(error) && (error.row.mayFallBack !== 'never' || error.code === 'E_NO_ROUTE');
      if (!isOfTheModel) throw error;
      await store.add([source], signal, { isTextOnly: true });
      return `it is kept, and found by its words until the embedding model can be reached (${error.code} ${error.message})`;
    }
  }

  async #remove(store: KnowledgeStore, facts: readonly Fact[], signal: AbortSignal): Promise<void> {
    await store.remove(
      facts.map(({ id }) => pathOf(id)),
      signal,
    );
    const texts = facts.map(({ text }) => embeddingTextOf({ text, headings: [] }));
    // Without embeddings there is no cache that could hold them.
    const embeddings = await store.embeddings(signal).catch(() => undefined);
    embeddings?.forget(texts);
  }

  /** Newest first; only those that are asked for are read. */
  async #all(store: KnowledgeStore, signal: AbortSignal, limit?: number): Promise<readonly Fact[]> {
    const sources = (await store.sources(signal)).toSorted((left, right) => right.modifiedAt - left.modifiedAt);
    const read = await Promise.all(sources.slice(0, limit).map(({ path }) => store.read(path, signal)));
    return read.flatMap((source) =>
      source === undefined
        ? []
        : [{ id: idOf(source.path), text: source.chunks[0]?.text ?? '', rememberedAt: source.modifiedAt }],
    );
  }

  async #existing(principal: Principal, signal: AbortSignal): Promise<KnowledgeStore | undefined> {
    const names = await this.#stores().list('userProfile');
    return names.includes(nameOf(principal)) ? this.#storeOf(principal, signal, false) : undefined;
  }

  #storeOf(principal: Principal, signal: AbortSignal, create: boolean): Promise<KnowledgeStore> {
    const name = nameOf(principal);
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const opening = this.#stores().open('userProfile', name, signal, { create });
    this.#open.set(name, opening);
    opening.catch(() => this.#open.delete(name));
    return opening;
  }
}

function nameOf({ id, kind }: Principal): string {
  return kind === 'local' ? 'default' : id;
}

/** By id, else by all words; a fact that is the very text wins over those that only hold its words. */
function matching(facts: readonly Fact[], wanted: string): readonly Fact[] {
  const asked = wanted.trim().toLowerCase();
  const byId = facts.filter(({ id }) => id === asked);
  if (byId.length > 0) return byId;
  const same = facts.filter(({ text }) => text.toLowerCase() === asked);
  if (same.length > 0) return same;
  const words = wordsOf(asked);
  if (words.length === 0) return [];
  return facts.filter(({ text }) => {
    const held = new Set(wordsOf(text));
    return words.every((word) => held.has(word));
  });
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
