import { hash } from 'node:crypto';
import type { KnowledgeChunk, KnowledgeSource, Splitting } from '../../contracts/knowledge/knowledge-source.ts';

/** The hash under which a text is stored. */
export function textHashOf(text: string): string {
  return hash('sha256', text, 'base64url');
}

/** The id of a passage: of path, ordinal and text, so that it outlives a change of the model. */
export function chunkIdOf(path: string, ordinal: number, textHash: string): string {
  return hash('sha256', JSON.stringify([path, ordinal, textHash]), 'hex').slice(0, 32);
}

/** A passage as the fingerprint sees it: its id stands for its text. */
export type FingerprintChunk = Pick<KnowledgeChunk, 'from' | 'to' | 'headings' | 'line' | 'page' | 'metadata'> & {
  readonly chunkId: string;
};

/** One digest of all that is stored of a source but its dates. */
export function fingerprintOf(
  { sha256, bytes, mediaType, splitting }: Pick<KnowledgeSource, 'sha256' | 'bytes' | 'mediaType' | 'splitting'>,
  chunks: readonly FingerprintChunk[],
): string {
  const { tokenizer, maxTokens, overlapTokens, version } = splitting;
  const cut: Splitting = { tokenizer, maxTokens, overlapTokens, version };
  const places = chunks.map(({ chunkId, from, to, headings, line, page, metadata }) => [
    chunkId,
    from,
    to,
    headings,
    line,
    page,
    metadata,
  ]);
  return hash('sha256', JSON.stringify([sha256, bytes, mediaType, cut, places]), 'base64url');
}
