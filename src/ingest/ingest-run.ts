import { CancelledError } from '../contracts/errors/host-errors.ts';
import { isWoosterError } from '../contracts/errors/wooster-error.ts';
import type { KnowledgeSource, Splitting } from '../contracts/knowledge/knowledge-source.ts';
import type { LeftOutTally } from './discover/left-out-tally.ts';
import type { IngestOptions } from './ingest-options.ts';
import { halve, MAX_HALVINGS, type PlannedFile } from './ingest-plan.ts';
import type { BrokenFile, FileChange } from './ingest-report.ts';
import { ProgressMeter } from './progress-meter.ts';
import type { CountTokens, DocumentOutcome } from './read/document-job.ts';
import type { DocumentReader } from './read/document-reader.ts';
import { SourceWriter } from './source-writer.ts';

/** For any file, and for each MiB of it: a book of a thousand pages takes longer than a page. */
const FILE_LIMIT_MS = 30_000;
const LIMIT_A_MEBIBYTE_MS = 1000;

/** What a run works with, besides what was asked for. */
interface RunFacts {
  /** Absolute, links resolved. */
  readonly root: string;
  readonly splitting: Splitting;
  readonly countTokens: CountTokens;
  readonly leftOut: LeftOutTally;
  /** Digests of stored sources whose path is gone. */
  readonly vanished: ReadonlySet<string>;
  readonly maxBytesOf: (path: string) => number;
}

/** Reads and writes the planned files; its fields are the figures of the report, right at any moment. */
export class IngestRun {
  readonly changes: FileChange[] = [];
  readonly broken: BrokenFile[] = [];
  /** Stored paths whose file has no text any more. */
  readonly emptied: string[] = [];
  unchanged = 0;
  embedded = 0;
  reused = 0;
  filesRead = 0;
  bytes = 0;
  readonly #options: IngestOptions;
  readonly #facts: RunFacts;
  readonly #reader: DocumentReader;
  readonly #planned = new Map<string, PlannedFile>();
  readonly #tokens = new Map<string, number>();
  #meter: ProgressMeter | undefined;

  constructor(options: IngestOptions, facts: RunFacts, reader: DocumentReader) {
    this.#options = options;
    this.#facts = facts;
    this.#reader = reader;
  }

  /** Throws what the store or the counting of tokens throws; what was written by then stays. */
  async run(plan: readonly PlannedFile[]): Promise<void> {
    const { store, signal } = this.#options;
    const events = {
      onWritten: (window: { sources: readonly KnowledgeSource[]; embedded: number; reused: number }) => {
        this.#count(window);
        for (const source of window.sources) this.#record(source);
      },
      onRefused: (source: KnowledgeSource, error: Error) => this.#writeSmaller(source, error),
    };
    const writer = new SourceWriter(store, events, signal);
    const open = plan.filter(({ isUnchanged }) => !isUnchanged);
    this.unchanged = plan.length - open.length;
    this.#meter = new ProgressMeter(this.#options, { plan, open });
    try {
      for (const planned of open) await this.#take(planned, writer);
      await writer.flush();
    } catch (error) {
      await writer.abandon();
      throw error;
    }
    this.#meter.finish();
  }

  async #take(planned: PlannedFile, writer: SourceWriter): Promise<void> {
    const { file } = planned;
    this.#meter?.reading(file.path);
    const outcome = await this.#read(planned, this.#facts.splitting.maxTokens);
    this.filesRead += 1;
    this.bytes += file.bytes;
    if (outcome.kind === 'read') {
      this.#planned.set(file.path, planned);
      this.#tokens.set(file.path, outcome.tokens);
      if (this.#options.dryRun === true) this.#record(outcome.source);
      else await writer.add(outcome.source);
    } else if (outcome.kind === 'broken') this.#break(planned, outcome);
    else {
      if (outcome.kind === 'unchanged') this.unchanged += 1;
      else {
        this.#facts.leftOut.add(outcome.reason, file.path);
        if (planned.stored !== undefined) this.emptied.push(file.path);
      }
      this.#meter?.done(file.bytes);
    }
  }

  #count({ embedded, reused }: { readonly embedded: number; readonly reused: number }): void {
    this.embedded += embedded;
    this.reused += reused;
    this.#meter?.embedded(embedded);
  }

  #read({ file, knownSha256 }: PlannedFile, maxTokens: number): Promise<DocumentOutcome> {
    const { signal, fileLimitMs = FILE_LIMIT_MS + (file.bytes / 2 ** 20) * LIMIT_A_MEBIBYTE_MS } = this.#options;
    if (signal.aborted) throw new CancelledError();
    const { root, splitting, countTokens, maxBytesOf } = this.#facts;
    const { path, modifiedAt } = file;
    const job = { root, path, modifiedAt, maxBytes: maxBytesOf(path), splitting, maxTokens, knownSha256 };
    return this.#reader.read(job, { countTokens, signal, limitMs: fileLimitMs });
  }

  /** A count that was only an estimate let a passage grow too long for the model: the file is cut smaller. */
  async #writeSmaller(source: KnowledgeSource, refusal: Error): Promise<void> {
    let error = refusal;
    const planned = this.#planned.get(source.path)!;
    for (let halvings = 1; halvings <= MAX_HALVINGS && isTooLong(error); halvings += 1) {
      const maxTokens = halve(this.#facts.splitting.maxTokens, halvings);
      const outcome = await this.#read({ ...planned, knownSha256: undefined }, maxTokens);
      if (outcome.kind !== 'read') break;
      try {
        this.#count(await this.#options.store.add([outcome.source], this.#options.signal));
        this.#tokens.set(source.path, outcome.tokens);
        this.#record(outcome.source);
        return;
      } catch (failure) {
        if (!isTooLong(failure)) throw failure;
        error = failure as Error;
      }
    }
    this.#break(planned, { code: isWoosterError(error) ? error.code : 'E_INPUT', message: error.message });
  }

  #break({ file: { path, bytes } }: PlannedFile, fault: { readonly code: string; readonly message: string }): void {
    this.#meter?.done(bytes);
    this.broken.push({ path, code: fault.code, message: fault.message });
    this.#options.log?.warn('a file could not be ingested', { path, code: fault.code, message: fault.message });
  }

  #record(source: KnowledgeSource): void {
    const { path, sha256, chunks } = source;
    const isStored = this.#planned.get(path)?.stored !== undefined;
    const kindOfNew = this.#facts.vanished.has(sha256) ? 'moved' : 'added';
    const tokens = this.#tokens.get(path) ?? 0;
    this.changes.push({ path, kind: isStored ? 'changed' : kindOfNew, chunks: chunks.length, tokens });
    this.#meter?.done(source.bytes);
    this.#planned.delete(path);
    this.#tokens.delete(path);
  }
}

function isTooLong(error: unknown): boolean {
  return isWoosterError(error) && error.code === 'E_CONTEXT';
}
