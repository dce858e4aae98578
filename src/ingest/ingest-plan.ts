import type { Splitting, StoredSource } from '../contracts/knowledge/knowledge-source.ts';
import type { SpaceBoundEmbeddings } from '../contracts/models/embedding-model.ts';
import type { FoundFile } from './discover/discover-files.ts';

/** Version of the rules of cutting; raising it cuts every document anew at the next ingest. */
const SPLITTING_VERSION = 1;
/** Small models see 256 tokens; a passage says one thing. Some room is left where the server only estimates. */
const TARGET_TOKENS = 240;
const OVERLAP_TOKENS = 24;
/** File systems keep times no finer than this: within it a file may change and show the same time. */
const TIME_GRAIN_MS = 2000;
/** How often a document may be cut at half the size before it is given up. */
export const MAX_HALVINGS = 3;

/**
 * How documents are to be cut for a model; without one, by an estimate. While another model stands in for a store's own,
 * documents are cut as those that are there: nothing is to be embedded anew for a time.
 */
export function splittingFor(
  embeddings: SpaceBoundEmbeddings | undefined,
  stored: readonly StoredSource[] = [],
): Splitting {
  const [first] = stored;
  if (embeddings?.isStandIn === true && first !== undefined) return commonSplitting(stored, first.splitting);
  const shared = { overlapTokens: OVERLAP_TOKENS, version: SPLITTING_VERSION };
  if (embeddings === undefined) return { tokenizer: 'none', maxTokens: TARGET_TOKENS, ...shared };
  const maxTokens = Math.min(TARGET_TOKENS, embeddings.limits.tokensPerInput);
  return { tokenizer: embeddings.space.name, maxTokens, ...shared };
}

/** The splitting that most of the sources have. */
function commonSplitting(stored: readonly StoredSource[], first: Splitting): Splitting {
  const counts = new Map<string, { readonly splitting: Splitting; count: number }>();
  for (const { splitting } of stored) {
    const key = JSON.stringify(splitting);
    const known = counts.get(key) ?? { splitting, count: 0 };
    known.count += 1;
    counts.set(key, known);
  }
  const none = { splitting: first, count: 0 };
  return [...counts.values()].reduce((best, each) => (each.count > best.count ? each : best), none).splitting;
}

/** Whether what is stored was cut as it would be now; a document that had to be cut smaller counts too. */
function isCutAlike(stored: Splitting, wanted: Splitting): boolean {
  const sizes = Array.from({ length: MAX_HALVINGS + 1 }, (_, halvings) => halve(wanted.maxTokens, halvings));
  return (
    stored.tokenizer === wanted.tokenizer &&
    stored.version === wanted.version &&
    stored.overlapTokens === wanted.overlapTokens &&
    sizes.includes(stored.maxTokens)
  );
}

/** A size after so many halvings. */
export function halve(tokens: number, halvings: number): number {
  return Math.max(1, Math.floor(tokens / 2 ** halvings));
}

/** What is to be done with a file that was found. */
export interface PlannedFile {
  readonly file: FoundFile;
  readonly stored: StoredSource | undefined;
  /** Known by time and size; it need not be opened. */
  readonly isUnchanged: boolean;
  /** Digest that makes it unchanged once it is read. */
  readonly knownSha256: string | undefined;
}

/** Facts that a plan is made of. */
interface PlanFacts {
  readonly stored: readonly StoredSource[];
  readonly splitting: Splitting;
  /** Start of the last run that finished. */
  readonly ingestedAt: number | undefined;
}

/**
 * Decides which files must be read. Time and size are believed only of a file that nothing has touched since well
 * before the last run began: the system's own time of change cannot be set back by copying tools.
 */
export function planFiles(files: readonly FoundFile[], facts: PlanFacts): readonly PlannedFile[] {
  const byPath = new Map(facts.stored.map((source) => [source.path, source]));
  return files.map((file) => {
    const stored = byPath.get(file.path);
    if (stored === undefined || !isCutAlike(stored.splitting, facts.splitting)) {
      return { file, stored, isUnchanged: false, knownSha256: undefined };
    }
    const isUntouched =
      facts.ingestedAt !== undefined &&
      Math.max(file.touchedAt, file.modifiedAt) < facts.ingestedAt - TIME_GRAIN_MS &&
      stored.bytes === file.bytes &&
      stored.modifiedAt === file.modifiedAt;
    return { file, stored, isUnchanged: isUntouched, knownSha256: stored.sha256 };
  });
}
