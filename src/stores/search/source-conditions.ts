import type { KnowledgeFilter } from '../../contracts/knowledge/knowledge-source.ts';

/** Conditions on the table `sources` as SQL, and the values of its question marks. */
interface SourceConditions {
  /** Empty when everything is allowed. */
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

function mediaTypeCondition(mediaTypes: readonly string[]): SourceConditions {
  // No kind at all allows nothing.
  if (mediaTypes.length === 0) return { sql: '0', values: [] };
  const parts = mediaTypes.map((type) =>
    type.endsWith('/*')
      ? { sql: 'substr(sources.media_type, 1, length(?)) = ?', values: [type.slice(0, -1), type.slice(0, -1)] }
      : { sql: 'sources.media_type = ?', values: [type] },
  );
  return { sql: `(${parts.map(({ sql }) => sql).join(' OR ')})`, values: parts.flatMap(({ values }) => values) };
}

/** A filter as conditions of SQL; nothing of the filter is ever part of the statement's text. */
export function sourceConditions(filter: KnowledgeFilter = {}): SourceConditions {
  const parts: SourceConditions[] = [];
  const { pathPrefix, mediaTypes, modifiedAfter, modifiedBefore } = filter;
  if (pathPrefix !== undefined && pathPrefix !== '') {
    parts.push({ sql: 'substr(sources.path, 1, length(?)) = ?', values: [pathPrefix, pathPrefix] });
  }
  if (mediaTypes !== undefined) parts.push(mediaTypeCondition(mediaTypes));
  if (modifiedAfter !== undefined) parts.push({ sql: 'sources.modified_at > ?', values: [modifiedAfter] });
  if (modifiedBefore !== undefined) parts.push({ sql: 'sources.modified_at < ?', values: [modifiedBefore] });
  return { sql: parts.map(({ sql }) => sql).join(' AND '), values: parts.flatMap(({ values }) => values) };
}
