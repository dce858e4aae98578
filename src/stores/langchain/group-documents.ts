import { createHash } from 'node:crypto';
import type { KnowledgeChunk, KnowledgeSource, Splitting } from '../../contracts/knowledge/knowledge-source.ts';
import { placeOf, type DocumentPlace, type PlainDocument } from './langchain-document.ts';

/** Whoever cut the texts did not say how. */
const UNKNOWN_SPLITTING: Splitting = { tokenizer: 'none', maxTokens: 0, overlapTokens: 0, version: 0 };

/** A document and where it is from. */
export interface PlacedDocument<Document extends PlainDocument> extends DocumentPlace {
  readonly document: Document;
}

/**
 * Documents by their `metadata.source`, each source in the order of its passages where they tell one. A document without
 * a source is one by itself, named by `nameOf`.
 */
export function groupBySource<Document extends PlainDocument>(
  documents: readonly Document[],
  nameOf: (document: Document) => string,
): Map<string, PlacedDocument<Document>[]> {
  const sources = new Map<string, PlacedDocument<Document>[]>();
  for (const document of documents) {
    const place = placeOf(document);
    const path = place.path ?? nameOf(document);
    const known = sources.get(path);
    if (known === undefined) sources.set(path, [{ ...place, document }]);
    else known.push({ ...place, document });
  }
  for (const placed of sources.values()) {
    if (placed.every(({ ordinal }) => ordinal !== undefined)) {
      placed.sort((left, right) => left.ordinal! - right.ordinal!);
    }
  }
  return sources;
}

/** A source made of passages; its checksum is of their texts, as there is no file. */
export function sourceOfChunks(
  path: string,
  chunks: readonly Omit<KnowledgeChunk, 'ordinal'>[],
  facts: { readonly mediaType: string | undefined; readonly modifiedAt: number },
): KnowledgeSource {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const { text } of chunks) {
    hash.update(text).update('\0');
    bytes += Buffer.byteLength(text);
  }
  return {
    path,
    sha256: hash.digest('hex'),
    bytes,
    mediaType: facts.mediaType ?? 'text/plain',
    modifiedAt: Math.floor(facts.modifiedAt),
    splitting: UNKNOWN_SPLITTING,
    chunks: chunks.map((chunk, ordinal): KnowledgeChunk => ({ ...chunk, ordinal })),
  };
}

/** The source of documents that were grouped; what they do not tell of it is taken from the first, then from the folder. */
export function sourceOfPlaced(
  path: string,
  placed: readonly PlacedDocument<PlainDocument>[],
  modifiedAt: number,
): KnowledgeSource {
  const [first] = placed;
  const facts = { mediaType: first?.mediaType, modifiedAt: first?.modifiedAt ?? modifiedAt };
  return sourceOfChunks(
    path,
    placed.map(({ chunk }) => chunk),
    facts,
  );
}
