import { createHash } from 'node:crypto';
import type { KnowledgeSource } from '../../../src/index.ts';

/** What differs between sources of tests. */
export interface SourceOptions {
  readonly mediaType?: string;
  readonly modifiedAt?: number;
  readonly headings?: readonly string[];
}

/** A source whose passages lie one after another in its text, one line each. */
export function sourceOf(path: string, texts: readonly string[], options: SourceOptions = {}): KnowledgeSource {
  const { mediaType = 'text/markdown', modifiedAt = 1_700_000_000_000, headings = [] } = options;
  let from = 0;
  const chunks = texts.map((text, ordinal) => {
    const chunk = { ordinal, text, from, to: from + text.length, headings, line: ordinal + 1 };
    from = chunk.to + 1;
    return chunk;
  });
  const content = texts.join('\n');
  return {
    path,
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: Buffer.byteLength(content),
    mediaType,
    modifiedAt,
    splitting: { tokenizer: 'double', maxTokens: 256, overlapTokens: 0, version: 1 },
    chunks,
  };
}
