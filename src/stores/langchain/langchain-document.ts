import type { KnowledgeChunk, KnowledgePassage } from '../../contracts/knowledge/knowledge-source.ts';

/** A document of LangChain as its folders hold it: a plain object. */
export interface PlainDocument {
  readonly pageContent: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Key of the metadata under which offsets and headings travel, so that what comes back is what went out. */
const OWN_KEY = 'wooster';

/** What a passage keeps under `OWN_KEY`. */
interface OwnMetadata {
  readonly ordinal: number;
  readonly from: number;
  readonly to: number;
  readonly headings: readonly string[];
  readonly mediaType: string;
  readonly modifiedAt: number;
}

/** What a document says of where it is from. */
export interface DocumentPlace {
  readonly path: string | undefined;
  readonly mediaType: string | undefined;
  readonly modifiedAt: number | undefined;
  readonly ordinal: number | undefined;
  readonly chunk: Omit<KnowledgeChunk, 'ordinal'>;
}

/**
 * A passage as a LangChain document: `source`, `loc` (lines and page, as LangChain's loaders write them), what came with
 * it, and under `wooster` what is needed to take it back.
 */
export function toDocument({
  path,
  mediaType,
  modifiedAt,
  chunk,
}: Pick<KnowledgePassage, 'path' | 'mediaType' | 'modifiedAt' | 'chunk'>): PlainDocument {
  const { ordinal, text, from, to, headings, line, page, metadata } = chunk;
  const own: OwnMetadata = { ordinal, from, to, headings, mediaType, modifiedAt };
  const loc = {
    ...(line !== undefined && { lines: { from: line, to: line + text.split('\n').length - 1 } }),
    ...(page !== undefined && { pageNumber: page }),
  };
  return {
    pageContent: text,
    metadata: { ...metadata, source: path, ...(Object.keys(loc).length > 0 && { loc }), [OWN_KEY]: own },
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}

function natural(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A path without drive, leading slash or steps upwards: it names a document, and is never opened. */
function toPath(source: unknown): string | undefined {
  if (typeof source !== 'string') return undefined;
  const parts = source.replace(/^[A-Za-z]:/, '').split(/[\\/]+/);
  const path = parts.filter((part) => part !== '' && part !== '.' && part !== '..').join('/');
  return path === '' ? undefined : path;
}

/** Reads where a document is from; whatever else its metadata says is kept as it is. */
export function placeOf({ pageContent, metadata }: PlainDocument): DocumentPlace {
  const own = recordOf(metadata[OWN_KEY]);
  const loc = recordOf(metadata['loc']);
  const line = positive(recordOf(loc['lines'])['from']);
  const page = positive(loc['pageNumber']);
  const { headings: written } = own;
  const headings = Array.isArray(written) ? written.filter((each) => typeof each === 'string') : [];
  const from = natural(own['from']) ?? 0;
  const rest = Object.entries(metadata).filter(([key]) => key !== OWN_KEY && key !== 'source' && key !== 'loc');
  return {
    path: toPath(metadata['source']),
    mediaType: typeof own['mediaType'] === 'string' ? own['mediaType'] : undefined,
    modifiedAt: natural(own['modifiedAt']),
    ordinal: natural(own['ordinal']),
    chunk: {
      text: pageContent,
      from,
      to: natural(own['to']) ?? from + pageContent.length,
      headings,
      ...(line !== undefined && { line }),
      ...(page !== undefined && { page }),
      ...(rest.length > 0 && { metadata: Object.fromEntries(rest) }),
    },
  };
}
