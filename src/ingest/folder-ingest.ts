import { CancelledError, InputRejectedError } from '../contracts/errors/host-errors.ts';
import { isWoosterError, WoosterError } from '../contracts/errors/wooster-error.ts';
import type { StoredSource } from '../contracts/knowledge/knowledge-source.ts';
import { systemClock } from '../kernel/clock.ts';
import { discoverFiles, type Discovery } from './discover/discover-files.ts';
import { LeftOutTally } from './discover/left-out-tally.ts';
import { pathFilterOf, type PathFilter } from './discover/path-filter.ts';
import type { IngestOptions } from './ingest-options.ts';
import { planFiles, splittingFor } from './ingest-plan.ts';
import type { IngestReport, LeftOut } from './ingest-report.ts';
import { IngestRun } from './ingest-run.ts';
import { isBinaryName } from './read/binary-kinds.ts';
import type { CountTokens } from './read/document-job.ts';
import { DocumentReader } from './read/document-reader.ts';
import { estimateTokens } from './split/count-texts.ts';

const MAX_TEXT_BYTES = 10 * 1024 * 1024;
const MAX_BINARY_BYTES = 64 * 1024 * 1024;
const REMOVED_AT_ONCE = 100;

/** An ingest of a folder whose links are resolved; the store is held by the caller. */
export class FolderIngest {
  readonly #options: IngestOptions;
  readonly #root: string;
  readonly #filter: PathFilter;
  readonly #leftOut = new LeftOutTally();
  readonly #reader: DocumentReader;

  constructor(options: IngestOptions, root: string) {
    this.#options = options;
    this.#root = root;
    this.#filter = pathFilterOf(options.include ?? [], options.exclude ?? []);
    this.#reader = new DocumentReader(options.loaders);
  }

