import type { Splitting } from '../../../contracts/knowledge/knowledge-source.ts';
import { chunkIdOf, fingerprintOf, textHashOf } from '../../database/source-hashes.ts';
import type { FingerprintChunk } from '../../database/source-hashes.ts';
import type { StoreDatabase } from '../../database/store-database.ts';

/** Rows that are read at once. */
const BATCH_ROWS = 256;

/** What a source is found to be against what is stored of it. */
export interface SourceCheck {
  readonly id: number;
  readonly path: string;
  /** False where the fingerprint, an id of a passage or its places do not fit. */
  readonly isSound: boolean;
  /** True of a source that lost something to an earlier repair: it is read again by the next ingestion. */
  readonly isIncomplete: boolean;
  readonly chunks: number;
  /** Rows of passages whose headings or metadata cannot be read. */
  readonly unreadable: readonly number[];
  /** Passages whose id is another than it must be. */
  readonly renamed: readonly { readonly row: number; readonly chunkId: string }[];
}

/** A source without a hash of its file: set by a repair that could not keep it whole. */
export const INCOMPLETE_SHA256 = '';

function parse(json: unknown): unknown {
  if (typeof json !== 'string') return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The record of a splitting; undefined where it is none. */
export function parseSplitting(record: unknown): Splitting | undefined {
  const value = parse(record) as Partial<Splitting> | null | undefined;
  if (typeof value !== 'object' || value === null || typeof value.tokenizer !== 'string') return undefined;
  const { tokenizer, maxTokens, overlapTokens, version } = value;
  if (typeof maxTokens !== 'number' || typeof overlapTokens !== 'number' || typeof version !== 'number')
    return undefined;
  return { tokenizer, maxTokens, overlapTokens, version };
}

/** Ids of texts that do not have the hash they are stored under, some texts at a time. */
export function* findChangedTexts({ prepare }: StoreDatabase): Generator<readonly number[]> {
  for (let last = Number.MIN_SAFE_INTEGER; ;) {
    const rows = prepare('SELECT id, hash, text FROM texts WHERE id > ? ORDER BY id LIMIT ?').all(last, BATCH_ROWS) as {
      id: number;
      hash: string;
      text: string;
    }[];
    const final = rows.at(-1);
    if (final === undefined) return;
    last = final.id;
    yield rows.filter(({ hash, text }) => textHashOf(text) !== hash).map(({ id }) => id);
  }
}

interface ChunkRow {
  readonly row: number;
  readonly chunk_id: string;
  readonly ordinal: number;
  readonly hash: string;
  readonly headings: string;
  readonly start: number;
  readonly stop: number;
  readonly line: number | null;
  readonly page: number | null;
  readonly metadata: string | null;
}

function toFingerprintChunk(row: ChunkRow, path: string): FingerprintChunk | undefined {
  const headings = parse(row.headings);
  const metadata = row.metadata === null ? null : parse(row.metadata);
  if (!Array.isArray(headings) || headings.some((each) => typeof each !== 'string')) return undefined;
  if (typeof metadata !== 'object') return undefined;
  return {
    chunkId: chunkIdOf(path, row.ordinal, row.hash),
    from: row.start,
    to: row.stop,
    headings: headings as string[],
    ...(row.line !== null && { line: row.line }),
    ...(row.page !== null && { page: row.page }),
    ...(metadata !== null && { metadata: metadata as Record<string, unknown> }),
  };
}

function chunkRows({ prepare }: StoreDatabase, source: number): readonly ChunkRow[] {
  return prepare(
    `SELECT row, chunk_id, ordinal, hash, headings, start, stop, line, page, metadata
     FROM chunks JOIN texts ON texts.id = chunks.text WHERE source = ? ORDER BY ordinal`,
  ).all(source) as unknown as ChunkRow[];
}

interface SourceRow {
  readonly id: number;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly media_type: string;
  readonly record: string;
  readonly fingerprint: string;
}

/** What the fingerprint of a source must be, as its passages stand now; undefined where one of them cannot be read. */
export function reckonFingerprint(database: StoreDatabase, id: number): string | undefined {
  const source = sourceRow(database, id);
  const splitting = parseSplitting(source?.record);
  if (source === undefined || splitting === undefined) return undefined;
  const chunks = chunkRows(database, id).map((row) => toFingerprintChunk(row, source.path));
  if (!chunks.every((chunk) => chunk !== undefined)) return undefined;
  return fingerprintOf({ ...source, mediaType: source.media_type, splitting }, chunks);
}

const SELECT_SOURCE = `SELECT sources.id AS id, path, sha256, bytes, media_type, record, fingerprint
  FROM sources JOIN splittings ON splittings.id = sources.splitting`;

function sourceRow({ prepare }: StoreDatabase, id: number): SourceRow | undefined {
  return prepare(`${SELECT_SOURCE} WHERE sources.id = ?`).get(id) as SourceRow | undefined;
}

function checkSource(database: StoreDatabase, source: SourceRow): SourceCheck {
  const { id, path, fingerprint, sha256 } = source;
  const rows = chunkRows(database, id);
  const unreadable: number[] = [];
  const renamed: { row: number; chunkId: string }[] = [];
  for (const row of rows) {
    const chunk = toFingerprintChunk(row, path);
    if (chunk === undefined) unreadable.push(row.row);
    else if (chunk.chunkId !== row.chunk_id) renamed.push({ row: row.row, chunkId: chunk.chunkId });
  }
  const isSound = unreadable.length === 0 && renamed.length === 0 && reckonFingerprint(database, id) === fingerprint;
  const isIncomplete = sha256 === INCOMPLETE_SHA256;
  return { id, path, isSound, isIncomplete, chunks: rows.length, unreadable, renamed };
}

/** Every source against its passages, a few at a time. */
export function* checkSources(database: StoreDatabase): Generator<readonly SourceCheck[]> {
  for (let last = Number.MIN_SAFE_INTEGER; ;) {
    const sql = `${SELECT_SOURCE} WHERE sources.id > ? ORDER BY sources.id LIMIT 16`;
    const rows = database.prepare(sql).all(last) as unknown as SourceRow[];
    const final = rows.at(-1);
    if (final === undefined) return;
    last = final.id;
    yield rows.map((row) => checkSource(database, row));
  }
}
