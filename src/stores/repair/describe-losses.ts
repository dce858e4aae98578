import type { EmbeddingPurpose } from '../../contracts/models/embedding-model.ts';
import type { StoreDatabase } from '../database/store-database.ts';

/** Paths that are named one by one. */
const MAX_PATHS = 20;

/** What a repair could not get back. */
interface Losses {
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
  readonly gone: readonly string[];
  readonly incomplete: readonly string[];
  readonly orphans: number;
  readonly found: readonly string[];
  /** Nothing at all could be read. */
  readonly isAllGone: boolean;
}

function listPaths(paths: readonly string[]): string {
  const more = paths.length - MAX_PATHS;
  return `${paths.slice(0, MAX_PATHS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function withoutVector({ prepare }: StoreDatabase): number {
  const sql = `SELECT count(*) AS n FROM texts WHERE NOT EXISTS (SELECT 1 FROM vectors WHERE vectors.text = texts.id)`;
  return prepare(sql).get()?.['n'] as number;
}

/** What could not be got back, with the command that helps, one line each. */
export function describeLosses(database: StoreDatabase, losses: Losses): readonly string[] {
  const { purpose, name, gone, incomplete, orphans, found, isAllGone } = losses;
  const isProject = purpose === 'projects';
  const again = isProject ? `wooster ingest <folder> --project ${name}` : 'wooster remember';
  const migrate = isProject ? `wooster migrate --project ${name}` : 'wooster migrate --user-profile';
  const lines: string[] = [];
  if (isAllGone) lines.push(`nothing of it could be read, fill it again: ${again}`);
  const paths = [...new Set([...gone, ...incomplete])].sort();
  if (paths.length > 0) {
    const what = isProject ? 'files must be ingested again' : 'facts must be told again';
    lines.push(`${paths.length} ${what}: ${listPaths(paths)}: ${again}`);
  }
  if (orphans > 0)
    lines.push(`${orphans} passages are of ${isProject ? 'files' : 'facts'} whose names cannot be read: ${again}`);
  const texts = found.length > 0 ? withoutVector(database) : 0;
  if (texts > 0) lines.push(`${texts} passages are without vector and found by their words only: ${migrate}`);
  return lines;
}
