import { CATALOGUE, CATALOGUE_SOURCES, catalogueEntrySchema } from '../../contracts/models/catalogue.ts';
import type { CatalogueEntry, CatalogueSource } from '../../contracts/models/catalogue.ts';
import { PluginError } from '../../contracts/errors/host-errors.ts';
import type { Extensions } from '../../contracts/plugins/extension-point.ts';
import type { Logger } from '../../contracts/plugins/logger.ts';

/** Entries that were looked at, and what is wrong with each; an entry is looked at once. */
const looked = new WeakMap<CatalogueEntry, PluginError | 'sound'>();

function look(entry: CatalogueEntry): PluginError | 'sound' {
  const known = looked.get(entry);
  if (known !== undefined) return known;
  const issue = catalogueEntrySchema.safeParse(entry).error?.issues[0];
  const field = issue?.path.join('.') ?? '';
  const text = `catalogue entry ${entry.id}: ${field === '' ? '' : `${field}: `}${issue?.message}; it is left out until the plugin that contributes it is corrected`;
  const verdict = issue === undefined ? 'sound' : new PluginError(text, { plugin: 'catalogue', phase: 'run' });
  looked.set(entry, verdict);
  return verdict;
}

/** The whole catalogue: what is contributed entry by entry and what sources load. A wrong entry does not enter; the log names it and its field. */
export class ModelCatalogue {
  readonly #extensions: Extensions;
  readonly #log: Logger;
  readonly #loads = new Map<CatalogueSource, Promise<void>>();
  readonly #loaded = new Map<CatalogueSource, readonly CatalogueEntry[]>();
  readonly #told = new Set<string>();

  constructor(extensions: Extensions, log: Logger) {
    this.#extensions = extensions;
    this.#log = log;
  }

  /** Sound entries, those of the settings first. Of two with one id the first counts. */
  entries(): readonly CatalogueEntry[] {
    const sources = this.#extensions.list(CATALOGUE_SOURCES);
    const all = [...this.#extensions.list(CATALOGUE), ...sources.flatMap((source) => this.#loaded.get(source) ?? [])];
    const byId = new Map<string, CatalogueEntry>();
    for (const entry of all) if (this.#isSound(entry) && !byId.has(entry.id)) byId.set(entry.id, entry);
    const sound = [...byId.values()];
    return [...sound.filter(isConfigured), ...sound.filter((entry) => !isConfigured(entry))];
  }

  /** Loads what has not been loaded. A source that fails is logged and leaves its entries out. */
  async ready(): Promise<void> {
    await Promise.all(this.#extensions.list(CATALOGUE_SOURCES).map((source) => this.#load(source)));
  }

  #load(source: CatalogueSource): Promise<void> {
    const begun = this.#loads.get(source) ?? this.#begin(source);
    this.#loads.set(source, begun);
    return begun;
  }

  async #begin(source: CatalogueSource): Promise<void> {
    try {
      this.#loaded.set(source, await source.load());
    } catch (error) {
      // Boundary: without its public facts a model is still a model.
      this.#log.warn('a part of the catalogue could not be loaded', { source: source.id, reason: String(error) });
    }
  }

  #isSound(entry: CatalogueEntry): boolean {
    const verdict = look(entry);
    if (verdict === 'sound') return true;
    if (!this.#told.has(verdict.message)) this.#log.warn(verdict.message, { code: verdict.code });
    this.#told.add(verdict.message);
    return false;
  }
}

function isConfigured(entry: CatalogueEntry): boolean {
  return entry.isConfigured === true;
}

/** The whole catalogue, loaded and checked: for what shows or recommends models that no server lists. */
export async function readCatalogue(extensions: Extensions, log: Logger): Promise<readonly CatalogueEntry[]> {
  const catalogue = new ModelCatalogue(extensions, log);
  await catalogue.ready();
  return catalogue.entries();
}