  async run(): Promise<IngestReport> {
    const { store, signal, clock = systemClock } = this.#options;
    const startedAt = clock.now();
    const begin = clock.monotonic();
    const discovery = await this.#discover();
    const stored = await store.sources(signal);
    const embeddings = await store.embeddings(signal);
    const splitting = splittingFor(embeddings, stored);
    const countTokens: CountTokens =
      embeddings === undefined ? estimateTokens : embeddings.countTokens.bind(embeddings);
    const { vanished, kept } = this.#vanished(stored, discovery);
    const facts = {
      root: this.#root,
      splitting,
      countTokens,
      leftOut: this.#leftOut,
      vanished: new Set(vanished.map(({ sha256 }) => sha256)),
      maxBytesOf: (path: string) => this.#maxBytesOf(path),
    };
    const run = new IngestRun(this.#options, facts, this.#reader);
    const plan = planFiles(discovery.files, { stored, splitting, ingestedAt: this.#options.ingestedAt });
    const removals = await this.#apply(run, plan, vanished);
    const seconds = (clock.monotonic() - begin) / 1000;
    const notices = noticesOf(kept, this.#leftOut.list());
    return { ...this.#figures(run, discovery), removals, removed: removals.length, notices, startedAt, seconds };
  }

  async #discover(): Promise<Discovery> {
    const { onProgress, folder, signal } = this.#options;
    onProgress?.({ phase: 'discover', filesDone: 0, filesTotal: 0, textsEmbedded: 0 });
    const discovery = await discoverFiles({
      root: this.#root,
      filter: this.#filter,
      leftOut: this.#leftOut,
      signal,
      refuse: (file) => {
        if (file.bytes === 0) return { reason: 'empty' };
        if (this.#reader.loaderOf(file.path).isBinary !== true && isBinaryName(file.path)) return { reason: 'binary' };
        if (file.bytes > this.#maxBytesOf(file.path)) return { reason: 'too large', note: ` (${file.bytes} bytes)` };
        return undefined;
      },
    });
    if (discovery.files.length > 0) return discovery;
    // Also when the store has plenty: a drive that is not mounted looks like a folder that was emptied.
    const left = this.#leftOut.list().map(({ reason, count }) => `${reason}: ${count}`);
    const broken = discovery.broken.map(({ path, message }) => `${path}: ${message}`);
    const why = [...left, ...broken].join(', ');
    throw new InputRejectedError(
      `${folder}: there is nothing to read here${why === '' ? '; it is empty' : ` (${why})`}`,
    );
  }

  /**
   * Stored sources that are gone from the folder. What this run could not see is kept: what lies in a folder that
   * could not be read, and what its globs leave out, since they may differ from those of the last run.
   */
  #vanished(stored: readonly StoredSource[], { files, broken }: Discovery): { vanished: StoredSource[]; kept: number } {
    const seen = new Set(files.map(({ path }) => path));
    const missing = stored.filter(({ path }) => !seen.has(path));
    const isUnseen = (path: string): boolean =>
      broken.some((fault) => fault.path === path || (fault.path.endsWith('/') && path.startsWith(fault.path))) ||
      this.#filter.verdict(path) !== undefined;
    const vanished = missing.filter(({ path }) => !isUnseen(path));
    return { vanished, kept: missing.length - vanished.length };
  }

  /** New texts are written before old ones are removed, so that a file that was moved keeps its vectors. */
  async #apply(
    run: IngestRun,
    plan: ReturnType<typeof planFiles>,
    vanished: readonly StoredSource[],
  ): Promise<readonly string[]> {
    const { store, signal, dryRun, onProgress } = this.#options;
    try {
      await run.run(plan);
      const removals = [...vanished.map(({ path }) => path), ...run.emptied];
      if (dryRun === true) return removals;
      for (let from = 0; from < removals.length; from += REMOVED_AT_ONCE) {
        const counts = { filesDone: plan.length, filesTotal: plan.length, textsEmbedded: run.embedded };
        onProgress?.({ phase: 'remove', ...counts });
        await store.remove(removals.slice(from, from + REMOVED_AT_ONCE), signal);
      }
      return removals;
    } catch (error) {
      throw dryRun === true ? error : this.#explain(error, run, plan.length);
    } finally {
      await this.#reader.dispose();
    }
  }

  /** Says what of an interrupted run is kept and how to go on. */
  #explain(error: unknown, run: IngestRun, total: number): unknown {
    const isCancelled = this.#options.signal.aborted;
    if (!isCancelled && !isWoosterError(error)) return error;
    const stored = run.changes.length + run.unchanged;
    const kept = `${stored} of ${total} files are in the store and stay there; run the same command again to go on`;
    const details = { filesStored: stored, filesTotal: total };
    if (isCancelled) return new CancelledError(`stopped: ${kept}`, { cause: error, details });
    const failure = error as WoosterError;
    const message = `${failure.message.replace(/[.;]$/, '')}; ${kept}`;
    return new WoosterError(failure.row, message, { cause: failure, details: { ...failure.details, ...details } });
  }

  #maxBytesOf(path: string): number {
    const isBinary = this.#reader.loaderOf(path).isBinary === true;
    return this.#options.maxFileBytes ?? (isBinary ? MAX_BINARY_BYTES : MAX_TEXT_BYTES);
  }

  #figures(
    run: IngestRun,
    discovery: Discovery,
  ): Omit<IngestReport, 'removals' | 'removed' | 'notices' | 'startedAt' | 'seconds'> {
    const { changes, unchanged, embedded, reused, filesRead, bytes } = run;
    const of = (kind: string): number => changes.filter((change) => change.kind === kind).length;
    return {
      folder: this.#root,
      isDryRun: this.#options.dryRun === true,
      files: changes.length + unchanged,
      added: of('added'),
      changed: of('changed'),
      moved: of('moved'),
      unchanged,
      leftOut: this.#leftOut.list(),
      broken: [...discovery.broken, ...run.broken],
      changes,
      chunks: changes.reduce((sum, { chunks }) => sum + chunks, 0),
      tokens: changes.reduce((sum, { tokens }) => sum + tokens, 0),
      embedded,
      reused,
      filesRead,
      bytes,
    };
  }
}

function noticesOf(kept: number, leftOut: readonly LeftOut[]): string[] {
  const outside = leftOut.find(({ reason }) => reason === 'link out of the folder');
  return [
    ...(kept === 0
      ? []
      : [
          `${kept} stored files were not looked at (outside of the globs, or in a folder that cannot be read) and are kept`,
        ]),
    ...(outside === undefined ? [] : [`${outside.count} links lead out of the folder and were not followed`]),
  ];
}
