import type { KnowledgeChunk } from '../contracts/knowledge/knowledge-source.ts';

/**
 * What of a passage is embedded: its heading path, then its text, since a passage under "Install › Windows" often names
 * neither. The counts of tokens that cut passages to size are of this text.
 */
export function embeddingTextOf({ headings, text }: Pick<KnowledgeChunk, 'headings' | 'text'>): string {
  return headings.length === 0 ? text : `${headings.join(' › ')}\n${text}`;
}
