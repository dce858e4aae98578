import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { prepare, restore } from '../../scripts/pack.ts';

const ORIGINAL =
  '{ "name":"x",\n  "exports": { ".": "./src/index.ts" },\n  "publishConfig": { "exports": { ".": "./dist/x.js" } } }';

const build = (folder: string): void => {
  mkdirSync(join(folder, 'dist'));
  // The build must see the manifest of the repository: imports of the package's own name go to the sources.
  writeFileSync(join(folder, 'dist', 'seen.json'), readFileSync(join(folder, 'package.json')));
};

function failing(): void {
  throw new Error('types');
}

describe('packing', () => {
  let directory: string;
  let manifest: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'wooster-packing-'));
    manifest = join(directory, 'package.json');
    writeFileSync(manifest, ORIGINAL);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test('gives the manifest its published exports, and back byte for byte', () => {
    prepare(directory, build);
    expect(JSON.parse(readFileSync(manifest, 'utf8'))).toMatchObject({ name: 'x', exports: { '.': './dist/x.js' } });
    expect(readFileSync(join(directory, 'dist', 'seen.json'), 'utf8')).toBe(ORIGINAL);
    restore(directory);
    expect(readFileSync(manifest, 'utf8')).toBe(ORIGINAL);
    expect([existsSync(join(directory, 'dist')), existsSync(join(directory, 'package.source.json'))]).toEqual([
      false,
      false,
    ]);
  });

  test('a run that was interrupted is healed by the next one', () => {
    prepare(directory, build);
    prepare(directory, build);
    restore(directory);
    restore(directory);
    expect(readFileSync(manifest, 'utf8')).toBe(ORIGINAL);
  });

  test('a build that fails leaves the manifest alone', () => {
    expect(() => prepare(directory, failing)).toThrow('types');
    expect(readFileSync(manifest, 'utf8')).toBe(ORIGINAL);
  });
});

test('the launcher starts the command line from any folder', () => {
  const launcher = fileURLToPath(new URL('../../bin/wooster.mjs', import.meta.url));
  const version = execFileSync(process.execPath, [launcher, '--version'], {
    cwd: tmpdir(),
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
});
