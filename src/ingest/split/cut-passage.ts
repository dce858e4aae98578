import type { KnowledgeChunk } from '../../contracts/knowledge/knowledge-source.ts';
import type { CountTexts } from './count-texts.ts';

/**
 * Cuts a passage into smaller ones, as a document of its own: none counts more than `maxTokens` with its headings, and
 * offsets, line, page and metadata are those of the passage. Ordinals begin at 0. Throws what counting throws.
 */
export async function cutPassage(
  chunk: KnowledgeChunk,
  limits: { readonly maxTokens: number; readonly overlapTokens: number },
  count: CountTexts,
): Promise<readonly KnowledgeChunk[]> {
  const { text, headings, line, page, metadata, from, to } = chunk;
  const place = { ...(line !== undefined && { line }), ...(page !== undefined && { page }) };
  // The door is read at every start of the program, and hardly any passage is cut.
  const { splitParts } = await import('./split-parts.ts');
  const { chunks } = await splitParts([{ text, headings, ...place }], limits, count);
  return chunks.map((piece) => ({
    ...piece,
    // A passage of another program may have text that its offsets do not cover.
    from: Math.min(to, from + piece.from),
    to: Math.min(to, from + piece.to),
    ...(metadata !== undefined && { metadata }),
  }));
}
