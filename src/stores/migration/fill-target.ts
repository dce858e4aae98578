import type { MigrateOptions } from '../../contracts/knowledge/migration.ts';
import { ContextTooLongError } from '../../contracts/errors/provider-errors.ts';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import type { SpaceBoundEmbeddings } from '../../contracts/models/embedding-model.ts';
import { flatten, windowSize } from '../add-sources.ts';
import type { OpenMigration, UnfilledTexts } from '../link/calls/migration-calls.ts';
import { parkSources } from './cut-source.ts';
import { measureTexts } from './find-too-long.ts';
import { mendingCommand } from '../spaces/mending-command.ts';
import type { MigrationPorts } from './target-embeddings.ts';
import { Pace, throughRateLimits, untilFree } from './wait-for.ts';

const TASK = 'migrating to another embedding model';

/** Vectors that one transaction cuts. */
const CUT_AT_ONCE = 2_048;

/** Sources whose splitting one transaction parks. */
const PARKED_AT_ONCE = 256;

/** A filled window. */
type Window = UnfilledTexts & { readonly last: number };

/** Fills the target of a migration, window after window; goes on wherever an earlier one ended. */
export class TargetFill {
  readonly #ports: MigrationPorts;
  readonly #migration: OpenMigration;
  readonly #embeddings: SpaceBoundEmbeddings;
  readonly #options: MigrateOptions;
  readonly #pace: Pace | undefined;
  /** Counted when all is gone through anew, and carried on in between. */
  #counted = { needed: 0, done: 0 };
  #isSame = false;
  embedded = 0;

  constructor(
    ports: MigrationPorts,
    migration: OpenMigration,
    { embeddings, options }: { readonly embeddings: SpaceBoundEmbeddings; readonly options: MigrateOptions },
  ) {
    this.#ports = ports;
    this.#migration = migration;
    this.#embeddings = embeddings;
    this.#options = options;
    this.#pace = options.textsPerSecond === undefined ? undefined : new Pace(options.textsPerSecond);
  }

  /** Fills until nothing is missing; false where another process has switched meanwhile. E_MIGRATION where it was paused. */
  async run(): Promise<boolean> {
    await this.#cut();
    for (let after = 0; ;) {
      const window = await this.#window(after);
      if (window.state === 'switched') return false;
      this.#requireFilling(window.state);
      if (window.texts.length === 0 && after === 0) break;
      // What came meanwhile may have got the number of a text that was removed.
      after = window.texts.length === 0 ? 0 : window.last;
      if (window.texts.length > 0) await this.#fill(window);
    }
    await this.#park();
    return true;
  }

