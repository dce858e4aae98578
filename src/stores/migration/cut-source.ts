import type { KnowledgeChunk } from '../../contracts/knowledge/knowledge-source.ts';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import type { SpaceBoundEmbeddings } from '../../contracts/models/embedding-model.ts';
import { embeddingTextOf } from '../../kernel/embedding-text.ts';
import type { CutSource } from '../link/calls/migration-calls.ts';
import type { CutPassage } from '../store-environment.ts';
import type { MigrationPorts } from './target-embeddings.ts';

/** Counts at a time. */
const COUNTED_AT_ONCE = 512;

interface Cutting {
  readonly embeddings: SpaceBoundEmbeddings;
  readonly cut: CutPassage;
  readonly signal: AbortSignal;
}

async function countAll(chunks: readonly KnowledgeChunk[], { embeddings, signal }: Cutting): Promise<number[]> {
  const counts: number[] = [];
  for (let at = 0; at < chunks.length; at += COUNTED_AT_ONCE) {
    const texts = chunks.slice(at, at + COUNTED_AT_ONCE).map((chunk) => embeddingTextOf(chunk).toWellFormed());
    counts.push(...(await embeddings.countTokens(texts, signal)).counts);
  }
  return counts;
}

/** The passages of a source, those cut further that are longer than the model reads. */
async function cutChunks(source: CutSource, cutting: Cutting): Promise<readonly KnowledgeChunk[]> {
  const { embeddings, cut, signal } = cutting;
  const maxTokens = embeddings.limits.tokensPerInput;
  const limits = { maxTokens, overlapTokens: Math.min(source.splitting.overlapTokens, Math.floor(maxTokens / 10)) };
  const counts = await countAll(source.chunks, cutting);
  const cuts: KnowledgeChunk[] = [];
  for (const [at, chunk] of source.chunks.entries()) {
    if (counts[at]! <= maxTokens) cuts.push(chunk);
    else cuts.push(...(await cut(chunk, limits, (texts) => embeddings.countTokens(texts, signal))));
  }
  return cuts.map((chunk, ordinal) => ({ ...chunk, ordinal }));
}

/** The cutter of a store. E_MIGRATION where it has none, so that what is too long cannot be moved. */
function requireCutter({ environment, location }: MigrationPorts, { space, limits }: SpaceBoundEmbeddings): CutPassage {
  if (environment.cut !== undefined) return environment.cut;
  const message = `the store at ${location} has passages longer than the ${limits.tokensPerInput} tokens that ${space.name} reads, and nothing that cuts them: choose a model that reads more`;
  throw new StoreError('E_MIGRATION', message, { location });
}

/** Cuts a passage as it would be cut for the model; for plans. */
export async function piecesOf(chunk: KnowledgeChunk, cutting: Cutting): Promise<readonly KnowledgeChunk[]> {
  const source = { path: '', fingerprint: '', chunks: [chunk] };
  const splitting = { tokenizer: '', maxTokens: 0, overlapTokens: Number.MAX_SAFE_INTEGER, version: 0 };
  return cutChunks({ ...source, splitting }, cutting);
}

/** Cuts the sources that have passages of these texts for the target and parks them. */
export async function parkSources(
  ports: MigrationPorts,
  to: { readonly migration: number; readonly embeddings: SpaceBoundEmbeddings; readonly signal: AbortSignal },
  hashes: readonly string[],
): Promise<void> {
  const { link, inTurn } = ports;
  const { migration, embeddings, signal } = to;
  const cutting = { embeddings, cut: requireCutter(ports, embeddings), signal };
  for (const source of await link.call('sourcesOfTexts', { hashes }, signal)) {
    const chunks = await cutChunks(source, cutting);
    const { splitting } = source;
    const maxTokens = Math.min(splitting.maxTokens, embeddings.limits.tokensPerInput);
    const input = {
      migration,
      source: { ...source, chunks },
      splitting: { ...splitting, tokenizer: embeddings.space.name, maxTokens },
    };
    await inTurn('cutting passages for another model', signal, () =>
      link.call('parkSource', input, signal, { isAwaited: true }),
    );
  }
}
