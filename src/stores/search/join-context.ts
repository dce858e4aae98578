import type { KnowledgeChunk } from '../../contracts/knowledge/knowledge-source.ts';

/** Passages that follow one another as one text; what two of them share is there once. */
export function joinContext(chunks: readonly Pick<KnowledgeChunk, 'text' | 'from' | 'to'>[]): string {
  let text = '';
  let end: number | undefined;
  for (const chunk of chunks) {
    // Offsets may be of a text that was cleaned since: only what is the same is left out.
    const overlap = chunk.text.slice(0, Math.max(0, (end ?? 0) - chunk.from));
    const shared = text.endsWith(overlap) ? overlap.length : 0;
    if (text !== '' && shared === 0 && end !== chunk.from) text += '\n';
    text += chunk.text.slice(shared);
    end = Math.max(end ?? 0, chunk.to);
  }
  return text;
}