  async #window(after: number): Promise<Window> {
    const { textsPerSecond = Infinity } = this.#options;
    const limit = Math.max(1, Math.min(windowSize(this.#embeddings), Math.floor(textsPerSecond)));
    const { space } = this.#embeddings;
    const window = await this.#ports.link.call('unfilledTexts', { space, after, limit }, this.#options.signal);
    if (after === 0) this.#counted = { needed: window.needed, done: window.done };
    return { ...window, ...this.#counted };
  }

  async #fill(window: Window): Promise<void> {
    const { signal, onProgress } = this.#options;
    const { tooLong } = await measureTexts(this.#embeddings, window.texts, signal);
    if (tooLong.length > 0) {
      onProgress?.({ phase: 'cut', done: window.done, total: window.needed });
      await this.#park(tooLong.map((at) => window.hashes[at]!));
      const isKept = (_: unknown, at: number): boolean => !tooLong.includes(at);
      const rest = { texts: window.texts.filter(isKept), hashes: window.hashes.filter(isKept) };
      return rest.texts.length === 0 ? undefined : this.#embed({ ...window, ...rest });
    }
    await this.#embed(window);
  }

  async #embed(window: Window): Promise<void> {
    const { signal, onProgress } = this.#options;
    const { space } = this.#embeddings;
    const { link, location, canaries } = this.#ports;
    const model = { embeddings: this.#embeddings, served: space, isFallback: true };
    if (!this.#isSame) await this.#inTurn(() => canaries.requireSame(model, signal));
    this.#isSame = true;
    const vectors = await this.#vectorsOf(window);
    if (vectors === undefined) return;
    const flat = flatten(vectors, space, location);
    const input = { migration: this.#migration.id, hashes: window.hashes, vectors: flat };
    // What is embedded is written also when the person gave up in the meantime.
    await this.#inTurn(() => link.call('fillTarget', input, new AbortController().signal));
    this.embedded += window.hashes.length;
    const done = this.#counted.done + window.hashes.length;
    this.#counted = { ...this.#counted, done };
    onProgress?.({ phase: 'embed', done, total: window.needed });
    await this.#pace?.keep(window.hashes.length, signal);
  }

  /** Undefined where texts turned out to be too long and were cut: they come again. */
  async #vectorsOf({ texts, hashes }: Window): Promise<readonly Float32Array[] | undefined> {
    const { signal } = this.#options;
    try {
      return await throughRateLimits(() => this.#embeddings.embed(texts, { role: 'document', signal }), signal);
    } catch (error) {
      if (!(error instanceof ContextTooLongError)) throw error;
      // Counts that are no exact ones call nothing too long by themselves; here the model has.
      const { counts } = await this.#embeddings.countTokens(texts, signal);
      const tooLong = hashes.filter((_, at) => counts[at]! > this.#embeddings.limits.tokensPerInput);
      if (tooLong.length === 0) throw error;
      await this.#park(tooLong);
      return undefined;
    }
  }

  /** Shortens the vectors there are, where those of the target are of the same model. */
  async #cut(): Promise<void> {
    const { link } = this.#ports;
    const { signal, onProgress } = this.#options;
    const input = { migration: this.#migration.id, limit: CUT_AT_ONCE };
    while (true) {
      const cut = await this.#inTurn(() => link.call('cutVectors', input, signal, { isAwaited: true }));
      if (cut === 0) return;
      this.embedded += cut;
      const { done, needed } = await this.#window(0);
      onProgress?.({ phase: 'embed', done, total: needed });
    }
  }

  /** Parks sources that are cut anew; without texts, how all others are recorded after the switch. */
  async #park(hashes?: readonly string[]): Promise<void> {
    const { id: migration } = this.#migration;
    const { signal } = this.#options;
    const { space, limits } = this.#embeddings;
    if (hashes !== undefined) {
      const ports = { ...this.#ports, inTurn: this.#turns };
      return parkSources(ports, { migration, embeddings: this.#embeddings, signal }, hashes);
    }
    const cut = { tokenizer: space.name, maxTokens: limits.tokensPerInput };
    const input = { migration, ...cut, limit: PARKED_AT_ONCE };
    while (true) {
      const { link } = this.#ports;
      if ((await this.#inTurn(() => link.call('parkSplittings', input, signal, { isAwaited: true }))) === 0) return;
    }
  }

  readonly #turns: MigrationPorts['inTurn'] = (task, signal, work) =>
    untilFree(() => this.#ports.inTurn(task, signal, work), signal);

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#turns(TASK, this.#options.signal, work);
  }

  #requireFilling(state: UnfilledTexts['state']): void {
    if (state === 'filling') return;
    const { location, name } = this.#ports;
    const { to } = this.#migration;
    const again = mendingCommand(this.#ports, 'migrate', ` --to ${to.name}`);
    const what = state === 'paused' ? 'was paused' : 'was ended by another process';
    const message = `the migration of ${name} to ${to.name} ${what}; what was filled is kept: ${again} goes on, ${mendingCommand(this.#ports, 'prune')} drops it (${location})`;
    throw new StoreError('E_MIGRATION', message, { location });
  }
}
