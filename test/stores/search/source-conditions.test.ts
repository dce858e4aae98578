import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { KnowledgeFilter } from '../../../src/index.ts';
import { sourceConditions } from '../../../src/stores/search/source-conditions.ts';

interface Row {
  readonly path: string;
  readonly mediaType: string;
  readonly modifiedAt: number;
}

const ROWS: readonly Row[] = ['docs/a.md', 'docs/b_c.md', 'docs', 'src/%.ts', "it's", 'été/1'].flatMap((path, at) => [
  { path, mediaType: at % 2 === 0 ? 'text/markdown' : 'application/pdf', modifiedAt: at * 10 },
  { path: `${path}x`, mediaType: 'textual/plain', modifiedAt: at * 10 + 5 },
]);

let database: DatabaseSync;

beforeAll(() => {
  database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE sources (path TEXT, media_type TEXT, modified_at REAL)');
  const insert = database.prepare('INSERT INTO sources VALUES (?, ?, ?)');
  for (const { path, mediaType, modifiedAt } of ROWS) insert.run(path, mediaType, modifiedAt);
});

afterAll(() => database.close());

function isAllowed(row: Row, { pathPrefix, mediaTypes, modifiedAfter, modifiedBefore }: KnowledgeFilter): boolean {
  const isOfType = (type: string): boolean =>
    type.endsWith('/*') ? row.mediaType.startsWith(type.slice(0, -1)) : row.mediaType === type;
  return (
    row.path.startsWith(pathPrefix ?? '') &&
    (mediaTypes?.some(isOfType) ?? true) &&
    row.modifiedAt > (modifiedAfter ?? -1) &&
    row.modifiedAt < (modifiedBefore ?? 1_000)
  );
}

function maybe<T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(values, { nil: undefined });
}

test('a filter as SQL allows what the filter says, and nothing of it is syntax', () => {
  const filter: fc.Arbitrary<KnowledgeFilter> = fc.record({
    pathPrefix: maybe(fc.oneof(fc.constantFrom('docs', 'docs/', '%', '_', "'", 'src/%', 'été', ''), fc.string())),
    mediaTypes: maybe(
      fc.array(fc.constantFrom('text/markdown', 'text/*', 'application/*', '*/*', "x'--"), { maxLength: 2 }),
    ),
    modifiedAfter: maybe(fc.nat({ max: 70 })),
    modifiedBefore: maybe(fc.nat({ max: 70 })),
  });
  fc.assert(
    fc.property(filter, (each) => {
      const { sql, values } = sourceConditions(each);
      const rows = database.prepare(`SELECT path FROM sources ${sql === '' ? '' : `WHERE ${sql}`}`).all(...values);
      const expected = ROWS.filter((row) => isAllowed(row, each)).map(({ path }) => path);
      expect(rows.map((row) => row['path'])).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
