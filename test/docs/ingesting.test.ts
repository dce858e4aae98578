import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_RULES, NEVER_READ } from '../../src/ingest/discover/default-rules.ts';

const page = readFileSync(new URL('../../docs/ingesting.md', import.meta.url), 'utf8');

describe('the page about what is read', () => {
  test('names every rule that holds by default', () => {
    expect([...DEFAULT_RULES, ...NEVER_READ].filter((rule) => !page.includes(`\`${rule}\``))).toEqual([]);
  });
});
